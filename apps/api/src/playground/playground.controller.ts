import { Controller, Get, Header, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ENVIRONMENT, type ApiEnvironment } from '../api.config.ts';
import { PlaygroundBundle } from './playground-bundle.ts';

/**
 * The page runs its own files and talks to its own origin, and nothing else. Styles may stand in the page, because the
 * editor measures and colours by them; they can neither run nor send anything.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** GraphiQL on our own merchant API. */
@Controller('playground')
export class PlaygroundController {
  constructor(
    private readonly bundle: PlaygroundBundle,
    @Inject(ENVIRONMENT) private readonly environment: ApiEnvironment,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', contentSecurityPolicy)
  @Header('cache-control', 'no-cache')
  @Header('referrer-policy', 'no-referrer')
  @Header('x-content-type-options', 'nosniff')
  page(): string {
    const { NODE_ENV, PLAYGROUND_KEY } = this.environment;
    const page = this.bundle.page(NODE_ENV === 'development' ? (PLAYGROUND_KEY ?? '') : '');
    if (page === undefined)
      throw new ServiceUnavailableException('The playground is not built: npm run build:playground');
    return page;
  }
}
