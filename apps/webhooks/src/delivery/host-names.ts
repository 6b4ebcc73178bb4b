import { Resolver } from 'node:dns/promises';
import { Injectable } from '@nestjs/common';

/** A name server that is silent costs an attempt twice this, and no more. */
const queryTimeoutMs = 1_000;
const queryTries = 2;

/**
 * Asks the name servers itself: the system's resolver has four threads for the whole process, and four endpoints with a dead
 * name server would hold up all others.
 */
@Injectable()
export class HostNames {
  private readonly resolver = new Resolver({ timeout: queryTimeoutMs, tries: queryTries });

  /** All addresses of the host; none when it has none or nobody knows it. */
  async addressesOf(host: string): Promise<string[]> {
    // By RFC 6761 these are never asked of a name server.
    if (/(^|\.)localhost\.?$/i.test(host)) return ['127.0.0.1', '::1'];
    const answers = await Promise.allSettled([this.resolver.resolve4(host), this.resolver.resolve6(host)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  }
}
