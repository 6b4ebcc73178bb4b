import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AcquirerName, Answer, FoundAnswer, OperationKind } from '../operations/operation.ts';
import { RecordTransaction } from './record-transaction.ts';

/** The acquirers' durable record. Everything in one transaction is there together or not at all. */
@Injectable()
export class RecordStore {
  constructor(private readonly dataSource: DataSource) {}

  transaction<T>(work: (tx: RecordTransaction) => Promise<T>): Promise<T> {
    return this.dataSource.transaction((manager) => work(new RecordTransaction(manager)));
  }

  /** What is known under a key at that instant; null while nothing is, or is not to be found yet. */
  async findAnswer(acquirer: AcquirerName, key: string, at: Date): Promise<FoundAnswer | null> {
    const [row]: { operation: OperationKind; answer: Answer }[] = await this.dataSource.query(
      `SELECT operation, answer FROM sandbox.operation
       WHERE acquirer = $1 AND idempotency_key = $2 AND findable_from <= $3`,
      [acquirer, key, at],
    );
    return row === undefined ? null : { operation: row.operation, ...row.answer };
  }
}
