import type { Challenge } from './challenge.ts';

const title = 'Confirm your payment';

const said = {
  accepted: 'You have confirmed this payment. You may close this window.',
  refused: 'You have refused this payment. You may close this window.',
  cancelled: 'It is too late: the payment was called off. You may close this window.',
} as const satisfies Record<Exclude<Challenge['state'], 'pending'>, string>;

/** What the customer sees: two buttons, or how it ended. Plain HTML that runs nothing. */
export function challengePage(challenge: Challenge): string {
  const { acquirer, reference, state, returnUrl } = challenge;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 15vh auto; padding: 0 1rem; }
button { font: inherit; padding: 0.5rem 1.5rem; margin-right: 0.5rem; }
</style>
</head>
<body>
<h1>${title}</h1>
<p>The bank of this test card asks whether it is you who pays <strong>${amountOf(challenge)}</strong>
for ${escaped(reference)} through ${acquirer}.</p>
${state === 'pending' ? buttons : `<p>${said[state]}</p>${wayBack(returnUrl)}`}
</body>
</html>
`;
}

/** Posted to the address of the page itself. */
const buttons = `<form method="post">
<button name="decision" value="accept">Accept</button>
<button name="decision" value="refuse">Refuse</button>
</form>`;

function wayBack(returnUrl: string | null): string {
  return returnUrl === null ? '' : `\n<p><a href="${escaped(returnUrl)}">Back to the shop</a></p>`;
}

function amountOf({ amountMinor, currency }: Challenge): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'code' });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0;
  return escaped(format.format(amountMinor / 10 ** digits));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
