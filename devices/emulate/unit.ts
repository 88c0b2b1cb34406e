/** The content of one address: a single device, or an installation behind its hub. */
import { CosemDevice } from '../cosem/device.ts';
import type { DeviceOptions } from '../cosem/deviceModel.ts';
import { type ServerConnection, type ServerConnectionOptions } from '../dlms/server/serverConnection.ts';
import { INSTALLATION_SAPS } from '../personas/chf.ts';
import type { HubWorld } from '../personas/hub.ts';
import { connectDevice, Installation } from '../personas/emulatedInstallation.ts';
import { DEVICE_KINDS, type DeviceKind, labIdentity } from '../personas/labProfile.ts';
import type { Timers } from '../transport/timers.ts';
import type { Profile } from './profile.ts';
import type { DeviceChoice } from './profileSchema.ts';

/** A device and the server SAP that it answers at. */
export interface ServedDevice {
  readonly kind: DeviceKind;
  readonly sap: number;
  readonly device: CosemDevice;
}

/** One emulated unit: a single device, or an installation behind its hub. */
export interface Unit {
  /** Logical device name of the device at SAP 1. It is also the unit's name on a broker. */
  readonly name: string;
  readonly number: number;
  readonly devices: readonly ServedDevice[];
  /** The meter that owns the optical port. */
  readonly meter: CosemDevice;
  readonly installation: Installation | undefined;
  /** Opens a connection. `onSkipped` is called if a wrapper stream had to search for its next header. */
  connect(
    framing: ServerConnectionOptions['framing'],
    onSkipped?: ServerConnectionOptions['onSkipped'],
  ): ServerConnection;
}

export interface UnitOptions {
  readonly profile: Profile;
  readonly device: DeviceChoice;
  readonly number: number;
  readonly timers: Timers;
  /** Called when the profile cuts the power. The power returns by itself. */
  readonly onPowerCut: (device: CosemDevice) => void;
}

/** Returns the kinds of device that a choice includes. */
export function kindsOf(choice: DeviceChoice): readonly DeviceKind[] {
  return choice === 'installation' ? DEVICE_KINDS : [choice];
}

export function makeUnit(options: UnitOptions): Unit {
  const { profile, device: choice, number } = options;
  const { hdlc } = profile;
  const limits = {
    transmitBytesMax: hdlc.informationBytesMax,
    receiveBytesMax: hdlc.informationBytesMax,
    transmitWindow: hdlc.window,
    receiveWindow: hdlc.window,
  };
  const connectOptions = {
    ...(hdlc.physicalAddresses.length > 0 && { physical: hdlc.physicalAddresses }),
    hdlc: { limits, inactivitySeconds: hdlc.inactivitySeconds },
  };
  const make = (kind: DeviceKind): CosemDevice => makeDevice(kind, options);

  if (choice !== 'installation') {
    const device = make(choice);
    return {
      name: device.identity.name,
      number,
      devices: [{ kind: choice, sap: 1, device }],
      meter: device,
      installation: undefined,
      connect: (framing, onSkipped) =>
        connectDevice(device, { framing, ...connectOptions, ...(onSkipped && { onSkipped }) }),
    };
  }
  const devices = { chf: make('chf'), esme: make('esme'), gsme: make('gsme') };
  const installation = new Installation(devices, worldOf(profile));
  installation.hub.sleep = profile.sleep;
  return {
    name: devices.chf.identity.name,
    number,
    devices: DEVICE_KINDS.map((kind) => ({ kind, sap: INSTALLATION_SAPS[kind], device: devices[kind] })),
    meter: devices.esme,
    installation,
    connect: (framing, onSkipped) =>
      installation.connect({ framing, ...connectOptions, ...(onSkipped && { onSkipped }) }),
  };
}

function makeDevice(kind: DeviceKind, { profile, number, timers, onPowerCut }: UnitOptions): CosemDevice {
  const { model, keys, identity, securityPolicy, clockOffsetSeconds, sendCounter } = profile.kinds[kind];
  const device = new CosemDevice(model, { ...labIdentity(kind, number), ...identity, keys });
  device.securityPolicy = securityPolicy;
  device.clockOffsetSeconds = clockOffsetSeconds;
  device.keyring.skipCounterTo(sendCounter);
  if (profile.powerCut) device.options = { powerCut: powerCutOnce(device, profile.powerCut, { timers, onPowerCut }) };
  return device;
}

function powerCutOnce(
  device: CosemDevice,
  { installPoint, backAfterSeconds }: NonNullable<Profile['powerCut']>,
  { timers, onPowerCut }: Pick<UnitOptions, 'timers' | 'onPowerCut'>,
): NonNullable<DeviceOptions['powerCut']> {
  let done = false;
  return (point) => {
    if (done || point !== installPoint) return false;
    done = true;
    timers.after(backAfterSeconds * 1000, () => device.restart());
    onPowerCut(device);
    return true;
  };
}

function worldOf({ links }: Profile): HubWorld {
  const isUp = links.wan === 'up';
  return {
    hanUp: (member) => links.han[member] === 'up',
    wan: (at) => ({
      operator: 'LAB',
      // Class 47: 1 registered in the home network, 2 searching.
      status: isUp ? 1 : 2,
      cellId: isUp ? 4059 : 0,
      locationId: isUp ? 1 : 0,
      signalQuality: isUp ? links.signalQuality : 99,
      at,
    }),
  };
}
