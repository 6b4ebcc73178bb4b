/** Time is an input: whoever needs "now" is given a clock, so that a test can hold it still. */
export interface Clock {
  now(): Date;
}
