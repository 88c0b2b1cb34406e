/** Calls through an optical port: IEC 62056-21 opens the session, mode E switches to HDLC, and the caller gets HDLC. */
import { baudCharacter, OPENING_BAUD, REACTION_MILLISECONDS } from '../iec62056_21/frames.ts';
import { FAILURE_WORDS, type ReaderFailure } from '../iec62056_21/reader.ts';
import { readModeC } from '../iec62056_21/session.ts';
import { byteChannel } from '../transport/channel.ts';
import { heldTransport, type HeldTransport } from '../transport/held.ts';
import type { Direction } from '../transport/framePolicy.ts';
import type { Timers } from '../transport/timers.ts';
import { TransportError, type ByteChannel, type TransportErrorCode, type Unlisten } from '../transport/transport.ts';

/**
 * An open carrier. A serial port can change its speed; behind a converter on plain TCP it is set once, at the
 * converter.
 */
type Carrier = ByteChannel & { setMode?(mode: string): Promise<void> };

/** At 300 Bd even a short answer takes this long. */
const QUIET_MILLISECONDS = 300;

export interface OpticalLineOptions {
  readonly timers: Timers;
  /** Highest speed, Bd. Default 300. Behind a converter without RFC 2217 the line stays at 300 Bd. */
  readonly baud?: number;
  /** Default `port`. */
  readonly parity?: 'port' | 'software';
  /** Default false. */
  readonly wakeUp?: boolean;
  /** Called with the octets of the opening, which is 62056-21, until the line goes over to HDLC. */
  readonly onOctets?: (dir: Direction, bytes: Uint8Array, endpoint: string) => void;
}

export function opticalLine(
  carrier: { readonly name: string; open(): Promise<Carrier> },
  options: OpticalLineOptions,
): Pick<HeldTransport<Carrier>, 'name' | 'open' | 'hold' | 'close'> {
  const { timers, baud = 300, parity, wakeUp, onOctets } = options;
  const line = heldTransport(carrier, { timers, quietMilliseconds: QUIET_MILLISECONDS });

  async function open(): Promise<ByteChannel> {
    const call = await line.open();
    const { held } = line;
    if (held === undefined) throw new TransportError('lost', line.name, 'the port went away');
    // The call carries the octets and the port sets the speed. A converter without RFC 2217 has one speed.
    const setMode = held.setMode?.bind(held);
    const told = onOctets ? openingTold(call, onOctets, () => isSettled) : call;
    const port = setMode ? (Object.create(told, { setMode: { value: setMode } }) as ByteChannel) : told;
    let isSettled = false;
    return new Promise((resolve, reject) => {
      const hdlc = byteChannel({
        endpoint: call.endpoint,
        send: (bytes) => call.write(bytes),
        flush: () => call.flush(),
        release: () => call.close(),
      });
      let portError: TransportError | undefined;
      const failed = (error: TransportError): void => {
        // Closing the call ends it as well. The first reason is the one that counts.
        if (isSettled) return;
        isSettled = true;
        void call.close();
        reject(error);
      };
      call.onError((error) => {
        portError ??= error;
        if (isSettled) hdlc.fail(error);
      });
      call.onClose(() => {
        hdlc.end();
        failed(portError ?? new TransportError('lost', line.name, 'the port went away'));
      });
      readModeC(port, {
        timers,
        goal: 'hdlc',
        baudMax: setMode ? baudCharacter(baud) : OPENING_BAUD,
        parity: parity === 'software' ? 'strip' : 'port',
        wakeUp: wakeUp ?? false,
        reactionMilliseconds: REACTION_MILLISECONDS,
        onHdlc: (bytes) => hdlc.deliver(bytes),
        onEvent(event) {
          if (event.kind === 'hdlc') {
            isSettled = true;
            resolve(hdlc.channel);
          }
          if (event.kind === 'failed') failed(new TransportError(...whyFailed(event.reason, line.name)));
        },
      });
    });
  }
  return { name: line.name, open, hold: () => line.hold(), close: () => line.close() };
}

/** The same channel with its octets told until the opening is over. */
function openingTold(
  channel: ByteChannel,
  onOctets: NonNullable<OpticalLineOptions['onOctets']>,
  isOver: () => boolean,
): ByteChannel {
  const write = (bytes: Uint8Array): void => {
    if (!isOver()) onOctets('c2s', bytes, channel.endpoint);
    channel.write(bytes);
  };
  const onData = (listener: (bytes: Uint8Array) => void): Unlisten =>
    channel.onData((bytes) => {
      if (!isOver()) onOctets('s2c', bytes, channel.endpoint);
      listener(bytes);
    });
  return Object.create(channel, { write: { value: write }, onData: { value: onData } }) as ByteChannel;
}

/**
 * A silent line is the meter's silence. A meter that answers without leading to HDLC has been reached: its settings
 * differ from those of the rig file, and that is no failure of the meter.
 */
function whyFailed(reason: ReaderFailure, name: string): [TransportErrorCode, string, string] {
  const code: TransportErrorCode = reason === 'noAnswer' ? 'timeout' : 'settings';
  return [code, name, `62056-21 does not lead to HDLC here: ${FAILURE_WORDS[reason]} (${reason})`];
}
