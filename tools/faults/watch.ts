import { setTimeout as pause } from 'node:timers/promises';
import type { History } from './load/history.ts';
import type { FaultStack } from './stack/stack.ts';

const everyMs = 200;

/** Something that could be noticed from outside: a process that does not say that it serves, a client without an answer. */
export interface Sign {
  readonly at: number;
  readonly what: string;
}

/** Looks at the stack as an operator's monitoring would. */
export class Watch {
  readonly signs: Sign[] = [];
  private readonly stack: FaultStack;
  private readonly history: History;
  private stopped = false;

  constructor(stack: FaultStack, history: History) {
    this.stack = stack;
    this.history = history;
  }

  async run(): Promise<void> {
    while (!this.stopped) {
      await Promise.all([this.look(), pause(everyMs)]);
      for (const call of this.history.takeNewest()) {
        if (call.answer.kind === 'unknown')
          this.signs.push({ at: call.answeredAt, what: 'a client without an answer' });
      }
    }
  }

  stop(): void {
    this.stopped = true;
  }

  private async look(): Promise<void> {
    await Promise.all(
      this.stack.tree.programs.map(async ({ name, program }) => {
        const serves = await program.isReady().catch(() => false);
        if (!serves) this.signs.push({ at: Date.now(), what: `${name} does not serve` });
      }),
    );
  }
}
