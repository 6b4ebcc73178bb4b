import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedWebhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers one request; without a call of `end` the receiver stays silent. */
export type Behaviour = (response: ServerResponse, received: ReceivedWebhook) => void;

export function answering(status: number, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (response) => response.writeHead(status, headers).end();
}

/** A merchant's web server. Each path behaves as the test says, with 204 unless it says otherwise. */
export class Receiver {
  private readonly received = new Map<string, ReceivedWebhook[]>();
  private readonly behaviours = new Map<string, Behaviour>();

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.take(request, response));
  }

  static async open(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Receiver(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  urlOf(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  behave(path: string, behaviour: Behaviour): void {
    this.behaviours.set(path, behaviour);
  }

  /** What has come to the path so far, in the order of arrival. */
  at(path: string): readonly ReceivedWebhook[] {
    return this.received.get(path) ?? [];
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = { headers: request.headers as Record<string, string>, body: await text(request) };
    const path = request.url ?? '/';
    this.received.set(path, [...this.at(path), received]);
    (this.behaviours.get(path) ?? answering(204))(response, received);
  }
}
