/** The places of a rig's devices: at an address of their own, behind the hub, or emulated in memory. */
import type { CarrierPlace } from '../../hardware/carrierLine.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import type { DeviceDocument, DriverDocument } from './rigDeviceSchema.ts';
import type { RigDocument } from './rigFileSchema.ts';

export const DEVICE_NAMES = ['chf', 'esme', 'gsme'] as const satisfies readonly DeviceName[];

/** The address on a carrier. `driver`: reached only through a program. `emulated`: no address. */
export type Place =
  { readonly kind: 'emulated' } | CarrierPlace | { readonly kind: 'driver'; readonly driver: DriverDocument };

export interface Placed {
  readonly place: Place;
  /** The device whose section names the place: the hub for a meter that is reached through it. */
  readonly owner: DeviceName;
}

const TCP = /^(\[[0-9A-Fa-f:.%a-z]+\]|[^:[\]\s/]+):(\d{1,5})$/;
const PORT_MAX = 65_535;

/** `127.0.0.1:4059` or `[::1]:4059`; undefined for anything else. */
export function hostAndPort(text: string): { readonly host: string; readonly port: number } | undefined {
  const found = TCP.exec(text);
  const port = Number(found?.[2]);
  if (found === null || port < 1 || port > PORT_MAX) return undefined;
  return { host: (found[1] as string).replace(/^\[|\]$/g, ''), port };
}

function ownPlace(device: DeviceDocument): Place | undefined {
  const { tcp, serial, mqtt, driver, emulated } = device;
  if (tcp !== undefined) return { kind: 'tcp', ...(hostAndPort(tcp) ?? { host: '', port: 0 }) };
  if (serial !== undefined) return { kind: 'serial', path: serial, baud: device.baud };
  if (mqtt !== undefined) return { kind: 'mqtt', ...mqtt };
  if (driver !== undefined) return { kind: 'driver', driver };
  return emulated ? { kind: 'emulated' } : undefined;
}

/** The address of a device: its own if given, otherwise its hub's. A hub without an address is emulated. */
export function placeOf({ devices }: Pick<RigDocument, 'devices'>, name: DeviceName): Placed {
  const own = ownPlace(devices[name]);
  if (own) return { place: own, owner: name };
  if (name === 'chf') return { place: { kind: 'emulated' }, owner: 'chf' };
  return placeOf({ devices }, 'chf');
}

/** Returns the name of a place in logs and records. It never holds a credential, because URLs with one are refused. */
export function placeText(place: Place): string {
  switch (place.kind) {
    case 'emulated':
      return 'emulated';
    case 'tcp':
      return `tcp:${place.host}:${place.port}`;
    case 'serial':
      return `serial:${place.path}`;
    case 'mqtt':
      return `mqtt:${place.bench}/${place.rig}`;
    case 'driver':
      return place.driver.endpoint === '' ? 'driver' : `driver:${place.driver.endpoint}`;
  }
}

/** Returns the devices that the installation has. */
export function devicesOf({ installation }: Pick<RigDocument, 'installation'>): readonly DeviceName[] {
  return DEVICE_NAMES.filter((name) => name !== 'gsme' || installation.gas !== false);
}

/**
 * Returns the attached devices. A device that another program emulates counts as attached, because it cannot be
 * distinguished from hardware.
 */
export function attachedDevices(document: RigDocument): readonly DeviceName[] {
  return devicesOf(document).filter((name) => placeOf(document, name).place.kind !== 'emulated');
}

/** Returns the clock that the file names. Default: `wall` if anything is attached, otherwise `nominal`. */
export function clockOf(document: RigDocument): 'nominal' | 'wall' {
  return document.schedule.clock ?? (attachedDevices(document).length > 0 ? 'wall' : 'nominal');
}
