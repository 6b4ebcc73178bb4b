import type { Type } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import type { DocsPage } from '../../docs/docs-url.ts';
import type { ProblemContext } from './constraint.ts';

/** Something that is wrong with an input, and where. */
export interface Problem {
  readonly message: string;
  readonly path: readonly string[];
  readonly page: DocsPage;
}

/** An input class, and the classes of the input objects within it. */
export interface CheckedInput<Input extends object> extends Type<Input> {
  readonly nested: { readonly [Field in keyof Input]?: Type<object> };
}

/** All that is wrong with an input that GraphQL has let in. The first problem of each field is enough to go on with. */
export function problemsOf<Input extends object>(input: Input, inputClass: CheckedInput<Input>): Problem[] {
  const errors = validateSync(instanceOf(input, inputClass), { stopAtFirstError: true });
  return errors.flatMap((error) => problemsIn(error, ['input']));
}

/** class-validator finds the rules by the class, and GraphQL hands over plain objects. */
function instanceOf<Input extends object>(input: Input, inputClass: CheckedInput<Input>): Input {
  const instance = Object.assign(Object.create(inputClass.prototype as object) as Input, input);
  for (const [field, nestedClass] of Object.entries<Type<object>>(inputClass.nested as Record<string, Type<object>>)) {
    const value = input[field as keyof Input];
    if (typeof value !== 'object' || value === null) continue;
    Object.assign(instance, {
      [field]: Object.assign(Object.create(nestedClass.prototype as object) as object, value),
    });
  }
  return instance;
}

function problemsIn(error: ValidationError, within: readonly string[]): Problem[] {
  const path = [...within, error.property];
  const own = Object.entries(error.constraints ?? {}).map(([name, message]): Problem => {
    const context = error.contexts?.[name] as ProblemContext | undefined;
    return { message, path, page: context?.page ?? 'errors' };
  });
  return [...own, ...(error.children ?? []).flatMap((child) => problemsIn(child, path))];
}
