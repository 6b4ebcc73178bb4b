import type { DataSource } from 'typeorm';
import { openDataSource } from '#persistence';

export interface ConnectionWishes {
  readonly schema?: string;
  readonly poolSize?: number;
  /** PostgreSQL settings, as an operator would write them into the URL. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A data source as a service has it, with the limits of production unless the test wishes others. */
export async function connectedTo(url: string, wishes: ConnectionWishes = {}): Promise<DataSource> {
  const { schema = 'payments', poolSize = 4, settings = {} } = wishes;
  const complete = new URL(url);
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  if (options.length > 0) complete.searchParams.set('options', options.join(' '));
  return openDataSource({
    url: complete.href,
    schema,
    poolSize,
    entities: [],
    applicationName: 'test',
  });
}
