import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { KeyRefusal } from '../auth/key-refusal.ts';
import type { MerchantPrincipal } from '../auth/principal.ts';
import { closeCodes, closeReason } from './close-codes.ts';

/** A client that is silent for this long is asked for a sign of life, and let go when it gives none. */
export const pingEveryMs = 12_000;

/** What may lie in our memory for a client that does not read: several times what all its subscriptions send at once. */
const unsentBytesMax = 4 * 1024 * 1024;

/** Nobody needs as many messages in a second; whoever sends them keeps the database busy and not himself informed. */
const messagesPerSecondMax = 100;

/** One client's WebSocket. */
export class Connection {
  readonly socket: WebSocket;
  /** From the upgrade request, for clients that can set headers; the others send it when the connection begins. */
  authorization: string | undefined;
  principal: MerchantPrincipal | undefined;
  private messagesThisSecond = 0;
  private secondBeganMs = 0;
  private answered = true;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.socket = socket;
    this.authorization = request.headers.authorization;
    socket.on('pong', () => (this.answered = true));
    socket.on('ping', (data: Buffer) => {
      if (this.admitMessage()) socket.pong(data);
    });
  }

  /** False when the connection passed a limit and is being closed. */
  admitMessage(): boolean {
    if (this.socket.readyState !== this.socket.OPEN) return false;
    const nowMs = performance.now();
    if (nowMs - this.secondBeganMs >= 1_000) {
      this.secondBeganMs = nowMs;
      this.messagesThisSecond = 0;
    }
    this.messagesThisSecond += 1;
    if (this.messagesThisSecond > messagesPerSecondMax) {
      this.close(closeCodes.limitPassed, `More than ${messagesPerSecondMax} messages in a second.`);
      return false;
    }
    if (this.socket.bufferedAmount > unsentBytesMax) {
      // A close message would only queue up behind all the rest.
      this.socket.terminate();
      return false;
    }
    return true;
  }

  /** Settles when the system has taken the message: who sends faster than the client reads has to wait here. */
  async send(text: string): Promise<void> {
    if (this.socket.readyState !== this.socket.OPEN) return;
    await new Promise<void>((resolve) => this.socket.send(text, () => resolve()));
  }

  close(code: number, reason: string): void {
    this.socket.close(code, closeReason(reason));
  }

  refuseKey(refusal: KeyRefusal): void {
    this.close(closeCodes.keyRefused, keyReasons[refusal.code]);
  }

  /** Called every `pingEveryMs`. */
  checkLife(): void {
    if (!this.answered) return this.socket.terminate();
    this.answered = false;
    this.socket.ping();
  }
}

const keyReasons = {
  key_missing: 'No key: connect with { "authorization": "Bearer sk_test_…" } in the connection parameters.',
  scheme_unknown: 'The authorization has to read "Bearer sk_test_…".',
  key_mistyped: 'This is no complete key: copy it again as a whole.',
  key_unknown: 'This key is not known here.',
  key_expired: 'This key has expired. Use another one.',
  key_revoked: 'This key was revoked. Use another one.',
} as const satisfies Record<KeyRefusal['code'], string>;
