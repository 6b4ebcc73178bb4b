import { Injectable } from '@nestjs/common';
import type { Attempt, Payment } from '#domain';
import type { ChooseAcquirer, Route } from './choose-acquirer.ts';
import { AcquirerDirectory } from './acquirer-directory.ts';

/** Acquirers in the order in which they are connected; one that declined this payment is not asked again. */
@Injectable()
export class RouteAuthorizations implements ChooseAcquirer {
  constructor(private readonly acquirers: AcquirerDirectory) {}

  forAuthorization(_payment: Payment, earlier: readonly Attempt[]): Route | undefined {
    const [first] = this.candidates(earlier).toSorted((a, b) => triesAt(a, earlier) - triesAt(b, earlier));
    return first === undefined ? undefined : { acquirer: first, because: because(earlier), record: null };
  }

  hasAnother(_payment: Payment, earlier: readonly Attempt[]): boolean {
    const last = earlier.at(-1);
    const round = last === undefined ? 1 : triesAt(last.acquirer, earlier);
    return this.candidates(earlier).some((name) => triesAt(name, earlier) < round);
  }

  private candidates(earlier: readonly Attempt[]): string[] {
    const declined = earlier.filter(({ state }) => state === 'declined').map(({ acquirer }) => acquirer);
    return this.acquirers.names().filter((name) => !declined.includes(name));
  }
}

function triesAt(name: string, earlier: readonly Attempt[]): number {
  return earlier.filter(({ acquirer }) => acquirer === name).length;
}

function because(earlier: readonly Attempt[]): string {
  const last = earlier.at(-1);
  if (last === undefined) return 'the first of the acquirers connected';
  return `${last.acquirer} ${last.state === 'declined' ? 'declined softly' : 'was surely not reached'}`;
}
