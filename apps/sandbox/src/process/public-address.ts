import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Server } from 'node:http';
import { SandboxConfig } from '../sandbox.config.ts';

/** Where a browser finds the sandbox. */
@Injectable()
export class PublicAddress {
  constructor(
    private readonly config: SandboxConfig,
    private readonly adapterHost: HttpAdapterHost<FastifyAdapter>,
  ) {}

  /** Asked while the sandbox listens: only then is a port that was left to the machine known. */
  get url(): string {
    if (this.config.publicUrl !== null) return this.config.publicUrl;
    const address = this.adapterHost.httpAdapter.getHttpServer<Server>().address();
    if (address === null || typeof address === 'string') throw new Error('The sandbox does not listen on a port.');
    return `http://${this.config.host}:${address.port}`;
  }
}
