import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Demo } from '../demo/demo-file.ts';
import { bodyOf } from './load.ts';

/** More than are ever in flight at the paces of the bench: an arrival must not queue for a connection. */
const connections = 64;

/**
 * Payments that come as customers do: each at its time, whether those before it have been answered or not, evenly spread.
 * (A load generator that sends a second's worth at once measures its own bursts.)
 */
export async function arrive(
  demo: Demo,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<void> {
  const url = new URL(demo.graphqlUrl);
  const pool = new Pool(url.origin, { connections });
  try {
    const began = performance.now();
    const answers: Promise<void>[] = [];
    for (let number = 0; number < perSecond * seconds; number += 1) {
      const early = began + (number * 1_000) / perSecond - performance.now();
      if (early > 0) await pause(early);
      answers.push(accepted(pool, url.pathname, demo.secretKey));
    }
    await Promise.all(answers);
  } finally {
    await pool.close();
  }
}

async function accepted(pool: Pool, path: string, secretKey: string): Promise<void> {
  const { body } = await pool.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secretKey}` },
    body: bodyOf(randomUUID(), 0),
  });
  const answer = await body.text();
  if (!answer.includes('"userErrors":[]')) throw new Error(`Not accepted: ${answer.slice(0, 300)}`);
}
