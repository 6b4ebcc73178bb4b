import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { parse, parseKey } from '../acquirers/acquirer-requests.ts';
import { DevelopmentOnly } from '../process/development-only.guard.ts';
import { TruthStore, beginning } from '../stores/truth.store.ts';
import type { KeyTruth, RecordedEffect } from '../stores/truth.store.ts';
import { fromCursor, toCursor } from './effect-cursor.ts';
import { totalsByCurrency } from './totals.ts';
import type { CurrencyTotals } from './totals.ts';

const pageSizeDefault = 100;
/** A page of this many effects is half a megabyte of JSON. */
const pageSizeMax = 1_000;

const effectsQuery = z.strictObject({
  after: z.string().optional(),
  limit: z
    .string()
    .regex(/^\d+$/, 'must be a number')
    .transform(Number)
    .pipe(z.number().min(1).max(pageSizeMax))
    .default(pageSizeDefault),
});

/** What the acquirers really did, whatever they told. */
@Controller('truth')
@UseGuards(DevelopmentOnly)
export class TruthController {
  constructor(private readonly truth: TruthStore) {}

  @Get()
  async ofKey(@Query('key') unparsedKey: string | undefined): Promise<{ key: string; operations: KeyTruth[] }> {
    const key = parseKey(unparsedKey);
    return { key, operations: await this.truth.ofKey(key) };
  }

  @Get('totals')
  async totals(): Promise<{ totals: CurrencyTotals[] }> {
    return { totals: totalsByCurrency(await this.truth.totals()) };
  }

  @Get('operations')
  async effects(@Query() query: unknown): Promise<{ operations: RecordedEffect[]; next: string; more: boolean }> {
    const { after, limit } = parse(effectsQuery, query);
    const page = await this.truth.effectsBehind(after === undefined ? beginning : fromCursor(after), limit);
    return { operations: page.effects, next: toCursor(page.next), more: page.more };
  }
}
