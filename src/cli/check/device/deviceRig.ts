import type { DeviceName } from '../../../../devices/headend/procedure.ts';
import { UsageError } from '../../shell/exit.ts';

export interface DeviceRigOptions {
  readonly device: DeviceName;
  readonly answerSeconds: number;
  /** The allow file, relative to the rig file. */
  readonly base: string | undefined;
}

const EXPECTED =
  'tcp://HOST:PORT or serial:PATH, such as tcp://127.0.0.1:4059 or serial:/dev/ttyUSB0; with ?framing=hdlc and ?server=N as well';

/**
 * The text of a rig file with one attached device. The allow file is what it extends, so that framing, keys, ledger and
 * allow-list are those of any rig file.
 * @throws UsageError for an address that names no place
 */
export function deviceRig(url: string, { device, answerSeconds, base }: DeviceRigOptions): string {
  const place = { ...placeOf(url), answerSeconds };
  return JSON.stringify({
    ...(base !== undefined && { extends: base.startsWith('.') || base.startsWith('/') ? base : `./${base}` }),
    name: 'check-device',
    title: 'a device that is held to its laws',
    devices: { [device]: place },
  });
}

function placeOf(url: string): Readonly<Record<string, unknown>> {
  const [, scheme = '', rest = '', query = ''] = /^(tcp:\/\/|serial:(?:\/\/)?)([^?]+)(?:\?(.*))?$/.exec(url) ?? [];
  if (scheme === '' || rest === '') throw new UsageError(`${url}: found no address, expected ${EXPECTED}.`);
  const more = Object.fromEntries(new URLSearchParams(query));
  const numbers = ['server', 'client', 'physical', 'baud'];
  for (const name of Object.keys(more)) {
    if (name !== 'framing' && !numbers.includes(name)) {
      throw new UsageError(
        `${url}: found ${name}, expected framing, ${numbers.join(', ')}; the rest goes into --allow.`,
      );
    }
  }
  const settings = Object.entries(more).map(([name, value]) => [name, numbers.includes(name) ? Number(value) : value]);
  return {
    ...(scheme === 'tcp://' ? { tcp: rest.replace(/\/$/, '') } : { serial: rest }),
    ...(Object.fromEntries(settings) as Record<string, unknown>),
  };
}
