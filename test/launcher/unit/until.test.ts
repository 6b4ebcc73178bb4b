import { describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';

describe('until', () => {
  test('returns the first answer that is one', async () => {
    const answers = [undefined, null, false, 0];
    expect(await until('an answer', () => answers.shift(), { everyMs: 1 })).toBe(0);
  });

  test('takes a throw for "not yet", and names the last one at the deadline', async () => {
    const waited = until(
      'the moon',
      () => {
        throw new Error('it is cloudy');
      },
      { deadlineMs: 20, everyMs: 5 },
    );
    await expect(waited).rejects.toThrow('waited 0.0 s for the moon (last fault: it is cloudy)');
  });

  test('ends at once when there is nothing to wait for any more', async () => {
    const hopeless = new AbortController();
    const waited = until('a reply', () => undefined, { signal: hopeless.signal, everyMs: 60_000 });
    hopeless.abort(new Error('they hung up'));
    await expect(waited).rejects.toThrow();
  });
});
