/** One way in which something goes wrong, and how it is set right. */
export interface Fault {
  /** For the report's table: faults of one kind share a line. */
  readonly kind: string;
  /** What is broken. Nothing is broken twice at the same time. */
  readonly targets: readonly string[];
  /** How long it stays so, in milliseconds. */
  readonly lastsMs: { readonly least: number; readonly most: number };
  inject(): Promise<void>;
  /** Settles when everything is in its place again, as far as that is ours to do. */
  heal(): Promise<void>;
}
