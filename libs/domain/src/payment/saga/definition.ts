import { invariant } from '../../primitives/invariant.ts';
import { firstDefinition } from './first-definition.ts';
import type { SagaKind, SagaStep } from './saga.ts';
import { secondDefinition } from './second-definition.ts';
import type { SagaDefinition, StepDefinition } from './step-definition.ts';

/** What new sagas are born with. */
export const sagaDefinitionVersion = 2;

/** Each as it was released: a running saga is driven by the one that it was born with. Frozen; a change is a new version. */
const definitions: Readonly<Record<number, SagaDefinition>> = { 1: firstDefinition, 2: secondDefinition };

/** Undefined for a step at which nothing can happen any more. */
export function stepOf(version: number, kind: SagaKind, step: SagaStep): StepDefinition | undefined {
  const definition = definitions[version];
  invariant(definition !== undefined, `no saga definition has the version ${version}`);
  return definition[kind][step];
}
