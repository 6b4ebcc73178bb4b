import { copyFile, open, stat, truncate } from 'node:fs/promises';

/** A day of a busy development machine; two files of each program bound what the logs can take. */
const logBytesMax = 16 * 1024 * 1024;

/** Programs write without asking us; this often is soon enough that no file grows far beyond its bound. */
const boundEveryMs = 10_000;

/**
 * Keeps every log below its bound. The programs hold the files open in append mode, so one that is too long is copied
 * aside and cut in place.
 */
export function boundLogFiles(files: readonly string[]): () => void {
  const timer = setInterval(() => {
    for (const file of files) void boundLogFile(file).catch(() => undefined);
  }, boundEveryMs);
  return () => clearInterval(timer);
}

export async function boundLogFile(file: string, bytesMax = logBytesMax): Promise<void> {
  const { size } = await stat(file);
  if (size <= bytesMax) return;
  await copyFile(file, `${file}.1`);
  await truncate(file);
}

/** Enough to hold a stack trace behind a burst of ordinary lines. */
const tailBytesMax = 64 * 1024;

/** The last lines of a log, or none when there is no such file. */
export async function lastLogLines(file: string, count: number): Promise<string[]> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return [];
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, tailBytesMax);
    const { buffer } = await handle.read({ buffer: Buffer.alloc(length), position: size - length });
    return buffer.toString('utf8').trimEnd().split('\n').slice(-count);
  } finally {
    await handle.close();
  }
}
