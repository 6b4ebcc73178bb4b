import { adminSchemaText } from './admin-schema.ts';
import { merchantSchemaText } from './merchant-schema.ts';

/** A committed file that follows from the code. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: () => Promise<string>;
}

export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'docs/generated/schema.graphql', content: merchantSchemaText },
  { path: 'docs/generated/admin-schema.graphql', content: adminSchemaText },
];
