import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a request to change protocols is answered in HTTP instead. */
export interface UpgradeRefusal {
  readonly status: 400 | 403 | 404 | 503;
  readonly sentence: string;
}

const subscriptionsPath = '/graphql';
const subprotocol = 'graphql-transport-ws';

/** Whether somebody asks for a WebSocket. Other protocols are ignored, as RFC 9110 (7.8) allows, and answered as plain HTTP. */
export function asksForWebSocket({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.upgrade?.trim().toLowerCase() === 'websocket';
}

/** Undefined when the client may have its WebSocket. */
export function refusalOf({ url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>): UpgradeRefusal | undefined {
  const [path] = url.split('?', 1);
  if (path !== subscriptionsPath) {
    return { status: 404, sentence: `Subscriptions are served at ${subscriptionsPath}.` };
  }
  if (!isOwnOrigin(headers)) {
    return { status: 403, sentence: 'Pages of other origins may not connect: a secret key has no place in a page.' };
  }
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  if (!offered.includes(subprotocol)) {
    return { status: 400, sentence: `Ask for the subprotocol ${subprotocol}, which is the one spoken here.` };
  }
  return undefined;
}

/** Only browsers send an Origin, and theirs cannot be forged by the page. Programs connect without one. */
function isOwnOrigin({ origin, host }: IncomingMessage['headers']): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Answers in HTTP and lets go. The socket is no longer the server's, so that its errors are ours to bear. */
export function refuseUpgrade(socket: Duplex, { status, sentence }: UpgradeRefusal): void {
  const body = `${sentence}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // A client that reads no answer must not keep the socket.
  socket.once('finish', () => socket.destroy());
}
