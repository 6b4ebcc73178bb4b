import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One line of the machine's package sources, whichever of apt's two formats it is written in. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
}

export async function readAptSources(aptDirectory = '/etc/apt'): Promise<AptSource[]> {
  const parts = await readdir(join(aptDirectory, 'sources.list.d')).catch(() => []);
  const files = ['sources.list', ...parts.sort().map((part) => join('sources.list.d', part))];
  const sources = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(aptDirectory, file), 'utf8').catch(() => '');
      if (file.endsWith('.list')) return parseOneLineSources(text);
      return file.endsWith('.sources') ? parseDeb822Sources(text) : [];
    }),
  );
  return sources.flat();
}

/** `deb [options] uri suite component…` */
export function parseOneLineSources(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const words = line
      .replace(/#.*/, '')
      .replace(/\[[^\]]*\]/, ' ')
      .trim()
      .split(/\s+/);
    const [type, uri, suite, ...components] = words;
    return type === 'deb' && uri !== undefined && suite !== undefined ? [{ uri, suite, components }] : [];
  });
}

/** Paragraphs of `Field: value`, where a value goes on in indented lines. */
export function parseDeb822Sources(text: string): AptSource[] {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  return withoutComments.split(/\n\s*\n/).flatMap((paragraph) => {
    const fields = new Map<string, string[]>();
    for (const [, name, value] of paragraph.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm)) {
      if (name !== undefined && value !== undefined) fields.set(name.toLowerCase(), value.trim().split(/\s+/));
    }
    if (fields.get('enabled')?.[0]?.toLowerCase() === 'no' || !fields.get('types')?.includes('deb')) return [];
    const components = fields.get('components') ?? [];
    return (fields.get('uris') ?? []).flatMap((uri) =>
      (fields.get('suites') ?? []).map((suite) => ({ uri, suite, components })),
    );
  });
}

/**
 * The mirror that serves the machine's own release: it serves the others too. Vendors name their suites alike, but only
 * Debian's mirrors end in /debian by convention; one that does not is the second choice, and apt checks who signed it.
 */
export function debianMirror(sources: readonly AptSource[], codename: string): string | undefined {
  const suites = new Set([codename, 'stable', 'oldstable', 'testing', 'unstable', 'sid']);
  const candidates = sources.filter(({ suite, components }) => suites.has(suite) && components.includes('main'));
  const conventional = candidates.find(({ uri }) => /\/debian\/?$/.test(uri));
  return (conventional ?? candidates.find(({ suite }) => suite === codename))?.uri;
}
