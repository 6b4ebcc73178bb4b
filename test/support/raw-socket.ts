import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { webSocketUrlOf } from './subscriber.ts';
import type { MerchantDoor } from './merchant-door.ts';
import { until } from './until.ts';

interface ProtocolMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A WebSocket on which the test speaks the protocol itself, well or badly. */
export class RawSocket {
  readonly messages: ProtocolMessage[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(data.toString()) as ProtocolMessage));
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('error', () => undefined);
  }

  static async open(door: Pick<MerchantDoor, 'graphqlUrl'>, options: ClientOptions = {}): Promise<RawSocket> {
    const raw = new RawSocket(new WebSocket(webSocketUrlOf(door), 'graphql-transport-ws', options));
    await once(raw.socket, 'open');
    return raw;
  }

  /** Opened, and let in by its key. */
  static async enter(door: MerchantDoor): Promise<RawSocket> {
    const raw = await RawSocket.open(door);
    raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${door.secretKey}` } });
    await raw.hear('connection_ack');
    return raw;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  hear(type: string, id?: string): Promise<ProtocolMessage> {
    return until(`${type} ${id ?? ''}`, () =>
      this.messages.find((message) => message.type === type && (id === undefined || message.id === id)),
    );
  }

  closing(): Promise<{ readonly code: number; readonly reason: string }> {
    return until('the socket to be closed', () => this.closed);
  }

  leave(): void {
    this.socket.terminate();
  }
}

/** The HTTP answer to a request that asks for another protocol; the socket is the test's to break. */
export async function askForUpgrade(
  url: string,
  headers: Readonly<Record<string, string>>,
  request: { readonly method?: string; readonly body?: string } = {},
): Promise<{ readonly socket: Socket; readonly answer: () => Promise<string> }> {
  const { hostname, port, pathname, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  let heard = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk));
  const lines = Object.entries({ Host: host, Connection: 'Upgrade', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const { method = 'GET', body = '' } = request;
  socket.write(`${method} ${pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  return { socket, answer: () => until('an answer', () => heard.includes('\r\n\r\n') && heard) };
}
