import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { adminResolvers, adminSchemaOptions, finishAdminSchema } from '../../apps/api/src/admin/admin-schema.ts';

/** The schema of administration from the code, without a server or a database. */
async function adminSchema(): Promise<GraphQLSchema> {
  const app = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, { logger: false });
  try {
    return finishAdminSchema(await app.get(GraphQLSchemaFactory).create(adminResolvers, adminSchemaOptions));
  } finally {
    await app.close();
  }
}

/** As text in the order of the names, so that a change of the code's order is no change of the schema. */
export async function adminSchemaText(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await adminSchema()))}\n`;
}
