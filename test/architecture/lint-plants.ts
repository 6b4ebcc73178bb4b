/** What a linter is told to refuse here, by the code that it reports; each source breaks that rule in that place. */
export const lintPlants: readonly (readonly [code: string, path: string, source: string])[] = [
  [
    'typescript(no-floating-promises)',
    'apps/api/src/planted-promise.ts',
    `async function pay(): Promise<void> {}\nexport function forget(): void {\n  pay();\n}\n`,
  ],
  [
    'typescript(no-misused-promises)',
    'libs/messaging/src/planted-callback.ts',
    `export function each(names: string[]): void {\n  names.forEach(async (name) => void (await Promise.resolve(name)));\n}\n`,
  ],
  ['typescript(no-explicit-any)', 'libs/contracts/src/planted.ts', `export type Anything = any;\n`],
  [
    'typescript(no-non-null-assertion)',
    'apps/fraud/src/planted.ts',
    `export const first = (names: string[]): string => names[0]!;\n`,
  ],
  [
    'typescript(no-unsafe-assignment)',
    'apps/webhooks/src/planted-body.ts',
    `export const read = (body: string): string => {\n  const url: string = JSON.parse(body);\n  return url;\n};\n`,
  ],
  [
    'typescript(switch-exhaustiveness-check)',
    'libs/domain/src/payment/planted-switch.ts',
    `export function name(state: 'paid' | 'owed'): void {\n  switch (state) {\n    case 'paid':\n      return;\n  }\n}\n`,
  ],
  ['eslint(no-console)', 'libs/runtime/src/planted.ts', `export const say = (): void => console.log('paid');\n`],
  [
    'eslint(eqeqeq)',
    'libs/security/src/planted.ts',
    `export const same = (a: string, b: string): boolean => a == b;\n`,
  ],
  ['eslint(no-unused-vars)', 'tools/planted.ts', `import { join } from 'node:path';\nexport const nothing = true;\n`],

  ['house(no-export-star)', 'libs/domain/src/planted-entry.ts', `export * from './money/money.ts';\n`],
  [
    'house(no-forward-ref)',
    'apps/api/src/planted.module.ts',
    `import { forwardRef } from '@nestjs/common';\nexport const half = forwardRef(() => String);\n`,
  ],
  [
    'house(no-repositories)',
    'apps/settlement/src/planted.store.ts',
    `import { InjectRepository } from '@nestjs/typeorm';\nexport const escape = InjectRepository;\n`,
  ],
  [
    'house(no-rounding-of-amounts)',
    'apps/orchestrator/src/planted-fee.ts',
    `export const fee = (amountMinor: number): number => Math.round(amountMinor * 0.014);\n`,
  ],
  ...Object.entries({
    'libs/domain/src/money/planted-number.ts': `export const shown = (minor: bigint): number => Number(minor);\n`,
    'libs/domain/src/payment/planted-text.ts': `export const shown = (total: number): string => total.toFixed(2);\n`,
    'libs/domain/src/ledger/planted-round.ts': `export const half = (total: number): number => Math.round(total / 2);\n`,
    'libs/domain/src/settlement/planted-parse.ts': `export const read = (text: string): number => parseFloat(text);\n`,
    'libs/domain/src/settlement/planted-rate.ts': `export const feeRate = 0.014;\n`,
  }).map(([path, source]) => ['house(no-float-in-money)', path, source] as const),

  [
    'house(no-sleep-in-tests)',
    'test/planted-sleep.test.ts',
    `export const sleep = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));\n`,
  ],
  [
    'house(no-sleep-in-tests)',
    'test/planted-pause.test.ts',
    `import { setTimeout as pause } from 'node:timers/promises';\nexport const sleep = pause;\n`,
  ],
  [
    'vitest(no-focused-tests)',
    'test/domain/planted-only.test.ts',
    `import { expect, test } from 'vitest';\ntest.only('this one', () => {\n  expect(1).toBe(1);\n});\n`,
  ],
  [
    'vitest(no-disabled-tests)',
    'test/domain/planted-skip.test.ts',
    `import { expect, test } from 'vitest';\ntest.skip('not now', () => {\n  expect(1).toBe(1);\n});\n`,
  ],
];
