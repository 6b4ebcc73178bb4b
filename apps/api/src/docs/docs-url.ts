/** Pages for people that this API serves itself, so that a link is never ahead of or behind what runs. */
export type DocsPage = 'errors' | 'sandbox';

/** Where this API is reached, for example `https://api.example.com`; without a slash at the end. */
export const PUBLIC_URL = Symbol('PublicUrl');

/** A page, and a heading on it. Headings are lower-case words. */
export function docsUrlOf(publicUrl: string, page: DocsPage, heading: string): string {
  return `${publicUrl}/docs/${page}#${heading}`;
}
