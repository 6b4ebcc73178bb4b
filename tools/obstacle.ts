/**
 * Something outside this program stands in the way: a taken port, a full disk, a missing server. It carries what a
 * person can do about it, so it is printed without a stack trace.
 */
export class Obstacle extends Error {
  override readonly name = 'Obstacle';
  readonly remedies: readonly string[];

  constructor(what: string, remedies: readonly string[] = [], options?: ErrorOptions) {
    super(what, options);
    this.remedies = remedies;
  }
}

export function describeObstacle(obstacle: Obstacle): string {
  return [obstacle.message, ...obstacle.remedies.map((remedy) => `  · ${remedy}`)].join('\n');
}

/** For the outermost call of a tool: an obstacle is explained and becomes exit code 1. */
export async function orExplain(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (fault) {
    if (!(fault instanceof Obstacle)) throw fault;
    process.stderr.write(`\n${describeObstacle(fault)}\n\n`);
    return 1;
  }
}
