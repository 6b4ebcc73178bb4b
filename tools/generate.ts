import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generatedFiles } from './generated/generated-files.ts';

/** `npm run generate` writes what follows from the code; with `--check` it only says which files are out of date. */
const onlyCheck = process.argv.includes('--check');

for (const { path, content } of generatedFiles) {
  const wanted = await content();
  const current = await readFile(path, 'utf8').catch(() => undefined);
  if (current === wanted) continue;
  if (onlyCheck) {
    process.stderr.write(`${path} is not what the code says. Run: npm run generate\n`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, wanted);
    process.stdout.write(`wrote ${path}\n`);
  }
}
