import { connect } from 'node:net';
import { Obstacle } from '../obstacle.ts';

const greetingMs = 2_000;

/** The first line that a nats-server says to anyone who connects, which tells whether JetStream is up. */
export function hasJetStream(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: greetingMs });
    socket.setEncoding('utf8');
    let greeting = '';
    socket.on('data', (chunk: string) => {
      greeting += chunk;
      if (!greeting.includes('\n')) return;
      socket.destroy();
      if (greeting.startsWith('INFO ')) resolve(greeting.includes('"jetstream":true'));
      else reject(new Error('what listens there is no nats-server'));
    });
    socket.once('timeout', () => socket.destroy(new Error('it took the connection and said nothing')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('it closed the connection')));
  });
}

const portDefault = 4222;

/** Looks at a broker that is not ours before anything depends on it. */
export async function requireBroker(natsUrl: string): Promise<void> {
  const [first = natsUrl] = natsUrl.split(',');
  const { hostname, port } = new URL(first);
  const remedies = ['Check NATS_URL, or unset it to let Quittance start its own nats-server.'];
  let found: boolean;
  try {
    found = await hasJetStream(hostname, port === '' ? portDefault : Number(port));
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    throw new Obstacle(`The nats-server at ${hostname} cannot be reached: ${reason}`, remedies, { cause: fault });
  }
  if (!found) {
    throw new Obstacle(`The nats-server at ${hostname} runs without JetStream.`, [
      'Start it with -js, or with a jetstream block in its configuration.',
      ...remedies,
    ]);
  }
}
