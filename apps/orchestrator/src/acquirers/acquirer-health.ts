import type { GuardedOperation } from '#contracts';

/** `reason` is for people: why a call would not be made now. */
export type Availability = { readonly usable: true } | { readonly usable: false; readonly reason: string };

/** What whoever chooses an acquirer wants to know of it, as this process sees it at this moment. */
export interface AcquirerHealth {
  availabilityOf(acquirer: string, operation: GuardedOperation): Availability;
}
