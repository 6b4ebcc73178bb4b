import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { loopback } from '../../processes/free-port.ts';

/** A delivery as the merchant's server saw it. */
export interface Received {
  readonly at: number;
  readonly id: string;
  readonly body: string;
  /** Whether it carries our signature over exactly this body. */
  readonly genuine: boolean;
  /** What it was answered with. */
  readonly status: number;
}

/** The merchant's server for webhooks: it verifies every delivery and remembers it. */
export class WebhookReceiver {
  readonly history: Received[] = [];
  private readonly server: Server;
  private readonly known = new Set<string>();
  private secret = '';
  private refusing = false;

  private constructor(server: Server) {
    this.server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // Who was killed in the middle of sending has sent nothing.
      this.take(request, response).catch(() => response.destroy());
    });
  }

  static async open(): Promise<WebhookReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
    return new WebhookReceiver(server);
  }

  get url(): string {
    return `http://${loopback}:${(this.server.address() as AddressInfo).port}/webhooks`;
  }

  /** From the answer of createWebhookEndpoint. */
  expectSecret(secret: string): void {
    this.secret = secret;
  }

  /** While it refuses, it answers 503 to what it sees for the first time. What comes again has waited long enough. */
  refuse(refusing: boolean): void {
    this.refusing = refusing;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const id = headerOf(request, 'webhook-id');
    const signed = `${id}.${headerOf(request, 'webhook-timestamp')}.${body}`;
    const key = Buffer.from(this.secret.replace(/^whsec_/, ''), 'base64');
    const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
    const genuine = headerOf(request, 'webhook-signature').split(' ').includes(expected);
    const status = this.refusing && !this.known.has(id) ? 503 : 204;
    this.known.add(id);
    this.history.push({ at: Date.now(), id, body, genuine, status });
    response.writeHead(status).end();
  }
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
