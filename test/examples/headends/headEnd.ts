// What both samples share. They use nothing of the kit that tests them, so that each can stand in a project of yours:
// there, import from 'smets1-bench/devices' instead.
import { createInterface } from 'node:readline';
import {
  dialTransport,
  KeyLedger,
  rotate,
  runAsync,
  secretKeySource,
  tcpTransport,
  wallTimers,
  type KeySource,
  type Peer,
} from '../../../devices/index.ts';

/** A meter as `check schema head-end` describes it. */
interface Meter {
  readonly number: number;
  readonly host: string;
  readonly port: number;
  readonly framing: 'wrapper';
  readonly clientSap: number;
  readonly serverSap: number;
  readonly guek: string;
  readonly gak: string;
  readonly kek: string;
}

/** How long a meter may take for an answer. Short: each frame that is lost costs as much. */
const TIMEOUT_SECONDS = 3;
/** The title of the head-end: 8 octets of its own. */
const OWN_TITLE = Uint8Array.from([0x53, 0x41, 0x4d, 0x50, 0x4c, 0x45, 0x30, 0x31]);

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** A head-end that remembers keys and counters of each meter by its number. It tells whether the keys are rotated. */
function headEndOf(keySource: KeySource): (meter: Meter) => Promise<boolean> {
  const ledgers = new Map<number, KeyLedger>();
  return async (meter) => {
    const { number, host, port, framing, clientSap, serverSap, guek, gak, kek } = meter;
    const ledger = ledgers.get(number) ?? new KeyLedger({ guek: bytesOf(guek), gak: bytesOf(gak) }, bytesOf(kek));
    ledgers.set(number, ledger);
    const peer: Peer = {
      call: { device: 'esme', client: clientSap, server: serverSap, timeoutSeconds: TIMEOUT_SECONDS },
      systemTitle: OWN_TITLE,
      ledger,
    };
    const dial = dialTransport(() => tcpTransport({ host, port }));
    const { kind } = await runAsync(rotate(peer, { keySource, tries: 1 }), { timers: wallTimers(), framing, dial });
    return kind === 'rotated';
  };
}

/** Answers on standard output what `check head-end` asks on standard input: one line of JSON for each meter. */
export function serveHeadEnd(keySource: KeySource = secretKeySource()): void {
  const headEnd = headEndOf(keySource);
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { rotate: meter } = JSON.parse(line) as { rotate: Meter };
    void headEnd(meter).then((rotated) => {
      process.stdout.write(`${JSON.stringify({ number: meter.number, rotated })}\n`);
    });
  });
}
