import 'reflect-metadata';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { loopback } from '../../processes/free-port.ts';
import { announcePort } from '../peers/peer-process.ts';
import { PaymentAnswer, PaymentArguments, type PaymentAsked } from './peer-schema.ts';

/** What a peer does with a payment; gives its id. */
export type TakePayment = (asked: PaymentAsked) => Promise<string>;

const TAKE = Symbol('TakePayment');

@Resolver()
class PaymentResolver {
  constructor(@Inject(TAKE) private readonly take: TakePayment) {}

  /** A schema without a query is none. */
  @Query(() => String)
  nothing(): string {
    return '';
  }

  @Mutation(() => PaymentAnswer)
  async createPayment(@Args() { input }: PaymentArguments): Promise<PaymentAnswer> {
    return { payment: { id: await this.take(input), status: 'PROCESSING' }, userErrors: [] };
  }
}

/**
 * Nest, Fastify and Apollo as the API uses them, and nothing of the API: no keys, no limits, no validation, no plugins of its
 * own. Serves until the bench goes.
 */
export async function servePayments(take: TakePayment): Promise<void> {
  @Module({
    imports: [
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        path: '/graphql',
        autoSchemaFile: true,
        graphiql: false,
        persistedQueries: false,
        plugins: [ApolloServerPluginCacheControlDisabled()],
        autoTransformHttpErrors: false,
      }),
    ],
    providers: [PaymentResolver, { provide: TAKE, useValue: take }],
  })
  class PeerModule {}

  const app = await NestFactory.create<NestFastifyApplication>(PeerModule, new FastifyAdapter(), { logger: ['error'] });
  await app.listen(0, loopback);
  announcePort(Number(new URL(await app.getUrl()).port));
}
