import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** JetStream is told that a message was taken by a publication to a subject that names stream, consumer, delivery and position. */
const acknowledgements = /\$JS\.ACK\.[^. ]+\.[^. ]+\.\d+\.(\d+)\./g;

/** Stands between a service and NATS, and passes everything on until it is to hold back an acknowledgement. */
export class AckTrap {
  private waiting: { readonly behind: number; readonly caught: () => void } | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(natsPort: number) {
    this.server = createServer((service) => {
      const nats = connect(natsPort, '127.0.0.1');
      for (const socket of [service, nats]) {
        this.sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => this.sockets.delete(socket));
      }
      service.on('close', () => nats.destroy());
      nats.on('close', () => service.destroy());
      nats.pipe(service);
      service.on('data', (chunk) => {
        if (this.isAwaited(chunk)) this.takeIt(service);
        else nats.write(chunk);
      });
    });
  }

  static async before(natsUrl: string): Promise<AckTrap> {
    const trap = new AckTrap(Number(new URL(natsUrl).port));
    trap.server.listen(0, '127.0.0.1');
    await once(trap.server, 'listening');
    return trap;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /**
   * The next acknowledgement of a message behind that position of its stream does not arrive, nor anything after it; then
   * `caught` is called.
   */
  spring(behind: number, caught: () => void): void {
    this.waiting = { behind, caught };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private isAwaited(chunk: Buffer): boolean {
    const { waiting } = this;
    if (waiting === undefined) return false;
    return [...chunk.toString('latin1').matchAll(acknowledgements)].some(
      ([, position]) => Number(position) > waiting.behind,
    );
  }

  private takeIt(service: Socket): void {
    const { waiting } = this;
    this.waiting = undefined;
    service.removeAllListeners('data');
    waiting?.caught();
  }
}
