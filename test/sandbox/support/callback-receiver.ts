import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fieldOf } from './sandbox.ts';

/** A callback as it came in. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Its very bytes. */
  readonly raw: Buffer;
  readonly type: unknown;
  readonly id: unknown;
  readonly createdAt: unknown;
  readonly data: unknown;
}

/** Whoever is called back: keeps what comes in and answers as it is told to. */
export class CallbackReceiver {
  readonly received: Received[] = [];
  /** `never`: the request is taken and left without an answer. */
  answers: number | 'never' = 204;
  private readonly arrivals = new EventEmitter();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<CallbackReceiver> {
    const server = createServer();
    const receiver = new CallbackReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const body: unknown = JSON.parse(raw.toString());
        const [type, id, createdAt, data] = ['type', 'id', 'createdAt', 'data'].map((name) => fieldOf(body, name));
        receiver.received.push({ path: request.url ?? '', headers: request.headers, raw, type, id, createdAt, data });
        if (receiver.answers !== 'never') response.writeHead(receiver.answers, { location: '/elsewhere' }).end();
        receiver.arrivals.emit('arrival');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The first so many, once they are there; more than that fail the test that counts them. */
  async first(count: number): Promise<Received[]> {
    while (this.received.length < count) await this.next();
    if (this.received.length > count)
      throw new Error(`${this.received.length} callbacks where ${count} were expected.`);
    return this.received;
  }

  async next(): Promise<void> {
    await once(this.arrivals, 'arrival');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
