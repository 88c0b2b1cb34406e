import type { ServerConnection } from '../dlms/server/serverConnection.ts';
import { type SkippedBytes, skippedText } from '../dlms/framing/wrapper.ts';
import { REACTION_MILLISECONDS } from '../iec62056_21/frames.ts';
import { serveModeC } from '../iec62056_21/session.ts';
import type { Cancel, Timers } from '../transport/timers.ts';
import { TransportError, type ByteChannel } from '../transport/transport.ts';
import { readoutOf } from './emulatedReadout.ts';
import type { Profile } from './profile.ts';
import type { Unit } from './unit.ts';

export interface ServeOptions {
  readonly timers: Timers;
  /** Called with a defect of the emulator. The channel is closed; the others go on. */
  readonly onDefect: (endpoint: string, cause: unknown) => void;
  /** Called with notes for the user, for example about skipped bytes. They hold no payload. */
  readonly onNote?: (note: string) => void;
  /** Called when a device has acted and before its answer is sent. A TransportError keeps the answer back and hangs up. */
  readonly onActed?: () => void;
}

/** A silent HDLC link is checked at this interval, in seconds. */
const POLL_SECONDS = 5;

/** Joins a device's connection to a channel and a clock, until the channel ends. */
interface Pump {
  receive(bytes: Uint8Array): void;
}

function pump(
  channel: ByteChannel,
  connection: ServerConnection,
  options: ServeOptions & { readonly onLinksDown?: () => void },
): Pump {
  const { timers } = options;
  let cancel: Cancel = () => undefined;
  let linked = false;
  const now = (): number => Math.floor(timers.nowMilliseconds() / 1000);

  function turn(act: () => readonly Uint8Array[]): void {
    if (channel.closed) return;
    try {
      const frames = act();
      if (frames.length > 0) options.onActed?.();
      for (const frame of frames) channel.write(frame);
    } catch (cause) {
      if (cause instanceof TransportError) options.onNote?.(cause.message);
      else options.onDefect(channel.endpoint, cause);
      void channel.close();
      return;
    }
    const isLinked = connection.openLinks > 0;
    const wentDown = linked && !isLinked;
    linked = isLinked;
    if (wentDown) options.onLinksDown?.();
    schedule();
  }

  function schedule(): void {
    cancel();
    const due = connection.dueAt();
    const at = Math.min(due ?? Infinity, linked ? now() + POLL_SECONDS : Infinity);
    if (at === Infinity || channel.closed) return;
    const wait = Math.max(0, at * 1000 - timers.nowMilliseconds());
    cancel = timers.after(wait, () => turn(() => connection.poll(now())));
  }

  channel.onClose(() => {
    cancel();
    connection.close();
  });
  return { receive: (bytes) => turn(() => connection.receive(bytes, now())) };
}

/** Serves a unit on a channel that carries its framing from the first byte. */
export function serveChannel(
  channel: ByteChannel,
  unit: Unit,
  options: ServeOptions & { readonly framing: 'wrapper' | 'hdlc' },
): void {
  // A peer may go away at any time. That is no fault of the emulator.
  channel.onError(() => undefined);
  const { framing, onNote } = options;
  const onSkipped = onNote && ((skipped: SkippedBytes): void => onNote(`${channel.endpoint}: ${skippedText(skipped)}`));
  const served = pump(channel, unit.connect(framing, onSkipped), options);
  channel.onData((bytes) => served.receive(bytes));
}

/** Serves a unit's optical port: IEC 62056-21 readout, programming entry, and HDLC by mode E. */
export function serveOpticalPort(
  channel: ByteChannel,
  unit: Unit,
  options: ServeOptions & { readonly optical: Profile['optical'] },
): void {
  const { manufacturer, baud, model, address, password } = options.optical;
  const connection = unit.connect('hdlc');
  channel.onError(() => undefined);
  const served = pump(channel, connection, { ...options, onLinksDown: () => port.release() });
  const port = serveModeC(channel, {
    timers: options.timers,
    reactionMilliseconds: REACTION_MILLISECONDS,
    identification: { manufacturer, baud, hdlc: true, model },
    address: address ?? unit.meter.identity.serial,
    readout: (atMilliseconds) => readoutOf(unit.meter, Math.floor(atMilliseconds / 1000)),
    ...(password !== undefined && {
      programming: { operand: unit.meter.identity.serial, opens: (level, given) => level === 1 && given === password },
    }),
    onHdlc(bytes) {
      // A reader may break off while its link is up, and begin again with a 62056-21 request. HDLC begins with its flag.
      if (REQUEST.test(Buffer.from(bytes).toString('latin1'))) {
        connection.close();
        port.release(bytes);
      } else served.receive(bytes);
    },
  });
}

/** Matches a whole 62056-21 request and nothing else. */
const REQUEST = /^\/\?[0-9A-Za-z ]{0,32}!\r\n$/;
