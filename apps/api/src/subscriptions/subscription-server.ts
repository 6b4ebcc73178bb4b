import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Logger } from '#observability';
import { LOGGER } from '#runtime';
import { MerchantKeys } from '../auth/merchant-keys.ts';
import { closeCodes } from './close-codes.ts';
import { Connection, pingEveryMs } from './connection.ts';
import { SubscriptionProtocol } from './subscription-protocol.ts';
import { asksForWebSocket, refusalOf, refuseUpgrade } from './upgrade.ts';

/** An operation with its variables; requests over HTTP may be as large. */
const messageBytesMax = 256 * 1024;

/** Some 50 kB each when idle, so 200 MB are not in sight; more clients are for more processes. */
const connectionsMax = 1_000;

/** Whose key was revoked hears nothing more after this and the second that keys are remembered. */
const keyCheckEveryMs = 1_000;

/** What clients have for their goodbye; then the process ends without it. */
const goodbyeMs = 1_000;

/** Subscriptions at the same place as everything else: who asks for a WebSocket at /graphql gets one. */
@Injectable()
export class SubscriptionServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
    // Ours counts them first.
    autoPong: false,
    handleProtocols: (offered) => (offered.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
  });
  private readonly connections = new Set<Connection>();
  private readonly timers: NodeJS.Timeout[] = [];
  private protocolServer: Server<Connection> | undefined;
  private leaving = false;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly protocol: SubscriptionProtocol,
    private readonly keys: MerchantKeys,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.protocolServer = this.protocol.serve();
    const http = this.adapterHost.httpAdapter.getHttpServer() as HttpServer &
      Pick<UpgradeChoice, 'shouldUpgradeCallback'>;
    // Without this, Node hands over every request that offers any other protocol, and a client that offers HTTP/2 with an
    // ordinary POST would get no answer to it.
    http.shouldUpgradeCallback = asksForWebSocket;
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.upgrade(request, socket, head));
    this.timers.push(
      setInterval(() => this.checkLives(), pingEveryMs),
      setInterval(() => void this.checkKeys(), keyCheckEveryMs),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.leaving = true;
    for (const timer of this.timers) clearInterval(timer);
    const gone = [...this.connections].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
    for (const connection of this.connections)
      connection.close(closeCodes.goingAway, 'This process ends. Connect again.');
    const deadline = setTimeout(() => {
      for (const { socket } of this.connections) socket.terminate();
    }, goodbyeMs);
    await Promise.all(gone);
    clearTimeout(deadline);
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Before anything else: an error that nobody hears would end the process.
    socket.on('error', (error) => this.logger.debug({ err: error }, 'a client broke off'));
    const refusal = this.leaving || this.connections.size >= connectionsMax ? full : refusalOf(request);
    if (refusal !== undefined) return refuseUpgrade(socket, refusal);
    this.webSockets.handleUpgrade(request, socket, head, (webSocket) => this.open(webSocket, request));
  }

  private open(socket: WebSocket, request: IncomingMessage): void {
    const connection = new Connection(socket, request);
    this.connections.add(connection);
    socket.on('error', (error) => this.logger.debug({ err: error }, 'a client broke the protocol'));
    const closed = this.protocolServer?.opened(
      {
        protocol: socket.protocol,
        send: (text) => connection.send(text),
        close: (code = closeCodes.ourFault, reason = '') => connection.close(code, reason),
        onMessage: (handle) => {
          socket.on('message', (data: Buffer) => {
            if (!connection.admitMessage()) return;
            handle(data.toString()).catch((error: unknown) => this.fail(connection, error));
          });
        },
      },
      connection,
    );
    socket.once('close', (code, reason) => {
      this.connections.delete(connection);
      closed?.(code, reason.toString()).catch((error: unknown) =>
        this.logger.error({ err: error }, 'could not clean up'),
      );
    });
  }

  private fail(connection: Connection, error: unknown): void {
    if (error instanceof Error && 'retryable' in error && error.retryable === true) {
      connection.close(closeCodes.tryAgainLater, 'Something that this needs cannot be reached right now.');
      return;
    }
    this.logger.error({ err: error }, 'a message over a socket failed');
    connection.close(closeCodes.ourFault, 'Something went wrong on our side.');
  }

  private checkLives(): void {
    for (const connection of this.connections) connection.checkLife();
  }

  /** A key that was good when the connection began may have been revoked since, or have expired. */
  private async checkKeys(): Promise<void> {
    for (const connection of this.connections) {
      if (connection.principal === undefined) continue;
      // While keys cannot be looked up, nobody is thrown out.
      const verified = await this.keys.verify(connection.authorization).catch(() => undefined);
      if (verified?.ok === false) connection.refuseKey(verified.error);
    }
  }
}

const full = { status: 503, sentence: 'No more connections here just now. Try again in a moment.' } as const;

/** Node has this since 24.9, and its published types have it as an option of `createServer` only. */
interface UpgradeChoice {
  shouldUpgradeCallback: (request: IncomingMessage) => boolean;
}
