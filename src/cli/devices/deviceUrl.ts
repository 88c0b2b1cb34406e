/** The place of a device as an argument: `tcp:HOST:PORT`, a serial port, `mqtt://HOST/BENCH/RIG`, `driver:COMMAND`. */
import type { CarrierPlace } from '../../../devices/hardware/carrierLine.ts';
import { hostAndPort } from '../../../devices/rig/file/places.ts';
import { UsageError } from '../shell/exit.ts';

export type DevicePlace = CarrierPlace | { readonly kind: 'driver'; readonly command: readonly string[] };

export const DEVICE_PLACES =
  'tcp:HOST:PORT, /dev/ttyUSB0, COM3, rfc2217://HOST:PORT, mqtt://HOST:PORT/BENCH/RIG, or driver:COMMAND with its arguments';

/** A word, or a text in quotes. */
const WORD = /"([^"]*)"|'([^']*)'|(\S+)/g;
const NAME = /^[A-Za-z0-9._:-]{1,64}$/;

/** Reads a place. Throws a UsageError; it shows no credential that a URL may hold. */
export function deviceUrl(text: string, options: { readonly baud: number; readonly announced: boolean }): DevicePlace {
  if (text.startsWith('driver:')) {
    const command = [...text.slice('driver:'.length).matchAll(WORD)].map(([, a, b, c]) => a ?? b ?? c ?? '');
    if (command.length === 0) throw new UsageError('driver: names no command: write driver:"node my-driver.mjs"');
    return { kind: 'driver', command };
  }
  if (/^mqtts?:/.test(text)) return brokerPlace(text, options.announced);
  const tcp = hostAndPort(text.replace(/^tcp:(?:\/\/)?/, ''));
  if (tcp) return { kind: 'tcp', ...tcp };
  const serial = text.replace(/^serial:(?:\/\/)?/, '');
  const isSerial = text !== serial || /^(?:\/|\.\/|COM\d|rfc2217:)/i.test(text);
  if (text.startsWith('tcp:') || !isSerial || serial === '')
    throw new UsageError(`found ${text}, expected ${DEVICE_PLACES}`);
  return { kind: 'serial', path: serial, baud: options.baud };
}

function brokerPlace(text: string, announced: boolean): DevicePlace {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError('found a broker that is no URL, expected mqtt://HOST:PORT/BENCH/RIG');
  }
  if (url.username !== '' || url.password !== '')
    throw new UsageError('a URL holds no credentials: set SMB_MQTT_USER and SMB_MQTT_PASSWORD_FILE');
  const [bench, rig, ...more] = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  if (bench === undefined || rig === undefined || more.length > 0 || !NAME.test(bench) || !NAME.test(rig))
    throw new UsageError(`found ${text}, expected mqtt://HOST:PORT/BENCH/RIG, as \`devices list --mqtt\` names them`);
  return { kind: 'mqtt', url: `${url.protocol}//${url.host}`, bench, rig, announced };
}
