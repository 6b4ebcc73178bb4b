import { Field, ID, InterfaceType } from '@nestjs/graphql';

/** `__typename` tells GraphQL what a node is when it is reached through this interface. */
@InterfaceType('Node', {
  description: 'Anything with an id of its own, which `node` finds again.',
  resolveType: (node: NodeType) => node.__typename,
})
export abstract class NodeType {
  @Field(() => ID, {
    description: 'A TypeID: a prefix that names the kind of thing, and a UUIDv7 in base32, such as `pay_…`.',
  })
  readonly id!: string;

  abstract readonly __typename: string;
}
