import { Controller, Get, Header, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import type { Metrics } from '#observability';
import type { Readiness } from './readiness.ts';
import { METRICS, READINESS } from './tokens.ts';

@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(METRICS) private readonly counted: Metrics,
  ) {}

  /** The process lives and its event loop turns. Says nothing about others: restarting us would not bring them back. */
  @Get('healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check(
      Object.entries(this.readiness).map(([name, reachable]) => async () => {
        const indicator = this.indicators.check(name);
        return (await reachable()) ? indicator.up() : indicator.down({ message: `${name} is not reachable` });
      }),
    );
  }

  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.counted.registry.metrics();
  }
}
