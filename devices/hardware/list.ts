import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { watchBench } from '../mqtt/bench.ts';
import type { Birth } from '../mqtt/messages.ts';
import type { DeviceAddress } from '../mqtt/topics.ts';
import { loadSerialPackage } from '../transport/serialPackage.ts';
import type { SerialPackage } from '../transport/serialPackage.ts';
import { heardOnBroker, type HearingOptions } from './heardOnBroker.ts';

/** A serial port of this machine. */
export interface FoundPort {
  readonly path: string;
  readonly description?: string;
}

/** The serial ports of this machine, and a note if they cannot be listed. */
export interface PortList {
  readonly ports: readonly FoundPort[];
  /** Says how the ports were found, and why, if it was not in the usual way. */
  readonly note?: string;
}

export interface PortListOptions {
  readonly load?: () => Promise<SerialPackage>;
  readonly platform?: NodeJS.Platform;
  /** True if `udevadm` is on the path. Default: looked up. */
  readonly hasUdevadm?: boolean;
  /** Default `/dev`. */
  readonly deviceFolder?: string;
  /** Default `/sys/class/tty`. */
  readonly ttyFolder?: string;
}

/**
 * Lists the serial ports of this machine. On Linux node-serialport runs `udevadm` and ends the whole process if that is
 * missing, so this function looks for `udevadm` first and reads /dev without it. Never rejects.
 */
export async function listSerialPorts(options: PortListOptions = {}): Promise<PortList> {
  const platform = options.platform ?? process.platform;
  const udevadm = options.hasUdevadm ?? onPath('udevadm');
  if (platform === 'linux' && !udevadm) {
    return scan(options, 'udevadm is not installed: /dev was read instead, and makers are not known');
  }
  try {
    const { SerialPort } = await (options.load ?? loadSerialPackage)();
    const found = await SerialPort.list();
    const ports = found.map(({ path, manufacturer }) => ({ path, ...(manufacturer && { description: manufacturer }) }));
    return { ports: ports.sort(byPath) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (platform === 'win32') return { ports: [], note: why };
    return scan(options, `${why}; /dev was read instead`);
  }
}

const PORT_NAME = /^(tty(S|USB|ACM|AMA|XRUSB|WCH|O|\.)|cu\.|rfcomm)/;

function scan(options: PortListOptions, note: string): PortList {
  const folder = options.deviceFolder ?? '/dev';
  const names = entries(folder).filter((name) => PORT_NAME.test(name) && isFitted(options, name));
  const byId = join(folder, 'serial', 'by-id');
  const links = entries(byId).map((name) => ({ path: join(byId, name), description: 'link by device id' }));
  return { ports: [...names.map((name) => ({ path: join(folder, name) })), ...links].sort(byPath), note };
}

/**
 * True if a port has a chip. Linux creates ttyS0 to ttyS31 in any case; type 0 means "unknown", which is no chip
 * (serial_core.h).
 */
function isFitted(options: PortListOptions, name: string): boolean {
  if (!/^ttyS\d+$/.test(name)) return true;
  try {
    return readFileSync(join(options.ttyFolder ?? '/sys/class/tty', name, 'type'), 'utf8').trim() !== '0';
  } catch {
    return true;
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function byPath(a: FoundPort, b: FoundPort): number {
  return a.path < b.path ? -1 : 1;
}

function onPath(program: string): boolean {
  // Looks only where spawn looks, because node-serialport does not find a program outside the path either.
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** A device that is announced on a broker. */
export interface FoundDevice {
  readonly address: DeviceAddress;
  readonly birth: Birth | undefined;
  /** Undefined if the device has never published a status. */
  readonly online: boolean | undefined;
}

/**
 * Lists the devices announced on a broker. Births and statuses are retained, so a short wait (default 2 s) shows all of
 * them. Rejects with a TransportError.
 */
export function listAnnounced(
  options: HearingOptions<FoundDevice> & { readonly bench?: string },
): Promise<readonly FoundDevice[]> {
  const { bench, ...broker } = options;
  return heardOnBroker({ listenSeconds: 2, ...broker }, ({ connection, timers, found, onChange }) =>
    watchBench(connection, {
      ...(bench !== undefined && { bench }),
      now: () => Math.floor(timers.nowMilliseconds() / 1000),
      onEvent(event) {
        const key = `${event.address.bench}/${event.address.installation}/${event.address.device}`;
        const before = found.get(key) ?? { address: event.address, birth: undefined, online: undefined };
        if (event.kind === 'birth') found.set(key, { ...before, birth: event.birth });
        if (event.kind === 'status') found.set(key, { ...before, online: event.status.state === 'online' });
        onChange();
      },
    }),
  );
}
