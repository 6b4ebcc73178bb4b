import { Body, Controller, Delete, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { parse, parseAcquirer } from '../acquirers/acquirer-requests.ts';
import { DevelopmentOnly } from '../process/development-only.guard.ts';
import { AcquirerControls } from './acquirer-controls.ts';
import type { Controls } from './acquirer-controls.ts';

/** Ten minutes: longer than any test waits, and a timer that still ends. */
const latencyMsMax = 600_000;
const share = z.number().min(0).max(1);

const controlsBody = z
  .strictObject({
    down: z.boolean(),
    latencyMs: z.int().min(0).max(latencyMsMax),
    errorRate: share,
    declineRate: share,
    hang: z.boolean(),
  })
  .partial();

/** What a test does to an acquirer. */
@Controller('control/acquirers/:acquirer')
@UseGuards(DevelopmentOnly)
export class ControlsController {
  constructor(private readonly controls: AcquirerControls) {}

  @Post()
  @HttpCode(200)
  change(@Param('acquirer') acquirer: string, @Body() body: unknown): Controls {
    return this.controls.change(parseAcquirer(acquirer), parse(controlsBody, body));
  }

  @Delete()
  reset(@Param('acquirer') acquirer: string): Controls {
    return this.controls.reset(parseAcquirer(acquirer));
  }
}
