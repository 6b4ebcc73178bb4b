import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What every compiled file holds: its path in the compiled tree, and a hash. */
export type Snapshot = ReadonlyMap<string, { readonly mtimeMs: number; readonly hash: string }>;

/** Files whose time did not change since the earlier snapshot are not read again. */
export async function takeSnapshot(directory: string, earlier: Snapshot = new Map()): Promise<Snapshot> {
  const names = await readdir(directory, { recursive: true });
  const compiled = names.filter((name) => name.endsWith('.js'));
  const entries = await Promise.all(
    compiled.map(async (name) => {
      const file = join(directory, name);
      const { mtimeMs } = await stat(file);
      const known = earlier.get(name);
      if (known?.mtimeMs === mtimeMs) return [name, known] as const;
      const hash = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      return [name, { mtimeMs, hash }] as const;
    }),
  );
  return new Map(entries);
}

/** The compiler also rewrites files that come out the same; those did not change. */
export function changedFiles(before: Snapshot, after: Snapshot): string[] {
  return [...after].filter(([file, { hash }]) => before.get(file)?.hash !== hash).map(([file]) => file);
}

export interface Consequences<Name extends string> {
  readonly restart: readonly Name[];
  readonly migrate: boolean;
  /** The launcher cannot replace itself. */
  readonly launcherIsOld: boolean;
}

/** A change in a lib is a change in every service. */
export function consequencesOf<Name extends string>(
  files: readonly string[],
  services: readonly Name[],
): Consequences<Name> {
  const isBelow = (place: string) => files.some((file) => file.startsWith(`${place}/`));
  return {
    restart: isBelow('libs') ? services : services.filter((name) => isBelow(`apps/${name}`)),
    migrate: isBelow('migrations'),
    launcherIsOld: isBelow('tools'),
  };
}
