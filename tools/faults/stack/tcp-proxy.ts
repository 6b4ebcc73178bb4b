import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { loopback } from '../../processes/free-port.ts';

/** What a wire does with what is sent over it. */
export type WireManner =
  | { readonly kind: 'sound' }
  /** Both ways, each packet this much later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** The next answer is lost together with its connection: the other side has done what it was asked. */
  | { readonly kind: 'cut_on_reply' }
  /** Connections stay open and nothing comes through any more, as when a machine in between has lost its power. */
  | { readonly kind: 'half_open' };

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

/** Stands between a service and a server, passes everything on, and breaks the connection in the ways that networks do. */
export class TcpProxy {
  private readonly server: Server;
  private readonly targetPort: number;
  private readonly pairs = new Set<Pair>();
  private manner: WireManner = { kind: 'sound' };

  private constructor(server: Server, targetPort: number) {
    this.server = server;
    this.targetPort = targetPort;
    server.on('connection', (near) => this.join(near));
  }

  static async listen(port: number, targetPort: number): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, loopback, resolve);
    });
    return new TcpProxy(server, targetPort);
  }

  behave(manner: WireManner): void {
    const before = this.manner.kind;
    this.manner = manner;
    // What was swallowed is missing from the stream of bytes: nobody may go on reading it.
    if (before === 'half_open') this.resetAll();
  }

  /** Every connection ends with a reset, at once. */
  resetAll(): void {
    for (const pair of [...this.pairs]) reset(pair);
  }

  async close(): Promise<void> {
    this.resetAll();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private join(near: Socket): void {
    const far = connect({ port: this.targetPort, host: loopback, noDelay: true });
    const pair = { near, far };
    this.pairs.add(pair);
    this.pass(pair, near, far);
    this.pass(pair, far, near);
    for (const socket of [near, far]) {
      socket.on('error', () => reset(pair));
      socket.on('close', () => {
        this.pairs.delete(pair);
        // An end that came in good order is passed on in good order, behind what was sent before it.
        if (this.manner.kind !== 'half_open') (socket === near ? far : near).end();
      });
    }
  }

  private pass(pair: Pair, from: Socket, to: Socket): void {
    // What comes behind a slow packet waits for it: bytes that overtake each other are no stream.
    let slow = Promise.resolve();
    let underWay = 0;
    const later = (packet: Buffer, delayMs: number): void => {
      const due = performance.now() + delayMs;
      underWay += 1;
      slow = slow.then(async () => {
        await pause(Math.max(0, due - performance.now()));
        write(from, to, packet);
        underWay -= 1;
      });
    };
    from.on('data', (packet) => {
      const { manner } = this;
      if (manner.kind === 'half_open') return;
      if (manner.kind === 'cut_on_reply' && from === pair.far) reset(pair);
      else if (manner.kind === 'slow') later(packet, manner.delayMs);
      else if (underWay > 0) later(packet, 0);
      else write(from, to, packet);
    });
  }
}

function write(from: Socket, to: Socket, packet: Buffer): void {
  if (to.destroyed || to.writableEnded) return;
  if (to.write(packet)) return;
  from.pause();
  to.once('drain', () => from.resume());
}

function reset({ near, far }: Pair): void {
  near.resetAndDestroy();
  far.resetAndDestroy();
}
