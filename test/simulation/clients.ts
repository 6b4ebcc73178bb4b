import type { MerchantId, Money, Payment, PaymentId } from '#domain';
import type { Answer } from '../../apps/api/src/use-cases/answer.ts';
import type { ApiProcess, Asked } from './api-process.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';

/** What a client heard in the end of something that it asked for, however often it had to ask. */
export interface Heard {
  readonly paymentId: PaymentId;
  readonly asked: Asked;
  readonly answer: Answer;
}

interface Places {
  readonly scheduler: Scheduler;
  readonly outside: SimulatedProcess;
  readonly anApi: () => ApiProcess;
}

/** Merchants, who ask for whatever comes to their minds. */
export class Clients {
  readonly heard: Heard[] = [];
  private readonly places: Places;

  constructor(places: Places) {
    this.places = places;
  }

  async lead({ id, merchantId, reference }: Payment): Promise<void> {
    const { scheduler, outside } = this.places;
    for (let count = 0; count < 4; count += 1) {
      await scheduler.sleep(outside, scheduler.pick([0, 10, 500, 20_000]));
      const asked = this.somethingToAsk(`${reference}-${count}`);
      const copies = scheduler.happens(0.2) ? 2 : 1;
      await Promise.all(Array.from({ length: copies }, () => this.askUntilAnswered(merchantId, id, asked)));
    }
  }

  private somethingToAsk(key: string): Asked {
    const { scheduler } = this.places;
    const amount: Money = { minor: BigInt(scheduler.pick([100, 300, 600, 1_000])), currency: 'EUR' };
    switch (scheduler.pick(['capture', 'capture', 'refund', 'refund', 'void', 'increase'] as const)) {
      case 'capture':
        return {
          do: 'capture',
          key,
          amount: scheduler.happens(0.3) ? undefined : amount,
          final: scheduler.happens(0.4),
        };
      case 'refund':
        return { do: 'refund', key, amount: scheduler.happens(0.3) ? undefined : amount };
      case 'increase':
        return { do: 'increase', key, amount };
      case 'void':
        return { do: 'void', key };
    }
  }

  /** Whoever hears nothing asks again, with the same key and maybe somebody else. */
  private async askUntilAnswered(merchantId: MerchantId, paymentId: PaymentId, asked: Asked): Promise<void> {
    const { scheduler, outside, anApi } = this.places;
    for (;;) {
      await scheduler.turn(outside);
      const answer = await anApi()
        .ask(merchantId, paymentId, asked)
        .catch(() => undefined);
      if (answer === undefined) continue;
      this.heard.push({ paymentId, asked, answer });
      return;
    }
  }
}
