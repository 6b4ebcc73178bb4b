/** One name per statement text, so that each connection parses and plans it once. */
export class StatementNames {
  private readonly names = new Map<string, string>();

  of(text: string): string {
    const name = this.names.get(text) ?? `s${this.names.size + 1}`;
    this.names.set(text, name);
    return name;
  }
}
