export { BatchedWrites, type Outcome } from './batched-writes.ts';
