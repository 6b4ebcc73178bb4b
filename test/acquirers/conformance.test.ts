import { conforms } from './conformance.ts';
import { sandbox } from './connectors/sandbox.ts';
import { stripe } from './connectors/stripe.ts';

for (const connector of [sandbox('alpha'), sandbox('beta'), sandbox('gamma'), stripe]) conforms(connector);
