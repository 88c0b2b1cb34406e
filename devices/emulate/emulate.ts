/**
 * Emulated devices on real carriers: TCP, serial lines and MQTT. Each unit has an address; TCP ports go upward from the first.
 * The keys of the default profile are the public lab keys. DLMS suite 0 is a standards-based stand-in (devices/README.md).
 */
import type { CosemDevice } from '../cosem/device.ts';
import { mqttTransport } from '../mqtt/mqttTransport.ts';
import { faultScript } from '../transport/faultScript.ts';
import { faultyChannel } from '../transport/faultyChannel.ts';
import { serialTransport } from '../transport/serial.ts';
import type { SerialPackage } from '../transport/serialPackage.ts';
import { tcpTransport } from '../transport/tcp.ts';
import { wallTimers, type Timers } from '../transport/timers.ts';
import { type Listener, type Transport, TransportError } from '../transport/transport.ts';
import { OPENING_MODE } from '../iec62056_21/frames.ts';
import { announce, birthOf } from './announce.ts';
import type { Profile } from './profile.ts';
import type { DeviceChoice } from './profileSchema.ts';
import { startPushing, type PushOptions } from './push.ts';
import { serveChannel, serveOpticalPort } from './serveChannel.ts';
import { keepServing, type Serving } from './keepServing.ts';
import type { DeviceStates } from './deviceStates.ts';
import { kindsOf, makeUnit, type ServedDevice, type Unit } from './unit.ts';

/** Which devices to emulate, and on which carriers to serve them. */
export interface EmulateOptions {
  readonly profile: Profile;
  /** Default: the device that the profile names. */
  readonly device?: DeviceChoice;
  /** Number of units. Default: 1. */
  readonly count?: number;
  readonly tcp?: {
    readonly host: string;
    readonly port: number;
    /** `62056-21`: an optical port behind a serial converter. */
    readonly framing: 'wrapper' | 'hdlc' | '62056-21';
  };
  readonly serial?: {
    readonly path: string;
    /** Speed of HDLC, Bd. Default 9600. A 62056-21 port begins at 300 Bd. */
    readonly baud?: number;
    readonly framing: 'hdlc' | '62056-21';
    readonly load?: () => Promise<SerialPackage>;
  };
  readonly mqtt?: {
    readonly url: string;
    readonly bench: string;
    readonly framing: 'wrapper' | 'hdlc';
    /** True to publish each installation as a CAD in Glow's form. */
    readonly glow: boolean;
  };
  /** Stores keys, counters and written values over a restart. Default: nothing is stored. */
  readonly state?: DeviceStates;
  /** The first device of each unit pushes by itself. Default: none does. */
  readonly push?: Pick<PushOptions, 'to' | 'framing' | 'everySeconds' | 'isCiphered'>;
  readonly timers?: Timers;
  /** Called with notes for the user, without payload. */
  readonly onNote?: (note: string) => void;
}

/** The place where a unit is served. */
export interface ServedAt {
  readonly unit: Unit;
  readonly carrier: 'tcp' | 'serial' | 'mqtt';
  readonly address: string;
  readonly framing: 'wrapper' | 'hdlc' | '62056-21';
}

/** Emulated devices, served until `close`. */
export interface Emulation {
  readonly units: readonly Unit[];
  readonly servedAt: readonly ServedAt[];
  /** Channels open now, over all carriers. */
  readonly openChannels: number;
  /** Resolves with the cause when a TCP listener ends by itself, never on `close`. Serial lines and brokers are reopened. */
  readonly ended: Promise<TransportError>;
  close(): Promise<void>;
}

/** Most units of each carrier. More would need more sockets or connections than a lab's machine has. */
const COUNT_MAX = { tcp: 10_000, serial: 1, mqtt: 1_000 } as const;
const PORT_MAX = 65_535;
const SERIAL_BAUD = 9600;

/**
 * Starts serving. Rejects with a TransportError, and then leaves nothing open. Its code is `settings` for options that
 * cannot be served.
 */
export async function emulate(options: EmulateOptions): Promise<Emulation> {
  const { profile } = options;
  const timers = options.timers ?? wallTimers();
  const note = options.onNote ?? ((): void => undefined);
  const device = options.device ?? profile.device;
  const count = options.count ?? 1;
  checkCount(options, { device, count });
  const units = Array.from({ length: count }, (_, i) =>
    makeUnit({
      profile,
      device,
      number: profile.number + i,
      timers,
      onPowerCut: (cut) =>
        note(`${cut.identity.name}: the power went in the middle of a key install, as the profile says`),
    }),
  );
  const boots = new Map<CosemDevice, number>();
  const listeners: Pick<Listener, 'openChannels' | 'close'>[] = [];
  const closers: (() => Promise<void>)[] = [];
  const servedAt: ServedAt[] = [];
  let tell: (cause: TransportError) => void = () => undefined;
  const ended = new Promise<TransportError>((resolve) => {
    tell = resolve;
  });
  const serving = {
    timers,
    onNote: note,
    onDefect: (endpoint: string, cause: unknown) =>
      note(
        `${endpoint}: hung up on after a defect of the emulator: ${cause instanceof Error ? cause.name : 'unknown'}`,
      ),
  };
  const close = async (): Promise<void> => {
    await Promise.all([...closers.splice(0).map((one) => one()), ...listeners.map((listener) => listener.close())]);
    options.state?.release();
  };
  const save = (unit: Unit): void => {
    for (const served of unit.devices) options.state?.save(served.device);
  };
  const keep = (what: string, start: () => Promise<Serving>): Promise<Serving> =>
    keepServing(start, {
      timers,
      onLost: (cause) => note(`${what}: ${cause.message}; it is served again as soon as it can be`),
      onBack: () => note(`${what}: served again`),
      onTrouble: (cause) => note(`${what}: not yet: ${cause.message}`),
    });

  async function serve(at: Omit<ServedAt, 'address'>, transport: Pick<Transport, 'listen'>): Promise<Listener> {
    const { unit, framing } = at;
    const listener = await transport.listen((channel) => {
      const policy = profile.faults.length === 0 ? undefined : faultScript(scripted(profile));
      const end = policy ? faultyChannel(channel, { policy, timers, side: 'server' }) : channel;
      const onActed = (): void => save(unit);
      if (framing === '62056-21') serveOpticalPort(end, unit, { ...serving, onActed, optical: profile.optical });
      else serveChannel(end, unit, { ...serving, onActed, framing });
    });
    return listener;
  }

  /** Serves a carrier that may go away and return. */
  async function serveKept(
    at: Omit<ServedAt, 'address'>,
    transport: Pick<Transport, 'listen' | 'name'>,
  ): Promise<void> {
    let address = '';
    const kept = await keep(transport.name, async () => {
      const listener = await serve(at, transport);
      ({ address } = listener);
      return listener;
    });
    listeners.push({
      get openChannels() {
        return kept.openChannels ?? 0;
      },
      close: () => kept.close(),
    });
    servedAt.push({ ...at, address });
  }

  try {
    for (const { device } of units.flatMap((unit) => unit.devices)) {
      const restored = options.state?.restore(device);
      if (restored) boots.set(device, restored.boot);
      if (restored?.isFound) note(`${device.identity.name}: keys, counters and values are those of the state folder`);
    }
    const { tcp, serial, mqtt } = options;
    for (const [i, unit] of units.entries()) {
      if (tcp) {
        const transport = tcpTransport({ host: tcp.host, port: tcp.port === 0 ? 0 : tcp.port + i });
        const listener = await serve({ unit, carrier: 'tcp', framing: tcp.framing }, transport);
        listeners.push(listener);
        listener.onEnd(tell);
        servedAt.push({ unit, carrier: 'tcp', framing: tcp.framing, address: listener.address });
      }
      if (serial) {
        const mode = serial.framing === 'hdlc' ? `${serial.baud ?? SERIAL_BAUD}/8N1` : OPENING_MODE;
        const transport = serialTransport({ path: serial.path, mode, ...(serial.load && { load: serial.load }) });
        await serveKept({ unit, carrier: 'serial', framing: serial.framing }, transport);
      }
      if (mqtt) {
        const bootOf = ({ device }: ServedDevice): number => boots.get(device) ?? 1;
        const [first] = unit.devices as [ServedDevice];
        const boot = bootOf(first);
        const birth = JSON.stringify(birthOf(first, { at: timers.nowMilliseconds() / 1000, boot }));
        const pipe = { url: mqtt.url, bench: mqtt.bench, rig: unit.name, birth, boot, timers, onRival: note };
        await serveKept({ unit, carrier: 'mqtt', framing: mqtt.framing }, mqttTransport(pipe));
        const announced = { connection: { url: mqtt.url }, timers, boot: bootOf, onNote: note, ...mqtt };
        const announcement = await keep(`${unit.name} on the bus`, () => announce(unit, announced));
        closers.push(() => announcement.close());
      }
    }
  } catch (cause) {
    await close();
    throw cause;
  }
  if (options.push) {
    const { state } = options;
    const pushing = startPushing(units, { ...options.push, timers, onNote: note, ...(state && { state }) });
    closers.push(() => pushing.stop());
  }
  return {
    units,
    servedAt,
    get openChannels() {
      return listeners.reduce((sum, listener) => sum + listener.openChannels, 0);
    },
    ended,
    close,
  };
}

function scripted({ faults }: Profile): Parameters<typeof faultScript>[0] {
  // Removes undefined fields, so that the faults' own defaults apply.
  return faults.map((fault) => JSON.parse(JSON.stringify(fault)) as Parameters<typeof faultScript>[0][number]);
}

function checkCount(options: EmulateOptions, of: { device: DeviceChoice; count: number }): void {
  const { device, count } = of;
  const refuse = (message: string): never => {
    throw new TransportError('settings', 'emulate', message);
  };
  for (const carrier of ['tcp', 'serial', 'mqtt'] as const) {
    const max = COUNT_MAX[carrier];
    if (options[carrier] && count > max) refuse(`${count} units asked for, at most ${max} over ${carrier}`);
  }
  const { tcp, mqtt, profile } = options;
  if (tcp && tcp.port !== 0 && tcp.port + count - 1 > PORT_MAX) {
    refuse(`${count} ports from ${tcp.port} upward end above ${PORT_MAX}`);
  }
  if (mqtt?.glow === true && device !== 'installation')
    refuse('Glow shows an installation; a single device has no CAD');
  if (count === 1) return;
  const named = kindsOf(device).find((kind) => {
    const { systemTitle, name } = profile.kinds[kind].identity;
    return systemTitle !== undefined || name !== undefined;
  });
  if (named) refuse(`the profile gives the ${named} a title or a name of its own, which fits one device, not ${count}`);
}
