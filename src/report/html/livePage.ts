import { pageHtml } from './pageShell.ts';

/** Sentences have room, an instant stays whole, and a table stands apart from the one above it. */
const STYLE = '.words{min-width:16rem}.whole{white-space:nowrap}.scroll+.scroll{margin-top:1.25rem}';

/** The page of the live view. Its script fills it from the events of the server that serves it. */
export function livePage(script: string): string {
  return pageHtml({
    title: 'smets1-bench live',
    body: [
      '<header><h1>smets1-bench live</h1><p id="live-say" role="status">Connecting…</p></header>',
      '<main id="live-blocks"></main>',
    ].join('\n'),
    script,
    style: STYLE,
    connect: "'self'",
  });
}
