/** Joins either end of an optical port to a channel and a clock. */
import type { Cancel, Timers } from '../transport/timers.ts';
import type { ByteChannel } from '../transport/transport.ts';
import type { SerialChannel } from '../transport/serialMode.ts';
import type { LineAction } from './lineAction.ts';
import { modeCMeter } from './meter.ts';
import type { ModeCMeter, ModeCMeterOptions } from './meter.ts';
import { modeCReader } from './reader.ts';
import { withEvenParity, type ScannerOptions } from './scanner.ts';
import type { ModeCReader, ModeCReaderOptions, ReaderAction, ReaderEvent } from './reader.ts';

export interface OpticalPortOptions extends Pick<ScannerOptions, 'parity'> {
  readonly timers: Timers;
  /** Takes the octets while HDLC has the line. */
  readonly onHdlc?: (bytes: Uint8Array) => void;
  readonly onEvent?: (event: ReaderEvent) => void;
  /**
   * How long to wait before an answer. Clause 6.4.3.2 asks for 200 ms (20 ms with a lower-case third letter), because the
   * other end may be setting its line and hears nothing meanwhile. Default 0, for carriers without a speed.
   */
  readonly reactionMilliseconds?: number;
}

/**
 * Performs the actions of one end on a channel, in order: octets that follow a change of speed wait until the line has
 * changed. Carriers without a speed (memory, TCP, MQTT) leave the change out. Where the parity is not the port's, it is
 * added to what is sent, and the line stays at 8N1.
 */
function perform(channel: ByteChannel, options: OpticalPortOptions): (actions: readonly ReaderAction[]) => void {
  let switching: Promise<void> | undefined;
  const reaction = options.reactionMilliseconds ?? 0;
  const isPortParity = (options.parity ?? 'port') === 'port';
  const queue: (ReaderAction | { readonly do: 'wait' })[] = [];

  function one(action: (typeof queue)[number]): void {
    if (action.do === 'send') channel.write(isPortParity ? action.bytes : withEvenParity(action.bytes));
    else if (action.do === 'wait') waited();
    else if (action.do === 'tell') options.onEvent?.(action.event);
    else if (action.do === 'hdlc') {
      if (action.bytes.length > 0) options.onHdlc?.(action.bytes);
    } else if ('setMode' in channel) {
      const mode = isPortParity ? action.mode : action.mode.replace('7E1', '8N1');
      switching = (channel as SerialChannel).setMode(mode).finally(() => {
        switching = undefined;
        work();
      });
    }
  }

  function waited(): void {
    switching = new Promise((resolve) => {
      options.timers.after(reaction, () => {
        switching = undefined;
        resolve();
        work();
      });
    });
  }

  function work(): void {
    while (switching === undefined && queue.length > 0) one(queue.shift()!);
  }

  return (actions) => {
    const first = reaction === 0 ? -1 : actions.findIndex((action) => action.do === 'send');
    if (first < 0) queue.push(...actions);
    else queue.push(...actions.slice(0, first), { do: 'wait' }, ...actions.slice(first));
    work();
  };
}

interface Machine {
  readonly deadline: number | undefined;
  receive(bytes: Uint8Array, atMilliseconds: number): readonly (LineAction | ReaderAction)[];
  expire(atMilliseconds: number): readonly (LineAction | ReaderAction)[];
}

/** Joins an end to a channel and a clock. The returned function performs actions and sets the next deadline. */
function drive(
  channel: ByteChannel,
  machine: Machine,
  options: OpticalPortOptions,
): (a: readonly ReaderAction[]) => void {
  const { timers } = options;
  const act = perform(channel, options);
  let cancel: Cancel = () => undefined;
  const after = (actions: readonly ReaderAction[]): void => {
    act(actions);
    cancel();
    if (machine.deadline === undefined || channel.closed) return;
    const wait = Math.max(0, machine.deadline - timers.nowMilliseconds());
    cancel = timers.after(wait, () => after(machine.expire(timers.nowMilliseconds())));
  };
  channel.onData((bytes) => after(machine.receive(bytes, timers.nowMilliseconds())));
  channel.onClose(() => cancel());
  return after;
}

/** Serves a meter's optical port. `release` takes the line back after HDLC, with octets that were not HDLC's. */
export function serveModeC(
  channel: ByteChannel,
  options: ModeCMeterOptions & OpticalPortOptions,
): { readonly meter: ModeCMeter; release(bytes?: Uint8Array): void } {
  // A carrier without a speed stands for a converter. Set to 7E1 it drops the parity, and set to 8N1 it lets it through.
  const isConverter = options.parity === undefined && !('setMode' in channel);
  const meter = modeCMeter(isConverter ? { ...options, parity: 'either' } : options);
  const act = drive(channel, meter, options);
  return {
    meter,
    release(bytes) {
      const back = meter.release();
      act(bytes === undefined ? back : [...back, ...meter.receive(bytes, options.timers.nowMilliseconds())]);
    },
  };
}

/** Starts a reader on a channel. Its events go to `onEvent`. */
export function readModeC(
  channel: ByteChannel,
  options: ModeCReaderOptions & OpticalPortOptions,
): {
  readonly reader: ModeCReader;
  password(level: 1 | 2, secret: string): void;
  read(address: string): void;
  stop(): void;
} {
  const reader = modeCReader(options);
  const act = drive(channel, reader, options);
  const now = (): number => options.timers.nowMilliseconds();
  act(reader.start(now()));
  return {
    reader,
    password: (level, secret) => act(reader.password(level, secret, now())),
    read: (address) => act(reader.read(address, now())),
    stop: () => act(reader.stop()),
  };
}
