/** What a broken promise costs. */
export type Harm =
  /** Something that was acknowledged, done or said is missing. */
  | 'lost'
  /** Something was done or said more than once. */
  | 'doubled'
  /** Something will not come to its end by itself, and names no reason. */
  | 'stuck'
  /** Two records of the same thing differ. */
  | 'wrong';

export interface Finding {
  readonly harm: Harm;
  /** Which of the laboratory's questions it answers. */
  readonly check: string;
  readonly what: string;
  /** UUID of the payment that it is about, where there is one. */
  readonly payment?: string;
}
