/** Calls through an optical port: IEC 62056-21 opens the door, mode E leads to HDLC, and HDLC is what the caller gets. */
import { BAUD_RATES } from '../../iec62056_21/frames.ts';
import { readModeC } from '../../iec62056_21/session.ts';
import { byteChannel } from '../../transport/channel.ts';
import { heldTransport, type HeldTransport } from '../../transport/held.ts';
import type { SerialChannel, SerialTransport } from '../../transport/serial.ts';
import type { Timers } from '../../transport/timers.ts';
import { TransportError, type ByteChannel } from '../../transport/transport.ts';

/** The reaction time that IEC 62056-21 asks of both ends: the other may be setting its line. */
const REACTION_MILLISECONDS = 200;
/** At 300 Bd even a short answer takes a moment. */
const QUIET_MILLISECONDS = 300;

/** The fastest speed that may be agreed, as the standard's character. */
function baudCharacter(baud: number): string {
  const able = Object.entries(BAUD_RATES).filter(([, rate]) => rate <= baud);
  return able.sort(([, a], [, b]) => b - a)[0]?.[0] ?? '0';
}

export function opticalLine(
  serial: SerialTransport,
  options: { readonly timers: Timers; readonly baud: number },
): Pick<HeldTransport<SerialChannel>, 'name' | 'open' | 'hold' | 'close'> {
  const { timers, baud } = options;
  const line = heldTransport(serial, { timers, quietMilliseconds: QUIET_MILLISECONDS });

  async function open(): Promise<ByteChannel> {
    const call = await line.open();
    const { held } = line;
    if (held === undefined) throw new TransportError('lost', line.name, 'the port went away');
    // The call carries the octets, the port sets the speed.
    const port = Object.create(call, { setMode: { value: (mode: string) => held.setMode(mode) } }) as ByteChannel;
    return new Promise((resolve, reject) => {
      const hdlc = byteChannel({
        endpoint: call.endpoint,
        send: (bytes) => call.write(bytes),
        flush: () => call.flush(),
        release: () => call.close(),
      });
      const failed = (why: string): void => {
        void call.close();
        reject(new TransportError('timeout', line.name, why));
      };
      call.onClose(() => {
        hdlc.end();
        failed('the port went away');
      });
      readModeC(port, {
        timers,
        goal: 'hdlc',
        baudMax: baudCharacter(baud),
        reactionMilliseconds: REACTION_MILLISECONDS,
        onHdlc: (bytes) => hdlc.deliver(bytes),
        onEvent(event) {
          if (event.kind === 'hdlc') resolve(hdlc.channel);
          if (event.kind === 'failed') failed(`62056-21 does not lead to HDLC here (${event.reason})`);
        },
      });
    });
  }
  return { name: line.name, open, hold: () => line.hold(), close: () => line.close() };
}
