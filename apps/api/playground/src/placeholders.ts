/**
 * What may stand in a tab's variables so that it runs as it is, and runs again: `{{new}}` becomes chance, one per run, and
 * `{{payment}}` the payment that was seen last.
 */
export class Placeholders {
  private payment: string | undefined;

  fill(variables: unknown): unknown {
    const chance = crypto.randomUUID().slice(0, 8);
    return replaceTexts(variables, (text) =>
      text.replaceAll('{{new}}', chance).replaceAll('{{payment}}', () => this.latestPayment()),
    );
  }

  /** Notes the first payment id in an answer. */
  notice(answer: unknown): void {
    this.payment = /"(pay_[0-9a-z]{26})"/.exec(JSON.stringify(answer))?.[1] ?? this.payment;
  }

  private latestPayment(): string {
    if (this.payment !== undefined) return this.payment;
    throw new Error('There is no payment yet that {{payment}} could stand for: run CreatePayment, or write an id.');
  }
}

function replaceTexts(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => replaceTexts(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaceTexts(item, replace)]));
}
