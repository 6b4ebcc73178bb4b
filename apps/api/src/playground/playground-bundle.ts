import type { FastifyReply } from 'fastify';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

export const PLAYGROUND_DIRECTORY = Symbol('PlaygroundDirectory');

/** Where `npm run build:playground` puts it: in `dist`, whether this file runs from there or from the sources. */
export const builtPlayground = resolve(
  import.meta.dirname.replace(/[\\/]dist([\\/]apps[\\/]api[\\/]src[\\/]playground)$/, '$1'),
  '../../../../dist/apps/api/playground',
);

const presetKeyElement = '<meta name="quittance-preset-key" content="" />';

/** What the build made of `apps/api/playground`: one page, and files whose names change with their content. */
@Injectable()
export class PlaygroundBundle implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost<FastifyAdapter>,
    @Inject(PLAYGROUND_DIRECTORY) private readonly directory: string,
  ) {}

  onModuleInit(): void {
    if (!existsSync(this.directory)) return;
    const assets = join(this.directory, 'assets');
    this.adapterHost.httpAdapter.useStaticAssets({
      root: this.directory,
      prefix: '/playground/',
      index: false,
      cacheControl: false,
      setHeaders: (response, path) => {
        // Nest still describes what @fastify/static 9 handed over; since 10 it is Fastify's own reply.
        const reply = response as unknown as FastifyReply;
        const unchanging = path.startsWith(assets);
        reply.header('cache-control', unchanging ? 'public, max-age=31536000, immutable' : 'no-cache');
        reply.header('x-content-type-options', 'nosniff');
      },
    });
  }

  /** The page, offering this key; undefined when there is no bundle. */
  page(presetKey: string): string | undefined {
    const file = join(this.directory, 'index.html');
    if (!existsSync(file)) return undefined;
    const preset = presetKeyElement.replace('""', `"${escapeAttribute(presetKey)}"`);
    return readFileSync(file, 'utf8').replace(presetKeyElement, () => preset);
  }
}

function escapeAttribute(text: string): string {
  return text.replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
