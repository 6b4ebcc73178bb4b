import { Inject, Injectable } from '@nestjs/common';
import { err, ok, uuidOf, type Clock, type Result } from '#domain';
import { UnitOfWork } from '#persistence';
import { CLOCK } from '#runtime';
import type { AcquirerCallback, AcquirerNotice } from '../acquirers/acquirer.ts';
import type { OrchestratorStores, OrchestratorTx } from '../stores/orchestrator-stores.ts';
import { AdvanceSagas } from './advance-sagas.ts';
import { chargeKeyOf } from './charge-key.ts';
import { HearDispute } from './hear-dispute.ts';

/** What came of a callback: `known` had been told before, `ignored` concerns nothing of ours. */
export type Hearing = 'heard' | 'known' | 'ignored';

/** Nothing was written, and the acquirer has to tell it again. */
export interface TooEarly {
  readonly because: string;
}

type Heard = Promise<Result<Hearing, TooEarly>>;

type Notice<Type extends AcquirerNotice['type']> = Extract<AcquirerNotice, { type: Type }>;

/**
 * Takes in what an acquirer tells us unasked: each callback once, in the transaction of what it changes. It may come twice,
 * late, or together with the answer of our own call: whoever comes second finds everything done.
 */
@Injectable()
export class HearCallback {
  constructor(
    private readonly unitOfWork: UnitOfWork<OrchestratorStores>,
    private readonly advanceSagas: AdvanceSagas,
    private readonly hearDispute: HearDispute,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute(acquirer: string, { id, notice }: AcquirerCallback): Heard {
    if (notice === null) return ok('ignored');
    return this.unitOfWork.run(async (tx) => {
      const fresh = await tx.callbacks.note(acquirer, id, this.clock.now());
      return fresh ? this.hear(tx, acquirer, notice) : ok('known');
    });
  }

  private async hear(tx: OrchestratorTx, acquirer: string, notice: AcquirerNotice): Heard {
    switch (notice.type) {
      case 'answered':
        return this.hearAnswer(tx, notice);
      case 'authorization_expired':
        return this.hearExpiry(tx, acquirer, notice);
      case 'fraud_warning':
        return hearWarning(tx, acquirer, notice);
      case 'dispute_opened':
      case 'dispute_closed':
        return this.hearOfDispute(tx, acquirer, notice);
    }
  }

  private async hearAnswer(tx: OrchestratorTx, { key: attemptId, answer }: Notice<'answered'>): Heard {
    const owner = await tx.attempts.ownerOf(attemptId);
    if (owner === undefined) return ok('ignored');
    const payment = await tx.payments.lock(owner.merchantId, owner.paymentId);
    const attempts = payment && (await tx.attempts.of([payment])).get(payment.id);
    const attempt = attempts?.find(({ id }) => id === attemptId);
    const strayed = attempt?.state === 'not_sent' || attempt?.state === 'declined';
    if (strayed && attempt.operation === 'authorize' && answer.type === 'approved') {
      // We have gone on without it, maybe to another acquirer: what it holds goes back.
      const key = { ...owner, id: uuidOf(attemptId) };
      const happening = { type: 'approved_late', attemptId, reference: answer.reference } as const;
      await this.advanceSagas.execute(tx, [{ key, happening }]);
      return ok('heard');
    }
    const key = (await tx.sagas.about([{ ...owner, attemptId }])).get(attemptId);
    if (key === undefined) return ok('ignored');
    await this.advanceSagas.execute(tx, [{ key, happening: { type: 'answered', attemptId, answer } }]);
    return ok('heard');
  }

  private async hearExpiry(
    tx: OrchestratorTx,
    acquirer: string,
    { authorization }: Notice<'authorization_expired'>,
  ): Heard {
    const owner = await tx.attempts.ownerOfAuthorization(acquirer, authorization);
    if (owner === undefined) return unknownAuthorization;
    const key = chargeKeyOf(owner.merchantId, owner.paymentId);
    await this.advanceSagas.execute(tx, [{ key, happening: { type: 'hold_ended' } }]);
    return ok('heard');
  }

  private async hearOfDispute(
    tx: OrchestratorTx,
    acquirer: string,
    notice: Notice<'dispute_opened' | 'dispute_closed'>,
  ): Heard {
    const hearing = await this.hearDispute.execute(tx, { acquirer, notice });
    switch (hearing.kind) {
      case 'heard':
      case 'kept':
        return ok('heard');
      case 'known':
        return ok('known');
      case 'unknown_authorization':
        return unknownAuthorization;
      case 'contradicted':
        return err({ because: hearing.because });
    }
  }
}

async function hearWarning(
  tx: OrchestratorTx,
  acquirer: string,
  { authorization, reason }: Notice<'fraud_warning'>,
): Heard {
  const owner = await tx.attempts.ownerOfAuthorization(acquirer, authorization);
  const payment = owner && (await tx.payments.lock(owner.merchantId, owner.paymentId));
  if (payment === undefined) return unknownAuthorization;
  await tx.payments.save(payment, [{ type: 'payment.fraud_warned', data: { reason } }]);
  return ok('heard');
}

/** The answer that names it may be on its way to us still. */
const unknownAuthorization = err({ because: 'No authorization is known by this reference yet.' });
