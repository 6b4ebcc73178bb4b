import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';

/** `terminating connection`, as a server that is killed says it: ErrorResponse with severity, SQLSTATE and message. */
const lastWords = errorResponse([
  'SFATAL',
  'VFATAL',
  'C57P01',
  'Mterminating connection due to unexpected postmaster exit',
]);

/** ReadyForQuery, idle. */
const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** A way to a PostgreSQL server that can die, for one connection, in the moment in which it is ready for the first time. */
export class DyingServer {
  private readonly server: Server;
  private diesAtReady = false;

  private constructor(server: Server) {
    this.server = server;
  }

  static async before(url: string): Promise<DyingServer> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const dying = new DyingServer(server);
    server.on('connection', (client) => {
      const upstream = connect(Number(port), hostname);
      client.on('data', (bytes) => upstream.write(bytes));
      upstream.on('data', (bytes) => {
        if (!dying.diesAtReady || !bytes.subarray(-ready.length).equals(ready)) {
          client.write(bytes);
          return;
        }
        dying.diesAtReady = false;
        client.end(Buffer.concat([bytes, lastWords]));
        upstream.destroy();
      });
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return dying;
  }

  urlOf(url: string): string {
    const complete = new URL(url);
    complete.hostname = '127.0.0.1';
    complete.port = String((this.server.address() as AddressInfo).port);
    return complete.href;
  }

  dieAtNextReady(): void {
    this.diesAtReady = true;
  }

  async close(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }
}

function errorResponse(fields: readonly string[]): Buffer {
  const body = Buffer.from(`${fields.map((field) => `${field}\0`).join('')}\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
