import { ValidateBy } from 'class-validator';
import type { DocsPage } from '../../docs/docs-url.ts';

/**
 * Tells what is wrong with a value in words that say what to do; undefined when nothing is. `input` is the input object
 * that the value stands in.
 */
export type Check = (value: unknown, input: object) => string | undefined;

/** Where a problem is explained, when that is not the page of error codes. */
export interface ProblemContext {
  readonly page?: DocsPage;
}

/** A class-validator decorator from a check. */
export function constraint(name: string, check: Check, context: ProblemContext = {}): PropertyDecorator {
  return ValidateBy(
    {
      name,
      validator: {
        validate: (value, args) => check(value, args?.object ?? {}) === undefined,
        defaultMessage: (args) => check(args?.value, args?.object ?? {}) ?? name,
      },
    },
    { context },
  );
}
