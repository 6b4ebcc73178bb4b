import { Body, Controller, Headers, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { evidenceBody, parse, parseAcquirer, parseKey } from '../acquirers/acquirer-requests.ts';
import { ReplySender } from '../acquirers/reply-sender.ts';
import type { Call } from '../acquirers/reply-sender.ts';
import { Clock } from '../clock.ts';
import { AcquirerControls } from '../controls/acquirer-controls.ts';
import type { EvidenceRequest } from '../operations/operation.ts';
import { SubmitEvidence } from './submit-evidence.ts';

/** What a merchant can do about a dispute. */
@Controller('acquirers/:acquirer/disputes')
export class DisputesController {
  constructor(
    private readonly submitEvidence: SubmitEvidence,
    private readonly controls: AcquirerControls,
    private readonly replySender: ReplySender,
    private readonly clock: Clock,
  ) {}

  @Post(':disputeId/evidence')
  async submit(
    @Param('acquirer') name: string,
    @Param('disputeId') disputeId: string,
    @Headers('idempotency-key') unparsedKey: string | undefined,
    @Body() body: unknown,
    @Res() http: FastifyReply,
  ): Promise<void> {
    const acquirer = parseAcquirer(name);
    const key = parseKey(unparsedKey);
    const request: EvidenceRequest = { operation: 'evidence', acquirer, key, disputeId, ...parse(evidenceBody, body) };
    const call: Call = { acquirer, operation: 'evidence', key, receivedAt: this.clock.now() };
    if (this.controls.of(acquirer).down) return this.replySender.send(call, { tells: 'not_processed' }, http);
    const reply = await this.submitEvidence.execute(request, this.controls.interferenceWith(request));
    return this.replySender.send(call, reply, http);
  }
}
