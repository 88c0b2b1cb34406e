/** Calls through an optical port: IEC 62056-21 opens the session, mode E switches to HDLC, and the caller gets HDLC. */
import { baudCharacter, OPENING_BAUD, REACTION_MILLISECONDS } from '../iec62056_21/frames.ts';
import { FAILURE_WORDS, type ReaderFailure } from '../iec62056_21/reader.ts';
import { readModeC } from '../iec62056_21/session.ts';
import { byteChannel } from '../transport/channel.ts';
import { heldTransport, type HeldTransport } from '../transport/held.ts';
import type { Timers } from '../transport/timers.ts';
import { TransportError, type ByteChannel, type TransportErrorCode } from '../transport/transport.ts';

/**
 * An open carrier. A serial port can change its speed; behind a converter on TCP the speed is set once, at the
 * converter.
 */
type Carrier = ByteChannel & { setMode?(mode: string): Promise<void> };

/** At 300 Bd even a short answer takes this long. */
const QUIET_MILLISECONDS = 300;

export interface OpticalLineOptions {
  readonly timers: Timers;
  /** Highest speed, Bd. Default 300. Behind a converter the line always stays at its opening speed, 300 Bd. */
  readonly baud?: number;
  /** Default `port`. */
  readonly parity?: 'port' | 'software';
  /** Default false. */
  readonly wakeUp?: boolean;
}

export function opticalLine(
  carrier: { readonly name: string; open(): Promise<Carrier> },
  options: OpticalLineOptions,
): Pick<HeldTransport<Carrier>, 'name' | 'open' | 'hold' | 'close'> {
  const { timers, baud = 300, parity, wakeUp } = options;
  const line = heldTransport(carrier, { timers, quietMilliseconds: QUIET_MILLISECONDS });

  async function open(): Promise<ByteChannel> {
    const call = await line.open();
    const { held } = line;
    if (held === undefined) throw new TransportError('lost', line.name, 'the port went away');
    // The call carries the octets and the port sets the speed. A converter cannot change its speed.
    const setMode = held.setMode?.bind(held);
    const port = setMode ? (Object.create(call, { setMode: { value: setMode } }) as ByteChannel) : call;
    return new Promise((resolve, reject) => {
      const hdlc = byteChannel({
        endpoint: call.endpoint,
        send: (bytes) => call.write(bytes),
        flush: () => call.flush(),
        release: () => call.close(),
      });
      let isSettled = false;
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

/**
 * A silent line is the meter's silence. A meter that answers without leading to HDLC has been reached: its settings
 * differ from those of the rig file, and that is no failure of the meter.
 */
function whyFailed(reason: ReaderFailure, name: string): [TransportErrorCode, string, string] {
  const code: TransportErrorCode = reason === 'noAnswer' ? 'timeout' : 'settings';
  return [code, name, `62056-21 does not lead to HDLC here: ${FAILURE_WORDS[reason]} (${reason})`];
}
