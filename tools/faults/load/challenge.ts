/** A browser gives up some time. */
const patienceMs = 5_000;

/** What a customer does on the page of the bank. When the page is not there, the customer goes away. */
export async function answerChallenge(redirectUrl: string, decision: 'accept' | 'refuse'): Promise<void> {
  await fetch(redirectUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ decision }).toString(),
    redirect: 'manual',
    signal: AbortSignal.timeout(patienceMs),
  }).catch(() => undefined);
}
