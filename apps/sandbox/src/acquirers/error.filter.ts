import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Refusal } from '../operations/refusal.ts';
import type { RefusalCode } from '../operations/refusal.ts';
import { SandboxLogger } from '../process/sandbox-logger.ts';

const refusalStatus = {
  invalid_request: 400,
  unknown_acquirer: 404,
  unknown_authorization: 404,
  unknown_dispute: 404,
  idempotency_key_reused: 409,
  unknown_token: 422,
} as const satisfies Record<RefusalCode, number>;

/** Every error leaves as `{"error":{"code","message"}}`, and only a refusal or an HTTP error says what it was. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: SandboxLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp().getResponse<FastifyReply>();
    const { status, code, message } = this.translate(error);
    http.code(status).send({ error: { code, message } });
  }

  private translate(error: unknown): { status: number; code: string; message: string } {
    if (error instanceof Refusal) {
      return { status: refusalStatus[error.code], code: error.code, message: error.message };
    }
    const status = statusOf(error);
    if (status !== null && error instanceof Error) {
      return { status, code: status === 404 ? 'not_found' : 'invalid_request', message: error.message };
    }
    this.logger.error(error);
    return { status: 500, code: 'internal', message: 'The sandbox failed. What was done is not known.' };
  }
}

/** Nest's exceptions and Fastify's own, such as a body that is not JSON, carry a status below 500. */
function statusOf(error: unknown): number | null {
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : error instanceof Error && 'statusCode' in error
        ? error.statusCode
        : null;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}
