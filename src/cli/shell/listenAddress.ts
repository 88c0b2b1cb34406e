import { UsageError } from './exit.ts';

/**
 * Reads `127.0.0.1:4059`, `[::1]:4059`, or a port alone on the loopback.
 *
 * @param example an address for the message
 * @param option the option that it came with
 * @throws UsageError for anything else
 */
export function listenAddress(
  text: string,
  example: string,
  option = '--listen',
): { readonly host: string; readonly port: number } {
  const found = /^(?:(\[[0-9A-Fa-f:.%a-z]+\]|[^:[\]]+):)?(\d{1,5})$/.exec(text);
  const port = Number(found?.[2]);
  if (found === null || port > 65_535) {
    throw new UsageError(`${option}: found ${text}, expected HOST:PORT such as ${example}, the port from 0 to 65535`);
  }
  return { host: (found[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}
