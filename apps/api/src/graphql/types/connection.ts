import { Field, ObjectType } from '@nestjs/graphql';
import type { Type } from '@nestjs/common';
import { PageInfoType } from './page-info.type.ts';

export interface Edge<Node> {
  readonly node: Node;
  /** Opaque to clients. */
  readonly cursor: string;
}

export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly nodes: readonly Node[];
  readonly pageInfo: PageInfoType;
}

/** The edge and connection types of a node type, by the Relay specification plus `nodes` for who needs no cursors. */
export function connectionOf<Node extends object>(
  name: string,
  node: Type<Node>,
  things: string,
): { readonly edge: Type<Edge<Node>>; readonly connection: Type<Connection<Node>> } {
  @ObjectType(`${name}Edge`, { description: `One of the ${things} and its place in the connection.` })
  class EdgeType implements Edge<Node> {
    @Field(() => node, { description: `One of the ${things}.` })
    readonly node!: Node;

    @Field(() => String, { description: 'An opaque mark of this place, for `after` and `before`.' })
    readonly cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${things}.` })
  class ConnectionType implements Connection<Node> {
    @Field(() => [EdgeType], { description: `The ${things} of this page with their cursors.` })
    readonly edges!: readonly Edge<Node>[];

    @Field(() => [node], { description: `The ${things} of this page.` })
    readonly nodes!: readonly Node[];

    @Field(() => PageInfoType, { description: 'What lies around this page.' })
    readonly pageInfo!: PageInfoType;
  }

  return { edge: EdgeType, connection: ConnectionType };
}
