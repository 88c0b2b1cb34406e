/** `devices listen`: what devices send unasked, decoded as it comes. */
import type { Command } from 'commander';
import type { DecodedLine, DecodeOptions } from '../../../devices/decode/decodeCapture.ts';
import type { ListenOptions } from '../../../devices/listening/listen.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { type Io, writeLine } from '../shell/io.ts';
import { listenAddress } from '../shell/listenAddress.ts';
import { collect, oneOf, whole } from '../shell/options.ts';
import { lineJson, lineText, originLine } from './decodedLine.ts';
import { framingOption } from './framingOption.ts';

interface Given {
  readonly listen?: string;
  readonly serial?: string;
  readonly mode: string;
  readonly mqtt?: string;
  readonly topic: readonly string[];
  readonly framing: NonNullable<DecodeOptions['framing']>;
  readonly keys?: string;
  readonly count?: number;
  readonly seconds?: number;
  readonly format: 'text' | 'json';
}

const LISTEN = '127.0.0.1:4059';
/** The byte pipes of all benches, what devices send. */
const TOPIC = 'smb/v1/+/rig/+/pdu/s2c';
const LOOPBACKS = ['127.0.0.1', '::1', 'localhost'];

export function addListenCommand(devices: Command, { action }: Shell): void {
  devices
    .command('listen')
    .description('Listen for pushes and data-notifications, and decode them as they come. Sends nothing.')
    .option(
      '--listen <host:port>',
      `TCP server (default: ${LISTEN} unless --serial or --mqtt is given); port 0: a free one`,
    )
    .option('--serial <path>', 'a serial port')
    .option('--mode <mode>', 'speed and frame of the serial port', '9600/8N1')
    .option('--mqtt <url>', 'a broker; credentials come from SMB_MQTT_USER, SMB_MQTT_PASSWORD_FILE, SMB_MQTT_CA_FILE')
    .option('--topic <filter>', `with --mqtt: what to subscribe to; may be repeated (default: ${TOPIC})`, collect, [])
    .addOption(framingOption())
    .option('--keys <file>', 'YAML that says where the keys stand; lab: the public ones of the lab')
    .option('--count <n>', 'end after so many APDUs', whole(1, 1_000_000_000))
    .option('--seconds <n>', 'end after so many seconds', whole(1, 2_000_000))
    .option(
      '--format <format>',
      'text, or json: one object a line; the first is the origin',
      oneOf('text', 'json'),
      'text',
    )
    .addHelpText(
      'after',
      `
Examples:
  smets1-bench devices listen
  smets1-bench devices listen --listen 0.0.0.0:4059 --keys keys.yaml
  smets1-bench devices listen --serial /dev/ttyUSB0 --mode 2400/8E1
  smets1-bench devices listen --mqtt mqtt://127.0.0.1:1883 --topic 'meters/#'
  smets1-bench emulate --push 127.0.0.1:4059 --listen 4060 --push-framing segments    sends such pushes

Wrapper, HDLC (UI frames too, whole or in segments), general-block-transfer and bare APDUs are told apart by their first
octets; what is none of them is named with its offset. It ends with Ctrl-C.`,
    )
    .action(action(listenUntilStopped));
}

async function listenUntilStopped(io: Io, given: Given): Promise<void> {
  const { seconds, format } = given;
  const options = await optionsOf(io, given);
  const [{ listen }, { TransportError }] = await Promise.all([
    import('../../../devices/listening/listen.ts'),
    import('../../../devices/transport/transport.ts'),
  ]);
  const interruption = io.interruption();
  let stop: () => void = () => undefined;
  const stopped = new Promise<'stopped'>((resolve) => {
    stop = () => resolve('stopped');
  });
  interruption.addEventListener('abort', stop, { once: true });
  const counted = new CountedApdus(given.count, stop);
  const onLine = (line: DecodedLine): void => {
    if (counted.isFull) return;
    if (format === 'json') io.out.write(`${JSON.stringify(lineJson(line))}\n`);
    else writeLine(io.out, lineText(line));
    counted.take(line);
  };
  // The timers of the carriers do not hold the process open.
  const alive = setInterval(() => undefined, 60_000);
  const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1000);
  try {
    if (format === 'json') io.out.write(originLine(io));
    const listening = await listen({ ...options, onLine });
    for (const at of listening.at) writeLine(io.err, `listening on ${at}`);
    const { tcp } = options;
    if (tcp && !LOOPBACKS.includes(tcp.host))
      writeLine(io.err, `${tcp.host} can be reached from other machines: whoever connects is listened to`);
    const outcome = await Promise.race([stopped, listening.ended]);
    await listening.close();
    if (outcome !== 'stopped') throw outcome;
  } catch (cause) {
    if (cause instanceof TransportError) throw new UsageError(cause.message);
    throw cause;
  } finally {
    clearInterval(alive);
    clearTimeout(timer);
  }
}

async function optionsOf(io: Io, given: Given): Promise<Omit<ListenOptions, 'onLine'>> {
  const { listen: text, serial, mode, mqtt, topic, framing, keys } = given;
  if (topic.length > 0 && mqtt === undefined) throw new UsageError('--topic is of a broker: give --mqtt URL too');
  if (!/^\d{3,7}\/[78][NEO][12]$/.test(mode)) throw new UsageError(`--mode: found ${mode}, expected such as 9600/8N1`);
  const [{ wallTimers }, { decodeKeys }] = await Promise.all([
    import('../../../devices/transport/timers.ts'),
    import('./keysFile.ts'),
  ]);
  const address = text ?? (serial === undefined && mqtt === undefined ? LISTEN : undefined);
  return {
    framing,
    keys: keys === undefined ? [] : decodeKeys(keys, io.env),
    timers: wallTimers(),
    ...(address !== undefined && { tcp: listenAddress(address, LISTEN) }),
    ...(serial !== undefined && { serial: { path: serial, mode } }),
    ...(mqtt !== undefined && { mqtt: { url: mqtt, topics: topic.length === 0 ? [TOPIC] : topic } }),
  };
}

/** Counts whole APDUs. A block or a segment is a part of one, and no APDU. */
class CountedApdus {
  private count = 0;
  private readonly max: number | undefined;
  private readonly onFull: () => void;

  constructor(max: number | undefined, onFull: () => void) {
    this.max = max;
    this.onFull = onFull;
  }

  get isFull(): boolean {
    return this.max !== undefined && this.count >= this.max;
  }

  take({ tree, isDamage }: DecodedLine): void {
    if (isDamage || tree?.['apdu'] === undefined) return;
    if (tree['apdu'] === 'general-block-transfer' && tree['of'] === undefined) return;
    this.count += 1;
    if (this.isFull) this.onFull();
  }
}
