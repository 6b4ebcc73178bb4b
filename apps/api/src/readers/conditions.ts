/** Conditions of a statement and the values behind their placeholders, put together without a value in the text. */
export class Conditions {
  readonly values: unknown[] = [];
  private readonly texts: string[] = [];

  /** `text` names the value's placeholder as `?`. */
  add(text: string, value: unknown): this {
    this.texts.push(text.replace('?', this.placeholderOf(value)));
    return this;
  }

  /** As `add`, unless there is no value. */
  addIf(text: string, value: unknown): this {
    return value === undefined || value === null ? this : this.add(text, value);
  }

  /** For use outside of the conditions. */
  placeholderOf(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  get text(): string {
    return this.texts.join(' AND ');
  }
}
