import { Body, Controller, Get, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { parse, parseAcquirer } from '../acquirers/acquirer-requests.ts';
import { unknownAuthorization } from '../operations/lock-work.ts';
import { RecordStore } from '../stores/record.store.ts';
import type { Challenge } from './challenge.ts';
import { challengePage } from './challenge-page.ts';
import { DecideChallenge } from './decide-challenge.ts';

const decisionBody = z.strictObject({ decision: z.enum(['accept', 'refuse']) });
const stateAfter = { accept: 'accepted', refuse: 'refused' } as const;

/** The page runs nothing and loads nothing. Where its form may lead is left open, because it leads back to the shop. */
const contentSecurityPolicy = `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'`;

/** What a customer's browser sees of an acquirer. */
@Controller('acquirers/:acquirer/challenges/:authorizationId')
export class ChallengesController {
  constructor(
    private readonly record: RecordStore,
    private readonly decideChallenge: DecideChallenge,
  ) {}

  @Get()
  async show(
    @Param('acquirer') acquirer: string,
    @Param('authorizationId') authorizationId: string,
    @Res() http: FastifyReply,
  ): Promise<void> {
    const challenge = await this.record.findChallenge(parseAcquirer(acquirer), authorizationId);
    if (challenge === null) throw unknownAuthorization();
    sendPage(challenge, 200, http);
  }

  @Post()
  async decide(
    @Param('acquirer') acquirer: string,
    @Param('authorizationId') authorizationId: string,
    @Body() body: unknown,
    @Res() http: FastifyReply,
  ): Promise<void> {
    const { decision } = parse(decisionBody, body);
    const challenge = await this.decideChallenge.execute(
      parseAcquirer(acquirer),
      authorizationId,
      stateAfter[decision],
    );
    // Somebody who presses twice still gets back to the shop; whose payment was called off should read so.
    if (challenge.state === 'cancelled') sendPage(challenge, 410, http);
    else if (challenge.returnUrl === null) sendPage(challenge, 200, http);
    else http.code(303).header('location', challenge.returnUrl).send();
  }
}

function sendPage(challenge: Challenge, status: 200 | 410, http: FastifyReply): void {
  http
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy)
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .send(challengePage(challenge));
}
