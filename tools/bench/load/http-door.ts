import { connect, type Socket } from 'node:net';

const bodyBegins = '\r\n\r\n';
const contentLength = /^content-length: (\d+)\r$/im;

/** What is asked again and again: everything but the body of the request. */
export interface DoorAddress {
  readonly url: string;
  readonly secretKey: string;
}

interface Visitor {
  readonly request: string;
  readonly answered: PromiseWithResolvers<string>;
}

/**
 * An HTTP client that costs the measured side little: the load shares the processor with what it measures, and a client that
 * can do everything takes several times the time of this one. One request at a time on each connection, all kept open.
 */
export class HttpDoor {
  private readonly head: string;
  private readonly free: Connection[];
  private readonly connections: readonly Connection[];
  private readonly queue: Visitor[] = [];

  private constructor(head: string, connections: readonly Connection[]) {
    this.head = head;
    this.connections = connections;
    this.free = [...connections];
  }

  static async open({ url, secretKey }: DoorAddress, connections: number): Promise<HttpDoor> {
    const { pathname, hostname, port, host } = new URL(url);
    const head =
      `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
      `authorization: Bearer ${secretKey}\r\ncontent-length: `;
    const opened = Array.from({ length: connections }, () => Connection.open(hostname, Number(port)));
    return new HttpDoor(head, await Promise.all(opened));
  }

  /** The whole answer, head and body. Waits for a connection while all are taken. */
  post(body: string): Promise<string> {
    const request = `${this.head}${Buffer.byteLength(body)}${bodyBegins}${body}`;
    const visitor = { request, answered: Promise.withResolvers<string>() };
    const connection = this.free.pop();
    if (connection === undefined) this.queue.push(visitor);
    else this.serve(connection, visitor);
    return visitor.answered.promise;
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  private serve(connection: Connection, { request, answered }: Visitor): void {
    connection.ask(request, (outcome) => {
      const next = this.queue.shift();
      if (next === undefined) this.free.push(connection);
      else this.serve(connection, next);
      if (outcome instanceof Error) answered.reject(outcome);
      else answered.resolve(outcome);
    });
  }
}

type Listener = (outcome: string | Error) => void;

class Connection {
  private received = '';
  /** Of the whole answer, known once its head has come. */
  private length = Infinity;
  private listener: Listener | undefined;
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    // Latin 1 has a character for each byte, so that lengths are those of the wire.
    socket.setEncoding('latin1').setNoDelay(true);
    socket.on('data', (chunk: string) => this.hear(chunk));
    socket.on('error', (fault) => this.tell(fault));
    socket.on('close', () => this.tell(new Error('the server closed the connection')));
  }

  static open(host: string, port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  ask(request: string, listener: Listener): void {
    this.listener = listener;
    this.socket.write(request);
  }

  close(): void {
    this.listener = undefined;
    this.socket.destroy();
  }

  private hear(chunk: string): void {
    this.received += chunk;
    if (this.length === Infinity) {
      const head = this.received.indexOf(bodyBegins);
      if (head === -1) return;
      this.length = head + bodyBegins.length + Number(contentLength.exec(this.received.slice(0, head + 2))?.[1]);
    }
    if (this.received.length < this.length) return;
    const answer = this.received;
    this.received = '';
    this.length = Infinity;
    this.tell(answer);
  }

  private tell(outcome: string | Error): void {
    const { listener } = this;
    this.listener = undefined;
    listener?.(outcome);
  }
}
