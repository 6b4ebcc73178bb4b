import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What a selection comes to when its fragments are written out. Numbers beyond the safe integers become Infinity. */
export interface Expansion {
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  /** How many fields deep; introspection fields and what is below them do not count: graphql-js limits those itself. */
  readonly depth: number;
}

const nothing: Expansion = { fields: 0, aliases: 0, directives: 0, depth: 0 };

/**
 * Measures operations without writing their fragments out: each fragment is measured once, so that a document in which every
 * fragment spreads the next one twice costs as little as any other.
 */
export class Expansions {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly measured = new Map<string, Expansion>();

  constructor(document: DocumentNode) {
    this.fragments = new Map(
      document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
    );
  }

  of(operation: OperationDefinitionNode): Expansion {
    const selections = this.ofSelections(operation.selectionSet);
    return { ...selections, directives: selections.directives + (operation.directives?.length ?? 0) };
  }

  private ofSelections({ selections }: SelectionSetNode): Expansion {
    let total = nothing;
    for (const selection of selections) {
      const directives = selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        const hidden = selection.name.value.startsWith('__');
        const below = selection.selectionSet === undefined ? nothing : this.ofSelections(selection.selectionSet);
        total = sum(total, {
          fields: below.fields + 1,
          aliases: below.aliases + (selection.alias === undefined ? 0 : 1),
          directives: below.directives + directives,
          depth: hidden ? 0 : below.depth + 1,
        });
      } else {
        const spread =
          selection.kind === Kind.INLINE_FRAGMENT
            ? this.ofSelections(selection.selectionSet)
            : this.ofFragment(selection.name.value);
        total = sum(total, { ...spread, directives: spread.directives + directives });
      }
    }
    return total;
  }

  private ofFragment(name: string): Expansion {
    const known = this.measured.get(name);
    if (known !== undefined) return known;
    // A fragment that spreads itself is refused by another rule; here it must only not go on for ever.
    this.measured.set(name, nothing);
    const fragment = this.fragments.get(name);
    const expansion = fragment === undefined ? nothing : this.ofSelections(fragment.selectionSet);
    this.measured.set(name, expansion);
    return expansion;
  }
}

function sum(one: Expansion, other: Expansion): Expansion {
  return {
    fields: one.fields + other.fields,
    aliases: one.aliases + other.aliases,
    directives: one.directives + other.directives,
    depth: Math.max(one.depth, other.depth),
  };
}
