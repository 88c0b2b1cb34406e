/**
 * Makes the attached devices of a rig callable: it opens carriers when they are needed, holds serial lines open and
 * starts each driver once. It does not interpret what is sent.
 */
import { startDriver, type Driver, type DriverAnswer } from '../../hardware/driver.ts';
import type { Capability } from '../../hardware/driverProtocol.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import type { Dial } from '../../headend/runner.ts';
import type { OpticalLineOptions } from '../../hardware/opticalLine.ts';
import type { Direction } from '../../transport/framePolicy.ts';
import type { SerialPackage } from '../../transport/serialPackage.ts';
import type { Timers } from '../../transport/timers.ts';
import { TransportError, type ByteChannel } from '../../transport/transport.ts';
import { carrierLine, type CarrierLine } from '../../hardware/carrierLine.ts';
import { placeText, type Place } from '../file/places.ts';
import type { DriveRequest } from '../walk/rigDevice.ts';
import type { DeviceSetup, RigSetup } from '../file/rigSetup.ts';

export interface EndpointOptions {
  readonly timers: Timers;
  /** Called with notes for the user. They hold no payload. */
  readonly onNote: (note: string) => void;
  /** Loads node-serialport. Tests supply the mock. */
  readonly loadSerial?: () => Promise<SerialPackage>;
  /** True to try each carrier before anything begins. Default: true. */
  readonly tries?: boolean;
  /** Called with the octets by which an optical port is opened, before it goes over to HDLC. */
  readonly onOptical?: (device: DeviceName, dir: Direction, bytes: Uint8Array) => void;
  /** Supplies the driver of a device. Default: a driver is started, and closed with the endpoints. */
  readonly driverOf?: (device: DeviceSetup) => Promise<Driver>;
  /** Called when opening or using a carrier failed. */
  readonly onTrouble?: (trouble: {
    readonly place: Place;
    readonly line: string;
    readonly error: TransportError;
  }) => void;
}

export interface Endpoints {
  /** Opens a link to an attached device that speaks DLMS. */
  readonly dial: Dial;
  /** Asks a driver. A failure of the driver itself is a fault of the system. */
  drive(device: DeviceName, request: DriveRequest): Promise<DriverAnswer<unknown>>;
  capabilities(device: DeviceName): readonly Capability[];
  close(): Promise<void>;
}

type Line = CarrierLine;

/** Opens the attached devices. Rejects with a TransportError or a DriverError, and then leaves nothing open. */
export async function openEndpoints(setup: RigSetup, options: EndpointOptions): Promise<Endpoints> {
  const lines = new Map<string, Line>();
  const lineOf = new Map<DeviceName, Line>();
  const placeOf = new Map<Line, Place>();
  const drivers = new Map<DeviceName, Driver>();
  const trouble = (line: Line, error: unknown): void => {
    const place = placeOf.get(line) as Place;
    if (error instanceof TransportError) options.onTrouble?.({ place, line: line.name, error });
  };
  const close = async (): Promise<void> => {
    await Promise.all([...drivers.values()].map((driver) => driver.close()));
    await Promise.all([...lines.values()].map(async (line) => line.close?.()));
  };
  const { onOptical } = options;
  const opticalOf = ({ name, optical }: DeviceSetup): DeviceSetup['optical'] & Pick<OpticalLineOptions, 'onOctets'> => ({ ...optical, ...(onOptical && { onOctets: (dir, bytes) => onOptical(name, dir, bytes) }) }); // prettier-ignore
  const open = (device: DeviceSetup): Promise<Driver> => openDriver(device, setup, options);
  try {
    for (const device of setup.devices) {
      const { name, place } = device;
      if (place.kind !== 'emulated' && place.kind !== 'driver') {
        const key = `${placeText(place)} ${device.framing}`;
        const line =
          lines.get(key) ?? carrierLine(place, { ...options, framing: device.framing, optical: opticalOf(device) });
        if (!lines.has(key) && options.tries !== false) await tryOnce(line);
        lines.set(key, line);
        placeOf.set(line, place);
        lineOf.set(name, line);
      }
      if (device.driver) drivers.set(name, await (options.driverOf ?? open)(device));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    dial: ({ device }, done) => {
      const line = lineOf.get(device);
      if (!line) return done(undefined);
      const opened = (channel: ByteChannel): void => {
        channel.onError((error) => trouble(line, error));
        done(channel);
      };
      line.open().then(opened, (error: unknown) => {
        trouble(line, error);
        options.onNote(error instanceof TransportError ? error.message : `${line.name}: ${String(error)}`);
        done(undefined);
      });
    },
    async drive(device, { op, arg }) {
      const driver = drivers.get(device);
      if (!driver) return fault(`no driver is given for the ${device}`);
      try {
        if (op === 'power' && !(await maySwitch(driver, setup, device))) {
          return fault("switching the power is not allowed: name the device's title or endpoint in allow.power");
        }
        return await ask(driver, op, arg);
      } catch (error) {
        return fault((error as Error).message);
      }
    },
    capabilities: (device) => drivers.get(device)?.capabilities ?? [],
    close,
  };
}

/** Power may be switched if the device reports a title on the allow-list, or if its endpoint is on the list. */
async function maySwitch(driver: Driver, { allow, devices }: RigSetup, device: DeviceName): Promise<boolean> {
  const endpoint = devices.find(({ name }) => name === device)?.driver?.endpoint ?? '';
  if (endpoint !== '' && allow.power.includes(endpoint.toUpperCase())) return true;
  if (!driver.capabilities.includes('probe')) return false;
  const probed = await driver.probe();
  const title = probed.ok ? probed.value.sysTitle : undefined;
  return title !== undefined && allow.power.includes(title.toUpperCase());
}

function fault(message: string): DriverAnswer<never> {
  return { ok: false, observation: 'systemFault', message };
}

/** Dispatches the driver operations that a rig uses. */
function ask(driver: Driver, op: DriveRequest['op'], arg: DriveRequest['arg']): Promise<DriverAnswer<unknown>> {
  switch (op) {
    case 'probe':
      return driver.probe();
    case 'lastContact':
      return driver.lastContact((arg as { link: 'wan' | 'han' }).link);
    case 'read':
      return driver.read((arg as { object: string }).object);
    case 'power':
      return driver.power((arg as { action: 'on' | 'off' | 'cycle' }).action);
    default:
      return Promise.resolve(fault(`a rig does not ask a driver to ${op}`));
  }
}

/**
 * Opens a carrier once, so that a missing carrier is known before anything begins. Losing it later is an observation.
 */
async function tryOnce(line: Line): Promise<void> {
  // An optical port is not opened for a trial: a meter that was woken for nothing would stay in HDLC until its timeout.
  if (line.hold) return line.hold();
  const channel = await line.open();
  await channel.close();
}

/** Starts the driver of a device and hands it what it is to open. Rejects with a DriverError or a TransportError. */
export async function openDriver(
  device: DeviceSetup,
  setup: Pick<RigSetup, 'folder'>,
  options: Pick<EndpointOptions, 'timers' | 'onNote'>,
): Promise<Driver> {
  const { command, endpoint, settings, answerSeconds } = device.driver!;
  const driver = await startDriver({
    command,
    answerSeconds,
    // Each request decides whether the device may be switched.
    allow: ['power'],
    timers: options.timers,
    cwd: setup.folder,
    onStderr: (line) => options.onNote(`driver of the ${device.name}: ${line}`),
  });
  const opened = await driver.open(endpoint, settings);
  if (opened.ok) return driver;
  await driver.close();
  throw new TransportError('refused', placeText(device.place), `the driver could not open it: ${opened.message}`);
}
