import { Module } from '@nestjs/common';
import { DocsController } from './docs.controller.ts';

/** GET /docs/errors and /docs/sandbox. */
@Module({ controllers: [DocsController] })
export class DocsModule {}
