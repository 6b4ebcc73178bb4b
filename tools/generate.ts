import { generatedFiles } from './generated/generated-files.ts';
import { generate } from './generated/generate.ts';

/** `npm run generate` writes what follows from the code; with `--check` it only says which files are out of date. */
const problems = await generate(generatedFiles, {
  directory: 'docs/generated',
  write: !process.argv.includes('--check'),
  progress: (line) => process.stdout.write(`${line}\n`),
});
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
