/** The server of the live view: one page and one stream of events, for whoever holds the token, on this machine alone. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LiveServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly page: string;
  /** The state as JSON; read at most once for each round, however many listen. */
  readonly state: () => string;
  /** From one reading to the next. */
  readonly everyMilliseconds: number;
}

export interface LiveServer {
  /** With the token: what a person opens. */
  readonly url: string;
  close(): Promise<void>;
}

/** Open pages at most; one more is answered 503. */
export const LISTENERS_MAX = 256;
const COOKIE = 'smets1-bench-live';

/** Serves until it is closed. */
export async function serveLive(options: LiveServerOptions): Promise<LiveServer> {
  const token = randomBytes(16).toString('hex');
  const listeners = new Set<Listener>();
  let last = '';
  const round = (): void => {
    if (listeners.size === 0) return;
    const text = options.state();
    if (text === last) return;
    last = text;
    for (const listener of listeners) listener.tell(text);
  };
  const server = createServer((request, response) => {
    const refused = refusal(request, { token, host: hostOf(server, options.host) });
    if (refused !== undefined) return refused(response);
    if (request.url === '/events') return listen(response);
    if (request.url !== '/') return answer(response, 404, 'not found');
    response.writeHead(200, { ...SAFE, 'content-type': 'text/html; charset=utf-8' }).end(options.page);
  });
  const listen = (response: ServerResponse): void => {
    if (listeners.size >= LISTENERS_MAX) return answer(response, 503, 'too many pages are open');
    response.writeHead(200, { ...SAFE, 'content-type': 'text/event-stream' });
    const listener = new Listener(response);
    listeners.add(listener);
    response.on('close', () => listeners.delete(listener));
    response.on('error', () => listeners.delete(listener));
    listener.tell(options.state());
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, resolve);
  });
  const timer = setInterval(round, options.everyMilliseconds);
  return {
    url: `http://${hostOf(server, options.host)}/?token=${token}`,
    close: () =>
      new Promise((resolve) => {
        clearInterval(timer);
        for (const listener of listeners) listener.end();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const SAFE = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
} as const;

function hostOf(server: Server, host: string): string {
  return `${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
}

type Refusal = (response: ServerResponse) => void;

/** Why a request is not served; undefined: it is. The name in `Host` keeps out pages that point their own name here. */
function refusal(
  { method, url, headers }: IncomingMessage,
  { token, host }: { readonly token: string; readonly host: string },
): Refusal | undefined {
  const refuse =
    (status: number, why: string): Refusal =>
    (response) =>
      answer(response, status, why);
  if (method !== 'GET') return refuse(405, 'only GET');
  if (headers.host !== host) return refuse(421, 'not the name of this server');
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') return refuse(403, 'asked for by another site');
  const given = /^\/\?token=([^&]*)$/.exec(url ?? '')?.[1];
  if (given !== undefined) {
    if (!isToken(given, token)) return refuse(403, 'wrong token');
    // The token leaves the address bar, and with it the history of the browser.
    const cookie = `${COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/`;
    return (response) => void response.writeHead(303, { ...SAFE, 'location': '/', 'set-cookie': cookie }).end();
  }
  const kept = (headers.cookie ?? '').split('; ').find((part) => part.startsWith(`${COOKIE}=`));
  return isToken(kept?.slice(COOKIE.length + 1) ?? '', token) ? undefined : refuse(403, 'no token: open the address that the command printed'); // prettier-ignore
}

function isToken(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function answer(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...SAFE, 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
}

/** An open page. One that reads slowly gets the newest state when it can take it, and none of those between. */
class Listener {
  readonly #response: ServerResponse;
  /** The state that waits for room; undefined if none does. At most one is kept. */
  #waiting: string | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('drain', () => {
      const text = this.#waiting;
      this.#waiting = undefined;
      if (text !== undefined) this.tell(text);
    });
  }

  tell(text: string): void {
    if (this.#response.writableNeedDrain) this.#waiting = text;
    else this.#response.write(`data: ${text}\n\n`);
  }

  end(): void {
    this.#response.end();
  }
}
