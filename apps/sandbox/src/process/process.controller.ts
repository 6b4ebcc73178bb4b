import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { SandboxLogger } from './sandbox-logger.ts';
import { SandboxMetrics } from './sandbox-metrics.ts';

/** What whoever runs the process asks it. */
@Controller()
export class ProcessController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: SandboxMetrics,
    private readonly logger: SandboxLogger,
  ) {}

  @Get('healthz')
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async readiness(@Res() http: FastifyReply): Promise<void> {
    try {
      await this.dataSource.query('SELECT 1');
      http.code(200).send({ status: 'ok' });
    } catch (error) {
      this.logger.warn(error);
      http.code(503).send({ status: 'unavailable', down: ['database'] });
    }
  }

  @Get('metrics')
  async exposeMetrics(@Res() http: FastifyReply): Promise<void> {
    http.type(this.metrics.contentType).send(await this.metrics.expose());
  }
}
