import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import {
  finishMerchantSchema,
  merchantResolvers,
  merchantSchemaOptions,
} from '../../apps/api/src/graphql/merchant-schema.ts';

/** Stands for the merchants’ edge where Nest asks whose types it shall take. */
@Module({})
class MerchantSchema {}

/** Nest keeps the types of both schemas in one place; told nothing, it would print those of administration as well. */
const options = { ...merchantSchemaOptions, includeModules: [MerchantSchema] };

/** The merchant API's schema from the code, without a server or a database. */
export async function merchantSchema(): Promise<GraphQLSchema> {
  const app = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, { logger: false });
  try {
    const factory = app.get(GraphQLSchemaFactory);
    return finishMerchantSchema(await factory.create(merchantResolvers, options));
  } finally {
    await app.close();
  }
}

/** As text in the order of the names, so that a change of the code's order is no change of the schema. */
export async function merchantSchemaText(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await merchantSchema()))}\n`;
}
