import type { AcquirerRequest } from './acquirer.ts';

/** Where the acquirer takes each operation, below its base address. */
export function pathOf({ operation, authorization }: AcquirerRequest): string {
  if (operation === 'authorize') return '/authorizations';
  return `/authorizations/${authorization}/${operation}s`;
}

export function bodyOf(request: AcquirerRequest): object {
  const amountMinor = Number(request.amount.minor);
  switch (request.operation) {
    case 'authorize':
      return {
        cardToken: request.cardToken,
        amountMinor,
        currency: request.amount.currency,
        reference: request.reference,
        ...(request.returnUrl === null ? {} : { returnUrl: request.returnUrl }),
      };
    case 'capture':
      return { amountMinor, final: request.final };
    case 'increase':
    case 'refund':
      return { amountMinor };
    case 'void':
      return {};
  }
}
