import fc from 'fast-check';

/** Every run draws new examples. `PROPERTY_SEED` repeats an earlier run. */
export const examplesSeed =
  process.env['PROPERTY_SEED'] === undefined ? Date.now() % 2 ** 31 : Number(process.env['PROPERTY_SEED']);

console.info(`property seed ${examplesSeed} (PROPERTY_SEED=${examplesSeed} repeats these examples)`);

/** Checks the property with the printed seed; the examples per property keep a test below a second. */
export function holds<Values>(property: fc.IProperty<Values>, examples = 1_000): void {
  fc.assert(property, { seed: examplesSeed, numRuns: examples });
}
