import type { MessageHandler } from '@nestjs/microservices';
import { from, isObservable, lastValueFrom } from 'rxjs';
import type { Logger } from '#observability';
import type { Broker } from './broker.ts';

/**
 * Answers `@MessagePattern` requests over core NATS; processes of one service share the work. The answer is
 * `{ "ok": value }` or `{ "error": message }`.
 */
export async function answerRequests(
  broker: Broker,
  options: { readonly consumer: string; readonly logger: Logger },
  handlers: readonly (readonly [pattern: string, handler: MessageHandler])[],
): Promise<void> {
  if (handlers.length === 0) return;
  const connection = await broker.connected();
  for (const [pattern, handler] of handlers) {
    connection.subscribe(pattern, {
      queue: options.consumer,
      callback: (error, message) => {
        if (error !== null) return;
        answer(handler, message.json())
          .then((value) => message.respond(JSON.stringify({ ok: value ?? null })))
          .catch((failure: unknown) => {
            options.logger.error({ err: failure, pattern }, 'request failed');
            message.respond(JSON.stringify({ error: `${options.consumer} could not answer ${pattern}` }));
          });
      },
    });
  }
}

async function answer(handler: MessageHandler, data: unknown): Promise<unknown> {
  const result: unknown = await handler(data);
  return isObservable(result) ? lastValueFrom(from(result), { defaultValue: undefined }) : result;
}
