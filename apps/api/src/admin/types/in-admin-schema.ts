import { Module } from '@nestjs/common';

/** Stands for the schema of administration where types say which schema they belong to. */
@Module({})
export class AdminSchema {}

interface OwnedType {
  readonly description: string;
  readonly registerIn: () => typeof AdminSchema;
}

/**
 * The options of a type that only admins see. Nest keeps the types of all schemas of a process in one place; without this
 * the merchant API would show ours.
 */
export function inAdminSchema(description: string): OwnedType {
  return { description, registerIn: () => AdminSchema };
}
