import { currencyCodes } from '../money/currency.ts';
import type { RuleConditions } from './configuration.ts';

/** Conditions on one fact of a payment: undefined lets every value pass. */
interface Dimension {
  /** Values such that any other value is treated by all rules like one of these. */
  readonly values: readonly unknown[];
  readonly passes: (conditions: RuleConditions, value: unknown) => boolean;
}

/** What no rule can name: a card of which this is not known. */
const unnamed = Symbol('unnamed');

/**
 * Whether some payment fits these conditions and none of the earlier ones, alone or together. Exact: payments that all
 * conditions treat alike are tried once.
 */
export function isReachable(conditions: RuleConditions, earlier: readonly RuleConditions[]): boolean {
  return escapes(conditions, earlier, dimensionsOf([conditions, ...earlier]));
}

/** Whether every payment that fits `conditions` fits `wider` as well. */
export function isCovered(conditions: RuleConditions, wider: RuleConditions): boolean {
  return !isReachable(conditions, [wider]);
}

function escapes(
  conditions: RuleConditions,
  earlier: readonly RuleConditions[],
  dimensions: readonly Dimension[],
): boolean {
  if (earlier.length === 0) return true;
  const [dimension, ...rest] = dimensions;
  if (dimension === undefined) return false;
  const tried = new Set<string>();
  return dimension.values.some((value) => {
    if (!dimension.passes(conditions, value)) return false;
    const passed = earlier.map((other) => dimension.passes(other, value));
    // Values that leave the same rules standing lead to the same end.
    const leaves = passed.map(Number).join('');
    if (tried.has(leaves)) return false;
    tried.add(leaves);
    return escapes(
      conditions,
      earlier.filter((_, index) => passed[index]),
      rest,
    );
  });
}

function dimensionsOf(all: readonly RuleConditions[]): Dimension[] {
  const amounts = all.flatMap(({ amountMinorAtLeast, amountMinorAtMost }) => [
    ...(amountMinorAtLeast === undefined ? [] : [amountMinorAtLeast]),
    ...(amountMinorAtMost === undefined ? [] : [amountMinorAtMost + 1]),
  ]);
  return [
    // A payment is of at least 1 minor unit, and of no more than JSON can say.
    {
      values: [1, ...amounts].filter((amount) => amount >= 1 && amount <= Number.MAX_SAFE_INTEGER),
      passes: ({ amountMinorAtLeast, amountMinorAtMost }, amount) =>
        Number(amount) >= (amountMinorAtLeast ?? 1) && Number(amount) <= (amountMinorAtMost ?? Number.MAX_SAFE_INTEGER),
    },
    listed(currencyCodes, ({ currencies }) => currencies),
    listed([unnamed, ...all.flatMap(({ brands }) => brands ?? [])], ({ brands }) => brands),
    listed([unnamed, ...all.flatMap(({ countries }) => countries ?? [])], ({ countries }) => countries),
  ];
}

function listed(
  values: readonly unknown[],
  listIn: (conditions: RuleConditions) => readonly unknown[] | undefined,
): Dimension {
  return { values, passes: (conditions, value) => listIn(conditions)?.includes(value) ?? true };
}
