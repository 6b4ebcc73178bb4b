import { Inject, Injectable } from '@nestjs/common';
import { presentMoney } from '../types/money.type.ts';
import type {
  AmountExceededErrorType,
  ErrorCode,
  IdempotencyConflictErrorType,
  InvalidStateErrorType,
  NotFoundErrorType,
  UserErrorType,
  ValidationErrorType,
} from '../types/user-error.type.ts';
import type { Refusal } from '../../use-cases/answer.ts';
import type { Problem } from '../inputs/problems.ts';
import { docsUrlOf, PUBLIC_URL } from '../../docs/docs-url.ts';

/** What clients see of each refusal. Total: a new refusal does not compile without its code. */
const errorCodeOf = {
  invalid_input: 'INVALID_INPUT',
  not_found: 'NOT_FOUND',
  currency_not_enabled: 'CURRENCY_NOT_ENABLED',
  reference_taken: 'REFERENCE_TAKEN',
  invalid_state: 'INVALID_STATE',
  amount_exceeded: 'AMOUNT_EXCEEDED',
  idempotency_key_reused: 'IDEMPOTENCY_KEY_REUSED',
} as const satisfies Record<Refusal['code'], ErrorCode>;

type Shown =
  | ValidationErrorType
  | NotFoundErrorType
  | InvalidStateErrorType
  | AmountExceededErrorType
  | IdempotencyConflictErrorType;

/** Turns refusals and problems with the input into errors that teach. */
@Injectable()
export class UserErrors {
  constructor(@Inject(PUBLIC_URL) private readonly publicUrl: string) {}

  ofProblem({ message, path, page }: Problem): ValidationErrorType {
    const heading = page === 'sandbox' ? 'test-tokens' : headingOf('INVALID_INPUT');
    const docsUrl = docsUrlOf(this.publicUrl, page, heading);
    return { __typename: 'ValidationError', code: 'INVALID_INPUT', message, path, docsUrl };
  }

  ofRefusal(refusal: Refusal): Shown {
    const common = this.commonOf(refusal);
    switch (refusal.code) {
      case 'invalid_input':
      case 'currency_not_enabled':
      case 'reference_taken':
        return { __typename: 'ValidationError', ...common };
      case 'not_found':
        return { __typename: 'NotFoundError', ...common };
      case 'invalid_state': {
        const { currentStatus, allowedActions } = refusal;
        return { __typename: 'InvalidStateError', ...common, currentStatus, allowedActions };
      }
      case 'amount_exceeded': {
        const available = presentMoney({ minor: BigInt(refusal.availableMinor), currency: refusal.currency });
        return { __typename: 'AmountExceededError', ...common, available };
      }
      case 'idempotency_key_reused':
        return { __typename: 'IdempotencyConflictError', ...common, firstSeenAt: new Date(refusal.firstSeenAt) };
    }
  }

  private commonOf({ code: refusalCode, message, path }: Refusal): Omit<UserErrorType, '__typename'> {
    const code = errorCodeOf[refusalCode];
    return { code, message, path, docsUrl: docsUrlOf(this.publicUrl, 'errors', headingOf(code)) };
  }
}

/** The heading of a code on the page of errors. */
function headingOf(code: ErrorCode): string {
  return code.toLowerCase();
}
