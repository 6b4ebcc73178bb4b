import { z } from 'zod';
import { catalogue, filterOf, sourceOfPattern, streams } from '#contracts';
import { breaksOf } from './additive.ts';
import { eventSchemas, schemaPlace, type JsonSchema } from './json-schema.ts';

const schemasOfDocument = z.object({
  components: z.object({ schemas: z.record(z.string(), z.custom<JsonSchema>()) }),
});

/** Every event of every service as AsyncAPI 3.0: where it travels, in what envelope, with what data. */
export function asyncApiText(): Promise<string> {
  return Promise.resolve(`${JSON.stringify(asyncApi(), undefined, 2)}\n`);
}

/** Why the committed catalogue may not become the new one within the versions that it has. */
export function breaksOfCatalogue(committed: string, wanted: string): string[] {
  const [before, after] = [committed, wanted].map(
    (text) => schemasOfDocument.parse(JSON.parse(text)).components.schemas,
  );
  return breaksOf(before ?? {}, after ?? {}).map(
    (what) => `${what} Whoever needs that needs a new version of the event.`,
  );
}

function asyncApi(): object {
  const types = [...catalogue.keys()];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Quittance events',
      version: '1.0.0',
      description:
        'What the services say on NATS JetStream. Events are facts in the past tense, at least once, in order for each ' +
        'payment, and grow only by addition. Take each by its id once. Partners read the stream FEED, whose ' +
        'aggregateversion is the sequence of the merchant; docs/partner-events.md tells how.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    servers: { broker: { host: 'localhost:3007', protocol: 'nats', description: 'As npm start runs it.' } },
    channels: Object.fromEntries(types.map((type) => [type, channelOf(type)])),
    operations: Object.fromEntries(types.map((type) => [type, operationOf(type)])),
    components: { schemas: eventSchemas(), messages: Object.fromEntries(types.map((type) => [type, messageOf(type)])) },
  };
}

const shard = { description: '0 to 63, the virtual shard of the merchant; * takes all.' };
const merchant = { description: 'mer_…, whose feed it is; * takes all.' };

function channelOf(type: string): object {
  const source = sourceOfPattern(type);
  return {
    address: filterOf(type).replace('*', '{shard}').replace('*', '{merchant}'),
    description: `Kept in the stream ${streams[source].name}.`,
    parameters: { shard, ...(source === 'feed' ? { merchant } : {}) },
    messages: { [type]: { $ref: `#/components/messages/${type}` } },
  };
}

function operationOf(type: string): object {
  const source = sourceOfPattern(type);
  const summary = source === 'feed' ? 'The webhooks service, to partners.' : `The ${source} service.`;
  return { action: 'send', channel: { $ref: `#/channels/${type}` }, summary };
}

function messageOf(type: string): object {
  return {
    name: type,
    headers: {
      type: 'object',
      properties: { 'Nats-Msg-Id': { type: 'string', description: 'The id of the event.' } },
      required: ['Nats-Msg-Id'],
    },
    payload: {
      allOf: [
        { $ref: `${schemaPlace}envelope` },
        { type: 'object', properties: { type: { const: type }, data: { $ref: `${schemaPlace}${type}` } } },
      ],
    },
  };
}
