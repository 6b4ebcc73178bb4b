import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Marked } from 'marked';
import type { DocsPage } from './docs-url.ts';

/** The pages for people at the root of the repository, whether this file runs from `dist` or from the sources. */
const directory = resolve(
  import.meta.dirname.replace(/[\\/]dist([\\/]apps[\\/]api[\\/]src[\\/]docs)$/, '$1'),
  '../../../../docs',
);

const docsPages: readonly DocsPage[] = ['errors', 'sandbox'];

/** Each page as HTML, read once: the pages belong to the release that serves them. */
export function readDocsPages(): ReadonlyMap<string, string> {
  return new Map(docsPages.map((page) => [page, htmlOf(readFileSync(resolve(directory, `${page}.md`), 'utf8'))]));
}

const style = `body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color:#1a1a1a}
table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top}
code{background:#f3f3f3;padding:.1rem .2rem}pre code{display:block;padding:1rem;overflow:auto}:target{background:#fff3c4}`;

function htmlOf(markdown: string): string {
  const body = markdownToHtml.parse(markdown, { async: false });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Quittance</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>
<body>${body}</body></html>
`;
}

const markdownToHtml = new Marked({
  renderer: {
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${anchorOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
  },
  walkTokens(token) {
    // Links between the files lead between the served pages; what is not served stays as it is.
    if (token.type === 'link') token['href'] = String(token['href']).replace(/^(errors|sandbox)\.md/, '/docs/$1');
  },
});

/** As code forges make them: `Test tokens` is `#test-tokens`. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
