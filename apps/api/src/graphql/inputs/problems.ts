import type { Type } from '@nestjs/common';
import type { DocsPage } from '../../docs/docs-url.ts';
import { rulesOf, type Rule } from './constraint.ts';

/** Something that is wrong with an input, and where. */
export interface Problem {
  readonly message: string;
  readonly path: readonly string[];
  readonly page: DocsPage;
}

/**
 * All that is wrong with an input that GraphQL has let in, at most one problem for each field. Which fields may be absent
 * GraphQL knows: nothing is asked of one that is.
 */
export function problemsOf<Input extends object>(input: Input, inputClass: Type<Input>): readonly Problem[] {
  return problemsIn(input, inputClass, ['input']);
}

function problemsIn(input: object, inputClass: Type<object>, within: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  for (const rule of rulesOf(inputClass)) {
    const value = (input as Readonly<Record<string, unknown>>)[rule.field];
    if (value !== undefined && value !== null) problems.push(...problemsOfField(rule, value, input, within));
  }
  return problems;
}

function problemsOfField(rule: Rule, value: object, input: object, within: readonly string[]): Problem[] {
  if ('inputClass' in rule) return problemsIn(value, rule.inputClass, [...within, rule.field]);
  const message = rule.check(value, input);
  return message === undefined ? [] : [{ message, path: [...within, rule.field], page: rule.page }];
}
