import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from '../chance.ts';
import type { Answer, MerchantMutation } from './history.ts';
import type { Merchant, PaymentSeen, Told } from './merchant.ts';
import type { RiskDesk, Verdict } from './risk-desk.ts';

/** How often a program asks about a payment that it waits for, and between two tries. */
const askEveryMs = { least: 150, most: 400 };

/** One in so many gives up after an answer that says nothing, and never asks again: that stays unknown for good. */
const givesUp = 0.08;
/** A program that has its answer and asks again all the same: a job that ran twice. */
const asksAgain = 0.15;
/** Two workers that send the same request at the same moment, to either API. */
const sendsTwice = 0.08;

/** Who is asked: the merchant's server, and the people who review what looks risky. */
export interface Counters {
  readonly merchant: Merchant;
  readonly riskDesk: RiskDesk;
}

/** The program behind one purchase: it keeps its keys, asks again with them, and has little patience now and then. */
export class Shopper {
  readonly chance: Chance;
  private readonly merchant: Merchant;
  private readonly riskDesk: RiskDesk;
  private readonly ending: AbortSignal;

  constructor({ merchant, riskDesk }: Counters, chance: Chance, ending: AbortSignal) {
    this.merchant = merchant;
    this.riskDesk = riskDesk;
    this.chance = chance;
    this.ending = ending;
  }

  /** Undefined when the program gave up, or had to. */
  async insist(mutation: MerchantMutation, input: Readonly<Record<string, unknown>>): Promise<Told | undefined> {
    const key = randomUUID();
    return this.ask((api) => this.merchant.mutate(api, mutation, key, input));
  }

  /** A person decides about a payment in review, and is as impatient as a program. */
  async decide(paymentId: string, decision: Verdict['decision']): Promise<void> {
    const wish = randomUUID();
    const verdict = { paymentId, decision, reason: `${decision} by ${wish}` };
    await this.ask(async (api) => ({ answer: await this.riskDesk.decide(api, wish, verdict) }));
  }

  /** Until the payment is as wanted; undefined when it is not in time. */
  async until(
    paymentId: string,
    wanted: (payment: PaymentSeen) => boolean,
    patienceMs: number,
  ): Promise<PaymentSeen | undefined> {
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline && !this.ending.aborted) {
      const seen = await this.merchant.payment(this.chance.between(0, 1), paymentId);
      if (seen !== undefined && wanted(seen)) return seen;
      await this.breathe();
    }
    return undefined;
  }

  private async ask<T extends Pick<Told, 'answer'>>(of: (api: number) => Promise<T>): Promise<T | undefined> {
    const send = (): Promise<T> => of(this.chance.between(0, 1));
    const twin = this.chance.happens(sendsTwice) ? send() : undefined;
    let told = await send();
    const patient = !this.chance.happens(givesUp);
    while (!isDefinite(told.answer) && patient && !this.ending.aborted) {
      await this.breathe();
      told = await send();
    }
    await twin;
    if (!isDefinite(told.answer)) return undefined;
    if (this.chance.happens(asksAgain)) await send();
    return told;
  }

  private async breathe(): Promise<void> {
    await pause(this.chance.between(askEveryMs.least, askEveryMs.most));
  }
}

function isDefinite(answer: Answer): boolean {
  return answer.kind === 'accepted' || answer.kind === 'refused';
}
