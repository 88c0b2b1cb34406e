/**
 * Announces an emulated unit on a broker: the births of its devices, the link reports of its hub, and its CAD in Glow's
 * form.
 */
import { formatInstant } from '../../src/time.ts';
import { benchDevice, type BenchDevice } from '../mqtt/bench.ts';
import type { ConnectionOptions } from '../mqtt/connection.ts';
import { GLOW_INTERVAL_SECONDS, publishGlow } from '../mqtt/glow.ts';
import type { Birth, Link } from '../mqtt/messages.ts';
import { firmwareOf } from '../cosem/imageTransfer.ts';
import { toHex } from '../dlms/encoding/bytes.ts';
import type { Installation } from '../personas/emulatedInstallation.ts';
import type { Timers } from '../transport/timers.ts';
import type { TransportError } from '../transport/transport.ts';
import { cadSnapshot } from './cad.ts';
import type { ServedDevice, Unit } from './unit.ts';

const KINDS = { chf: 'CHF', esme: 'ESME', gsme: 'GSME' } as const;
/** Seconds from one link report of a hub to the next. Our assumption. */
const REPORT_SECONDS = 60;

export interface AnnounceOptions {
  readonly connection: Pick<ConnectionOptions, 'url'>;
  readonly bench: string;
  readonly glow: boolean;
  readonly timers: Timers;
  /** Number of the device's starts, from 1. */
  readonly boot: (served: ServedDevice) => number;
  /** Called with notes for the user. */
  readonly onNote: (note: string) => void;
}

/** The presence of a unit on the broker. */
export interface Announcement {
  onEnd(listener: (cause: TransportError) => void): void;
  close(): Promise<void>;
}

export function birthOf({ kind, device }: ServedDevice, { at, boot }: { at: number; boot: number }): Birth {
  return {
    v: 1,
    boot,
    t: formatInstant(Math.floor(at)),
    kind: KINDS[kind],
    source: 'emulated',
    model: { maker: 'smets1-bench', model: kind, fw: firmwareOf(device, at) },
    sysTitle: toHex(device.systemTitle),
    cap: ['dlms'],
  };
}

/** Announces every device of a unit as `<unit>/<kind>`, and publishes its hub's reports. Rejects with a TransportError. */
export async function announce(unit: Unit, options: AnnounceOptions): Promise<Announcement> {
  const { timers } = options;
  const now = (): number => Math.floor(timers.nowMilliseconds() / 1000);
  const present: BenchDevice[] = [];
  let closed = false;
  const close = async (): Promise<void> => {
    closed = true;
    await Promise.all(present.map((device) => device.close()));
  };
  try {
    for (const served of unit.devices) {
      const address = { bench: options.bench, installation: unit.name, device: served.kind };
      const birth = birthOf(served, { at: now(), boot: options.boot(served) });
      present.push(await benchDevice({ ...options.connection, address, birth, timers, onRival: options.onNote }));
    }
  } catch (cause) {
    await close();
    throw cause;
  }
  const first = present[0];
  const { installation, number } = unit;
  const every = (seconds: number, act: () => void): void => {
    if (closed) return;
    act();
    timers.after(seconds * 1000, () => every(seconds, act));
  };
  if (installation && first) {
    every(REPORT_SECONDS, () => first.report(linkReport(installation, now())));
    if (options.glow) {
      every(GLOW_INTERVAL_SECONDS, () =>
        publishGlow(first.connection, cadSnapshot(installation, { number, at: now() })),
      );
    }
  }
  return {
    onEnd(listener) {
      for (const device of present) device.connection.onEnd((cause) => cause !== undefined && listener(cause));
    },
    close,
  };
}

/** Returns the hub's report on its links: the present state of the WAN, and when the gas meter was last heard. */
function linkReport(installation: Installation, at: number): Omit<Link, 'boot' | 'seq'> {
  const { hub } = installation;
  hub.lookAt(at);
  const wan = hub.wan(at);
  const gsme = hub.member('gsme');
  const isWanUp = wan.status === 1;
  return {
    t: formatInstant(at),
    wan: { up: isWanUp, csq: wan.signalQuality, ...(isWanUp && { lastContact: formatInstant(at) }) },
    ...(gsme && {
      han: {
        up: hub.isUp(gsme, at),
        ...(gsme.lastHeardAt !== undefined && { lastContact: formatInstant(gsme.lastHeardAt) }),
      },
    }),
  };
}
