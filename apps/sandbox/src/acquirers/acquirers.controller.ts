import { Body, Controller, Get, Headers, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Clock } from '../clock.ts';
import { AcquirerControls } from '../controls/acquirer-controls.ts';
import type { OperationRequest } from '../operations/operation.ts';
import { FindOperation } from '../operations/find-operation.ts';
import { PerformOperation } from '../operations/perform-operation.ts';
import {
  authorizeBody,
  captureBody,
  increaseBody,
  parse,
  parseAcquirer,
  parseKey,
  parseToken,
  refundBody,
  voidBody,
} from './acquirer-requests.ts';
import { ReplySender } from './reply-sender.ts';
import type { Call } from './reply-sender.ts';

const idempotencyKey = 'idempotency-key';

/** The operations that every acquirer offers. */
@Controller('acquirers/:acquirer')
export class AcquirersController {
  constructor(
    private readonly performOperation: PerformOperation,
    private readonly findOperation: FindOperation,
    private readonly controls: AcquirerControls,
    private readonly replySender: ReplySender,
    private readonly clock: Clock,
  ) {}

  @Post('authorizations')
  authorize(
    @Param('acquirer') acquirer: string,
    @Headers(idempotencyKey) key: string | undefined,
    @Body() body: unknown,
    @Res() http: FastifyReply,
  ): Promise<void> {
    const addressed = { acquirer: parseAcquirer(acquirer), key: parseKey(key) };
    const { cardToken, returnUrl = null, ...asked } = parse(authorizeBody, body);
    const card = { cardToken: parseToken(cardToken), returnUrl };
    return this.perform({ operation: 'authorize', ...addressed, ...asked, ...card }, http);
  }

  @Post('authorizations/:authorizationId/increases')
  increase(
    @Param('acquirer') acquirer: string,
    @Param('authorizationId') authorizationId: string,
    @Headers(idempotencyKey) key: string | undefined,
    @Body() body: unknown,
    @Res() http: FastifyReply,
  ): Promise<void> {
    const addressed = { acquirer: parseAcquirer(acquirer), key: parseKey(key) };
    return this.perform({ operation: 'increase', ...addressed, authorizationId, ...parse(increaseBody, body) }, http);
  }

  @Post('authorizations/:authorizationId/captures')
  capture(
    @Param('acquirer') acquirer: string,
    @Param('authorizationId') authorizationId: string,
    @Headers(idempotencyKey) key: string | undefined,
    @Body() body: unknown,
    @Res() http: FastifyReply,
  ): Promise<void> {
    const addressed = { acquirer: parseAcquirer(acquirer), key: parseKey(key) };
    return this.perform({ operation: 'capture', ...addressed, authorizationId, ...parse(captureBody, body) }, http);
  }

  @Post('authorizations/:authorizationId/voids')
  void(
    @Param('acquirer') acquirer: string,
    @Param('authorizationId') authorizationId: string,
    @Headers(idempotencyKey) key: string | undefined,
    @Body() body: unknown,
    @Res() http: FastifyReply,
  ): Promise<void> {
    const addressed = { acquirer: parseAcquirer(acquirer), key: parseKey(key) };
    parse(voidBody, body);
    return this.perform({ operation: 'void', ...addressed, authorizationId }, http);
  }

  @Post('authorizations/:authorizationId/refunds')
  refund(
    @Param('acquirer') acquirer: string,
    @Param('authorizationId') authorizationId: string,
    @Headers(idempotencyKey) key: string | undefined,
    @Body() body: unknown,
    @Res() http: FastifyReply,
  ): Promise<void> {
    const addressed = { acquirer: parseAcquirer(acquirer), key: parseKey(key) };
    return this.perform({ operation: 'refund', ...addressed, authorizationId, ...parse(refundBody, body) }, http);
  }

  @Get('operations/:key')
  async find(
    @Param('acquirer') name: string,
    @Param('key') unparsedKey: string,
    @Res() http: FastifyReply,
  ): Promise<void> {
    const acquirer = parseAcquirer(name);
    const key = parseKey(unparsedKey);
    const call: Call = { acquirer, operation: 'find', key, receivedAt: this.clock.now() };
    const { down, hang } = this.controls.of(acquirer);
    if (down) return this.replySender.send(call, { tells: 'not_processed' }, http);
    if (hang) return this.replySender.send(call, { tells: 'never' }, http);
    return this.replySender.send(call, await this.findOperation.execute(acquirer, key), http);
  }

  private async perform(request: OperationRequest, http: FastifyReply): Promise<void> {
    const { acquirer, key, operation } = request;
    const call: Call = { acquirer, operation, key, receivedAt: this.clock.now() };
    if (this.controls.of(acquirer).down) return this.replySender.send(call, { tells: 'not_processed' }, http);
    const reply = await this.performOperation.execute(request, this.controls.interferenceWith(request));
    return this.replySender.send(call, reply, http);
  }
}
