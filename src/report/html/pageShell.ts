import { sha256 } from '@noble/hashes/sha2.js';
import { escapeMarkup, html } from '../../text/markup.ts';
import { pageStyle } from './pageStyle.ts';

/** A block that is data to the browser: the page's own script reads it, and it is never executed. */
export interface DataBlock {
  readonly id: string;
  /** The text of the block. It must not contain `</script`. */
  readonly text: string;
}

export interface PageShell {
  readonly title: string;
  /** The markup of the page, from `<header>` to `<footer>`. */
  readonly body: string;
  /** The one script of the page; undefined if the page runs none. */
  readonly script?: string;
  readonly data?: readonly DataBlock[];
  /** The addresses that the script may connect to. It is `'none'` unless the page is served. */
  readonly connect?: "'none'" | "'self'";
  /** Rules that this page has beside those of every page. */
  readonly style?: string;
}

/** A whole page in one file. Its policy names the hash of its style and of its script, and nothing else may run. */
export function pageHtml({ title, body, script, data = [], connect = "'none'", style = '' }: PageShell): string {
  const rules = pageStyle(body) + style;
  // Only a page that computes starts a worker and WebAssembly. A page that is served only listens.
  const computes = script !== undefined && connect === "'none'";
  const policy = [
    "default-src 'none'",
    `style-src ${hashSource(rules)}`,
    script === undefined
      ? "script-src 'none'"
      : `script-src ${hashSource(script)}${computes ? " 'wasm-unsafe-eval'" : ''}`,
    computes ? 'worker-src blob:' : "worker-src 'none'",
    `connect-src ${connect}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const blocks = data.map(({ id, text }) => `<script type="text/plain" id="${id}">${text}</script>`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    // Without this link a browser asks the server for an icon, and the page would need a second request.
    '<link rel="icon" href="data:,">',
    html('title', {}, escapeMarkup(title)),
    `<style>${rules}</style>`,
    '</head>',
    '<body>',
    body,
    ...blocks,
    ...(script === undefined ? [] : [`<script>${script}</script>`]),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** The hash of a text, as a source of a content-security policy. */
function hashSource(text: string): string {
  return `'sha256-${base64(sha256(new TextEncoder().encode(text)))}'`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const bits = (a << 16) | (b << 8) | c;
    const known = Math.min(3, bytes.length - i) + 1;
    for (let place = 0; place < 4; place += 1) {
      text += place < known ? ALPHABET.charAt((bits >> (18 - 6 * place)) & 63) : '=';
    }
  }
  return text;
}
