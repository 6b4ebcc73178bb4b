import { adminSchemaText } from './admin-schema.ts';
import { databaseSql } from './database/database-sql.ts';
import { errorMap } from './error-map.ts';
import { asyncApiText, breaksOfCatalogue } from './events/asyncapi.ts';
import { lifecycles } from './lifecycles/lifecycles.ts';
import { merchantSchemaText } from './merchant-schema.ts';

/** A committed file that follows from the code. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: () => Promise<string>;
  /** Why what is committed may not become what the code says now; nothing where any change will do. */
  readonly breaks?: (committed: string, wanted: string) => string[];
}

export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'docs/generated/admin-schema.graphql', content: adminSchemaText },
  { path: 'docs/generated/database.sql', content: databaseSql },
  { path: 'docs/generated/events/asyncapi.json', content: asyncApiText, breaks: breaksOfCatalogue },
  { path: 'docs/generated/error-map.md', content: errorMap },
  { path: 'docs/generated/lifecycles.md', content: lifecycles },
  { path: 'docs/generated/schema.graphql', content: merchantSchemaText },
];
