import { randomBytes } from 'node:crypto';
import { noSuch } from './errors.ts';
import type { Charge, Dispute, EventBody, Intent, Refund } from './objects.ts';

/** The hold of a card ends after seven days, as most do. */
const holdSeconds = 7 * 24 * 60 * 60;

/** What the stand-in remembers, and the clock by which it does. */
export class Ledger {
  readonly intents = new Map<string, Intent>();
  readonly charges = new Map<string, Charge>();
  readonly refunds = new Map<string, Refund>();
  readonly disputes = new Map<string, Dispute>();
  readonly events: EventBody[] = [];
  /** When an intent was changed last, for a search that is behind. */
  private readonly changedAtMs = new Map<
    string,
    { readonly at: number; readonly metadata: Record<string, string> }[]
  >();
  private aheadMs = 0;

  nowMs(): number {
    return Date.now() + this.aheadMs;
  }

  now(): number {
    return Math.floor(this.nowMs() / 1_000);
  }

  timePasses(ms: number): void {
    this.aheadMs += ms;
  }

  id(prefix: string): string {
    return `${prefix}_${randomBytes(12).toString('hex')}`;
  }

  intent(id: string): Intent {
    const intent = this.intents.get(id);
    if (intent === undefined) throw noSuch('payment_intent', id);
    return intent;
  }

  chargeOf(intent: Intent): Charge {
    const charge = this.charges.get(intent.latest_charge ?? '');
    if (charge === undefined) throw new Error(`${intent.id} has no charge`);
    return charge;
  }

  charge(intent: Intent, status: Charge['status']): void {
    const charge: Charge = {
      id: this.id('ch'),
      object: 'charge',
      amount: intent.amount,
      amount_captured: 0,
      amount_refunded: 0,
      currency: intent.currency,
      disputed: false,
      status,
      payment_intent: intent.id,
      payment_method_details: {
        type: 'card',
        card: status === 'succeeded' ? { capture_before: this.now() + holdSeconds } : {},
      },
    };
    this.charges.set(charge.id, charge);
    intent.latest_charge = charge.id;
  }

  changed(intent: Intent): void {
    const versions = this.changedAtMs.get(intent.id) ?? [];
    versions.push({ at: this.nowMs(), metadata: { ...intent.metadata } });
    this.changedAtMs.set(intent.id, versions);
  }

  /** What search knows of an intent's metadata: as it stood so long ago. */
  metadataAsOf(intent: Intent, agoMs: number): Record<string, string> | undefined {
    const until = this.nowMs() - agoMs;
    return this.changedAtMs.get(intent.id)?.findLast(({ at }) => at <= until)?.metadata;
  }

  tell(type: string, object: unknown, previous?: Readonly<Record<string, unknown>>): EventBody {
    const event: EventBody = {
      id: this.id('evt'),
      object: 'event',
      api_version: '2026-10-28.endive',
      created: this.now(),
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
      data: { object: structuredClone(object), ...(previous === undefined ? {} : { previous_attributes: previous }) },
    };
    this.events.push(event);
    return event;
  }
}
