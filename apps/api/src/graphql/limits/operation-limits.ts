import {
  Kind,
  OperationTypeNode,
  type ASTVisitor,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { Expansions, type Expansion } from './expansion.ts';
import { limitError } from './limit-error.ts';

/** `extensions` of a root field that moves money. */
export const movesMoney = { movesMoney: true } as const;

interface Limit {
  readonly measure: keyof Expansion;
  readonly max: number;
  readonly thing: string;
}

/** An operation with its fragments written out. The deepest useful query has 8 levels, the widest some 150 fields. */
const limits: readonly Limit[] = [
  { measure: 'depth', max: 12, thing: 'levels deep' },
  { measure: 'fields', max: 500, thing: 'fields' },
  { measure: 'aliases', max: 30, thing: 'aliases' },
  { measure: 'directives', max: 50, thing: 'directives' },
];

/** Each root field is work of its own; a page shows a handful of lists. */
const rootFieldsMax = 10;

/** How large an operation may be, fragments included. */
export const LimitedExpansion: ValidationRule = (context) => {
  const expansions = new Expansions(context.getDocument());
  return onOperation((operation) => {
    const expansion = expansions.of(operation);
    for (const { measure, max, thing } of limits) {
      const actual = expansion[measure];
      if (actual <= max) continue;
      const message = `This operation has ${actual} ${thing}, and ${max} are allowed. Ask for less at once.`;
      context.reportError(limitError(message, max, actual, operation));
    }
  });
};

/** How many things an operation may ask for at once. */
export const LimitedRootFields: ValidationRule = (context) =>
  onOperation((operation) => {
    const actual = rootFieldsOf(operation.selectionSet, context).length;
    if (actual <= rootFieldsMax) return;
    const message = `This operation asks for ${actual} things at once, and ${rootFieldsMax} are allowed. Send several operations.`;
    context.reportError(limitError(message, rootFieldsMax, actual, operation));
  });

/**
 * One movement of money per operation: it has one idempotency key and one answer, `extensions.idempotency` is about it, and a
 * retry of the whole operation retries exactly it.
 */
export const OneMoneyMutation: ValidationRule = (context) =>
  onOperation((operation) => {
    if (operation.operation !== OperationTypeNode.MUTATION) return;
    const fields = context.getSchema().getMutationType()?.getFields() ?? {};
    const money = rootFieldsOf(operation.selectionSet, context).filter(
      (field) => fields[field.name.value]?.extensions['movesMoney'] === true,
    );
    if (money.length <= 1) return;
    const message = 'One operation moves money once. Send one operation for each payment, capture, void or refund.';
    context.reportError(limitError(message, 1, money.length, money));
  });

function onOperation(look: (operation: OperationDefinitionNode) => void): ASTVisitor {
  return { OperationDefinition: look };
}

/** The fields right below the operation, those in fragments included; stops as soon as there are too many. */
function rootFieldsOf(selectionSet: SelectionSetNode, context: ValidationContext): FieldNode[] {
  const fields: FieldNode[] = [];
  const seen = new Set<string>();
  const pending = [selectionSet];
  for (let set = pending.pop(); set !== undefined; set = pending.pop()) {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) fields.push(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) pending.push(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        // The same fragment spread twice at one place is executed once.
        seen.add(selection.name.value);
        const fragment = context.getFragment(selection.name.value);
        if (fragment) pending.push(fragment.selectionSet);
      }
    }
  }
  return fields;
}
