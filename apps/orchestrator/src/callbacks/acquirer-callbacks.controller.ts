import { Controller, HttpCode, HttpException, HttpStatus, Param, Post, Req, type RawBodyRequest } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';
import { HearCallback } from '../use-cases/hear-callback.ts';

/**
 * Where acquirers tell us what we did not ask for. 200 says that it is written down; anything else makes them repeat it.
 */
@Controller('acquirers')
export class AcquirerCallbacksController {
  constructor(
    private readonly acquirers: AcquirerDirectory,
    private readonly hearCallback: HearCallback,
  ) {}

  @Post(':name/callbacks')
  @HttpCode(HttpStatus.OK)
  async receive(@Param('name') name: string, @Req() request: RawBodyRequest<FastifyRequest>): Promise<void> {
    const acquirer = this.acquirers.find(name);
    if (acquirer === undefined)
      throw refused(HttpStatus.NOT_FOUND, 'unknown_acquirer', `No acquirer is called ${name}.`);
    const callback = request.rawBody && acquirer.readCallback(request.rawBody, headersOf(request));
    if (callback === undefined) {
      throw refused(HttpStatus.UNAUTHORIZED, 'not_genuine', 'The signature does not hold over this body.');
    }
    const heard = await this.hearCallback.execute(name, callback);
    if (!heard.ok) throw refused(HttpStatus.CONFLICT, 'too_early', heard.error.because);
  }
}

/** Repeated headers are none of what acquirers sign. */
function headersOf({ headers }: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? undefined : value]),
  );
}

function refused(status: HttpStatus, code: string, message: string): HttpException {
  return new HttpException({ error: { code, message } }, status);
}
