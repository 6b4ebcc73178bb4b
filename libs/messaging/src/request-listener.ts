import type { MessageHandler } from '@nestjs/microservices';
import type { Msg, Subscription } from '@nats-io/transport-node';
import { from, isObservable, lastValueFrom } from 'rxjs';
import type { Logger } from '#observability';
import type { Broker } from './broker.ts';

export interface RequestListenerOptions {
  /** Processes of one service share the work under this name. */
  readonly consumer: string;
  readonly logger: Logger;
}

/** Answers `@MessagePattern` requests over core NATS with `{ "ok": value }` or `{ "error": message }`. */
export class RequestListener {
  private readonly broker: Broker;
  private readonly options: RequestListenerOptions;
  private readonly subscriptions: Subscription[] = [];
  private readonly answering = new Set<Promise<void>>();
  private closed = false;

  constructor(broker: Broker, options: RequestListenerOptions) {
    this.broker = broker;
    this.options = options;
  }

  /** Listens as soon as there is a connection, and after every reconnect. */
  listen(handlers: readonly (readonly [pattern: string, handler: MessageHandler])[]): void {
    if (handlers.length === 0) return;
    void this.broker.connected().then((connection) => {
      if (this.closed) return;
      for (const [pattern, handler] of handlers) {
        const callback = (error: Error | null, message: Msg): void => {
          if (error === null) this.take(pattern, handler, message);
        };
        this.subscriptions.push(connection.subscribe(pattern, { queue: this.options.consumer, callback }));
      }
    });
  }

  /** Takes no more requests and answers those it has taken. */
  async close(): Promise<void> {
    this.closed = true;
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    await Promise.all(this.answering);
  }

  private take(pattern: string, handler: MessageHandler, message: Msg): void {
    const answered = this.answer(pattern, handler, message).finally(() => this.answering.delete(answered));
    this.answering.add(answered);
  }

  private async answer(pattern: string, handler: MessageHandler, message: Msg): Promise<void> {
    const { consumer, logger } = this.options;
    try {
      const reply = await replyOf(handler, message).catch((error: unknown) => {
        logger.error({ err: error, pattern }, 'request failed');
        // What went wrong inside is nobody's business outside.
        return { error: `${consumer} could not answer ${pattern}` };
      });
      message.respond(JSON.stringify(reply));
    } catch (error) {
      logger.warn({ err: error, pattern }, 'nobody is there to hear the answer');
    }
  }
}

async function replyOf(handler: MessageHandler, message: Msg): Promise<{ ok: unknown }> {
  const result: unknown = await handler(message.json());
  const value: unknown = isObservable(result) ? await lastValueFrom(from(result), { defaultValue: undefined }) : result;
  return { ok: value ?? null };
}
