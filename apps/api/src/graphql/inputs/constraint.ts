import type { Type } from '@nestjs/common';
import type { DocsPage } from '../../docs/docs-url.ts';

/**
 * Tells what is wrong with a value in words that say what to do; undefined when nothing is. `input` is the input object
 * that the value stands in.
 */
export type Check = (value: unknown, input: object) => string | undefined;

/** What is asked of a field: to pass a check, or to hold an input object that does what is asked of it. */
export type Rule =
  | { readonly field: string; readonly check: Check; readonly page: DocsPage }
  | { readonly field: string; readonly inputClass: Type<object> };

/** By the prototype of the class that declares the fields. */
const declaredRules = new WeakMap<object, Rule[]>();

/** A decorator from a check. `page` is where a problem with the value is explained. */
export function constraint(check: Check, page: DocsPage = 'errors'): PropertyDecorator {
  return (prototype, field) => declare(prototype, { field: String(field), check, page });
}

/** The field holds an input object of this class. */
export function IsInput(inputClass: Type<object>): PropertyDecorator {
  return (prototype, field) => declare(prototype, { field: String(field), inputClass });
}

/** The rules of an input class in the order of its fields, and behind them those of the class that it extends. */
export function rulesOf(inputClass: Type<object>): readonly Rule[] {
  const rules: Rule[] = [];
  for (let prototype = inputClass.prototype as object | null; prototype !== null; prototype = parentOf(prototype)) {
    rules.push(...(declaredRules.get(prototype) ?? []));
  }
  return rules;
}

function declare(prototype: object, rule: Rule): void {
  const rules = declaredRules.get(prototype);
  if (rules === undefined) declaredRules.set(prototype, [rule]);
  else rules.push(rule);
}

function parentOf(prototype: object): object | null {
  return Object.getPrototypeOf(prototype) as object | null;
}
