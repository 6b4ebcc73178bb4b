/**
 * A service that only serves its health, for tests of what starts and stops services. GET /exit makes it die, GET /hang
 * makes it ignore SIGTERM, and DIES_AT_START makes it die before it serves.
 */
import { createServer } from 'node:http';

const name = process.argv[2] ?? 'fixture';

function log(message: string): void {
  process.stdout.write(`${JSON.stringify({ service: name, msg: message })}\n`);
}

if (process.env['DIES_AT_START'] === name) {
  log('cannot live with this configuration');
  process.exit(3);
}

let hangs = false;
const server = createServer((request, response) => {
  if (request.url === '/exit') process.exit(4);
  if (request.url === '/hang') hangs = true;
  response.end(JSON.stringify({ pid: process.pid, environment: process.env }));
});

process.on('SIGTERM', () => {
  log('asked to stop');
  if (hangs) return;
  server.close(() => {
    log('drained');
    process.exit(0);
  });
  server.closeIdleConnections();
});

server.listen(Number(process.env['PORT']), '127.0.0.1', () => log('ready'));
