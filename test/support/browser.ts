import { findChromium } from '../../tools/browser/chromium.ts';

/**
 * The browser of this machine. Without one a browser test is skipped, never failed: `describe.skipIf(chromium ===
 * undefined)`; `npm test` then names what it left out.
 */
export const chromium = findChromium();
