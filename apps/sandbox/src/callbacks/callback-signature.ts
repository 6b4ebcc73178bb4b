import { createHmac } from 'node:crypto';

/** `t=<unix seconds>,v1=<HMAC-SHA256 of "<t>.<body>" in hexadecimal>`: the receiver can tell a recorded one by its age. */
export function signatureOf(body: string, secret: string, at: Date): string {
  const timestamp = Math.floor(at.getTime() / 1_000);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return `t=${timestamp},v1=${signature}`;
}
