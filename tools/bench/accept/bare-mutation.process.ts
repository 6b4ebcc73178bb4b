import { RandomIds, SystemClock } from '#security';
import { servePayments } from './peer-application.ts';

const ids = new RandomIds(new SystemClock());

/** A mutation that does no I/O: what the stack under the API costs by itself. */
await servePayments(() => Promise.resolve(ids.next('pay')));
