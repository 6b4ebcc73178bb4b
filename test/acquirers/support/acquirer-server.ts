import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How long each acquirer takes to answer, as ordinary ones do. */
const latencyMs = 150;

const stepMs = 5;

export interface AcquirerServer {
  /** Of one of the acquirers that it plays. */
  urlOf(name: string): string;
  /** From now on requests to it are taken and never answered. */
  hang(name: string): void;
  /** New requests are answered again; those that were taken meanwhile never are. */
  recover(name: string): void;
  requestsOf(name: string): number;
  stop(): Promise<void>;
}

/** Several acquirers on one port that approve everything in the same time, unless they hang. */
export async function startAcquirerServer(): Promise<AcquirerServer> {
  const hanging = new Set<string>();
  const requests = new Map<string, number>();
  let held: { readonly dueAt: number; readonly response: ServerResponse }[] = [];
  const server = createServer((request, response) => {
    const [, name = ''] = (request.url ?? '').split('/');
    requests.set(name, (requests.get(name) ?? 0) + 1);
    request.resume();
    if (!hanging.has(name)) held.push({ dueAt: performance.now() + latencyMs, response });
  });
  const answering = setInterval(() => {
    const now = performance.now();
    const due = held.filter(({ dueAt }) => dueAt <= now);
    held = held.filter(({ dueAt }) => dueAt > now);
    for (const { response } of due) {
      response.setHeader('content-type', 'application/json');
      response.end('{"status":"approved","authorizationId":"auth_1"}');
    }
  }, stepMs);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (name) => `http://127.0.0.1:${port}/${name}`,
    hang: (name) => void hanging.add(name),
    recover: (name) => void hanging.delete(name),
    requestsOf: (name) => requests.get(name) ?? 0,
    async stop() {
      clearInterval(answering);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
