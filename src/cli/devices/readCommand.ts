/** `devices read`: what a device holds, in words. It writes nothing to any device. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { OpticalLineOptions } from '../../../devices/hardware/opticalLine.ts';
import type { Authentication } from '../../../devices/dlms/security/hls.ts';
import type { DeviceReading } from '../../../devices/reading/deviceReading.ts';
import type { ReadDeviceOptions, ReadLogin } from '../../../devices/reading/readDevice.ts';
import type { AskedObject, AskedRange } from '../../../devices/reading/readingTargets.ts';
import { csvLine } from '../../interchange/format/rowWriter.ts';
import type { Shell } from '../shell/command.ts';
import { type ExitCode, EXIT, UsageError } from '../shell/exit.ts';
import { type Io, writeLine } from '../shell/io.ts';
import { oneOf, whole } from '../shell/options.ts';
import { DEVICE_PLACES, deviceUrl, type DevicePlace } from './deviceUrl.ts';
import { originOf } from '../output/outputOrigin.ts';

interface Given {
  readonly all?: true;
  readonly range?: string;
  readonly buffers: boolean;
  readonly readout?: true;
  readonly client?: number;
  readonly server: number;
  readonly authentication?: Exclude<Authentication, 'ecdsa'>;
  readonly keys?: string;
  readonly title?: string;
  readonly counter?: number;
  readonly framing?: 'wrapper' | 'hdlc' | '62056-21';
  readonly baud: number;
  readonly physical?: number;
  readonly addressBytes?: '1' | '2' | '4';
  readonly parity: 'port' | 'software';
  readonly wakeUp?: true;
  readonly meter?: string;
  readonly announced: boolean;
  readonly endpoint: string;
  readonly seconds: number;
  readonly trace?: true;
  readonly format: 'text' | 'json' | 'csv';
}

/** The login of the usual client SAPs. */
const LOGINS: Readonly<Record<number, 'none' | 'lls' | 'gmac'>> = { 16: 'none', 17: 'lls', 1: 'gmac' };
const PUBLIC_CLIENT = 16;

export function addReadCommand(devices: Command, { action }: Shell): void {
  devices
    .command('read')
    .description(
      'Read a device: its objects, registers with units, profiles, or its 62056-21 read-out. Writes nothing.',
    )
    .argument('<url>', DEVICE_PLACES)
    .argument('[objects...]', 'OBJECT[.ATTRIBUTE][@FROM..TO], as 1.0.1.8.0.255, 1.8.0 or 7/1.0.99.1.0.255@2026-01-01..')
    .option('--all', 'read every object of the association list; without it and without objects, list them')
    .option('--range <from..to>', 'with --all: only this part of each profile')
    .option('--no-buffers', 'with --all: leave the buffers of profiles out')
    .option('--readout', '62056-21 data read-out; what --framing 62056-21 means unless DLMS is asked for')
    .option(
      '--client <n>',
      'client SAP: 16 public, 17 LLS, 1 HLS-GMAC; or another with --authentication',
      whole(1, 0x7f),
    )
    .option('--server <n>', 'server SAP; over HDLC the upper address', whole(0, 0x3fff), 1)
    .option(
      '--authentication <way>',
      'none, lls, gmac, or HLS by a secret: high (mechanism 2), md5, sha1, sha256; default: as the client SAP has it',
      oneOf('none', 'lls', 'gmac', 'high', 'md5', 'sha1', 'sha256'),
    )
    .option('--keys <file>', 'YAML that says where guek, gak and the LLS secret stand; lab: the public ones of the lab')
    .option('--title <hex>', "this client's system title, 16 hexadecimal digits (default: a new one each time)")
    .option(
      '--counter <n>',
      'invocation counter to begin at (default: what the public client reads)',
      whole(1, 0xffff_ffff),
    )
    .option(
      '--framing <framing>',
      'wrapper, hdlc or 62056-21 (default: hdlc on a serial line, else wrapper)',
      oneOf('wrapper', 'hdlc', '62056-21'),
    )
    .option(
      '--baud <n>',
      'speed of a serial line; over 62056-21 the fastest that is taken',
      whole(300, 4_000_000),
      9600,
    )
    .option('--physical <n>', 'HDLC: lower address', whole(0, 0x3fff))
    .option('--address-bytes <n>', 'HDLC: bytes of the address, 1, 2 or 4', oneOf('1', '2', '4'))
    .option('--parity <who>', 'of 7E1: port, or software for a line set to 8N1', oneOf('port', 'software'), 'port')
    .option('--wake-up', '62056-21: wake a battery-operated meter first')
    .option('--meter <address>', '62056-21: address of the meter, if several share the line')
    .option('--no-announced', 'MQTT: the device carries PDUs and announces nothing')
    .option('--endpoint <text>', 'driver: which device it is to open', '')
    .option('--seconds <n>', 'how long to wait for each answer', whole(1, 7200), 30)
    .option('--trace', 'show each frame on standard error as it crosses')
    .option('--format <format>', 'text, json or csv', oneOf('text', 'json', 'csv'), 'text')
    .addHelpText(
      'after',
      `
Examples:
  smets1-bench devices read 127.0.0.1:4059                     the objects that the public client may see
  smets1-bench devices read 127.0.0.1:4059 --all --client 17 --keys lab
  smets1-bench devices read 127.0.0.1:4059 1.8.0 0.0.1.0.0.255.2
  smets1-bench devices read 127.0.0.1:4059 1.0.99.1.0.255@2026-01-01..2026-01-02 --client 17 --keys lab
  smets1-bench devices read /dev/ttyUSB0 --framing 62056-21    the data read-out of an optical port
  smets1-bench devices read mqtt://127.0.0.1:1883/lab/SMBCHF0000000001 --all
  smets1-bench devices read "driver:node my-driver.mjs" 1.0.1.8.0.255 --endpoint rack3

It sends GET, associations and link frames; the only method ever invoked is the proof of HLS. Passwords and PINs that a
device holds are not read. A file of keys holds no key: guek: { file: guek.hex }, gak: { env: GAK }, secret: { env: LLS }.
Exit code 1: the device could not be reached, or fell silent; what was read until then is printed.`,
    )
    .action(action(read));
}

async function read(io: Io, url: string, objects: readonly string[], given: Given): Promise<ExitCode> {
  const place = deviceUrl(url, given);
  const [{ readingLines, readingRows, READING_COLUMNS }, { TransportError }] = await Promise.all([
    import('../../../devices/reading/readingText.ts'),
    import('../../../devices/transport/transport.ts'),
  ]);
  let reading: DeviceReading;
  try {
    reading = await readingOf(io, place, objects, given);
  } catch (cause) {
    if (cause instanceof TransportError || (cause as Error).name === 'DriverError')
      throw new UsageError((cause as Error).message);
    throw cause;
  }
  if (given.format === 'json') io.out.write(`${JSON.stringify({ ...reading, provenance: originOf(io) }, null, 2)}\n`);
  else if (given.format === 'csv')
    for (const row of [READING_COLUMNS, ...readingRows(reading)]) io.out.write(csvLine(row));
  else for (const line of readingLines(reading)) writeLine(io.out, line);
  if (reading.problem !== undefined) writeLine(io.err, `${reading.source}: ${reading.problem}`);
  return reading.complete ? EXIT.done : EXIT.usage;
}

async function readingOf(io: Io, place: DevicePlace, objects: readonly string[], given: Given): Promise<DeviceReading> {
  const { wallTimers } = await import('../../../devices/transport/timers.ts');
  const timers = wallTimers();
  // The timers of the carriers do not hold the process open, and a silent device sends nothing that would.
  const alive = setInterval(() => undefined, 60_000);
  try {
    if (place.kind === 'driver') return await throughDriver(io, place.command, objects, given);
    const isDlmsAsked = given.all === true || objects.length > 0 || given.client !== undefined;
    const isReadout = given.readout === true || (given.framing === '62056-21' && !isDlmsAsked);
    const log = given.trace ? await traceLog(io, given) : undefined;
    if (!isReadout) {
      const { readDevice } = await import('../../../devices/reading/readDevice.ts');
      const { carrierLine } = await import('../../../devices/hardware/carrierLine.ts');
      const framing = given.framing ?? (place.kind === 'serial' ? 'hdlc' : 'wrapper');
      const { parity, wakeUp = false } = given;
      const onOctets: OpticalLineOptions['onOctets'] = (dir, bytes, endpoint) => log?.record({ dir, endpoint, layer: '62056-21', bytes }); // prettier-ignore
      const line = carrierLine(place, { timers, framing, optical: { parity, wakeUp, onOctets } });
      const options = await dlmsOptions(io, objects, given);
      return await readDevice({ ...options, line, framing: framing === 'wrapper' ? 'wrapper' : 'hdlc', timers, ...(log && { log }) }); // prettier-ignore
    }
    if (place.kind === 'mqtt') throw new UsageError('--readout: a read-out comes over a serial port or TCP, not MQTT');
    if (isDlmsAsked) throw new UsageError('--readout reads no DLMS objects: leave --all, --client and the objects out');
    const { readOptical } = await import('../../../devices/reading/readOptical.ts');
    const { parity, wakeUp = false, meter, seconds } = given;
    return await readOptical({ place, timers, parity, wakeUp, answerSeconds: seconds, ...(meter !== undefined && { address: meter }), ...(log && { log }) }); // prettier-ignore
  } finally {
    clearInterval(alive);
  }
}

async function throughDriver(
  io: Io,
  command: readonly string[],
  objects: readonly string[],
  given: Given,
): Promise<DeviceReading> {
  if (given.all) throw new UsageError('--all: a driver has no list of its objects; name the ones to read');
  const [{ startDriver }, { readDriver }] = await Promise.all([
    import('../../../devices/hardware/driver.ts'),
    import('../../../devices/reading/readDriver.ts'),
  ]);
  const driver = await startDriver({ command, answerSeconds: given.seconds, onStderr: (line) => writeLine(io.err, `driver: ${line}`) }); // prettier-ignore
  try {
    return await readDriver({ driver, endpoint: given.endpoint, objects, nowMilliseconds: io.now });
  } finally {
    await driver.close();
  }
}

type DlmsOptions = Omit<ReadDeviceOptions, 'timers' | 'line' | 'framing'>;

async function dlmsOptions(io: Io, objects: readonly string[], given: Given): Promise<DlmsOptions> {
  const { parseRange, parseTarget } = await import('../../../devices/reading/readingTargets.ts');
  const usable = <T>(value: T | string): T => {
    if (typeof value === 'string') throw new UsageError(value);
    return value;
  };
  const asked = objects.map((text): AskedObject => usable(parseTarget(text)));
  const range = given.range === undefined ? undefined : usable<AskedRange>(parseRange(given.range));
  if (range && !given.all) throw new UsageError('--range is of --all: give an object its range as OBJECT@FROM..TO');
  const { client = PUBLIC_CLIENT, server, physical, addressBytes, seconds, counter } = given;
  const login = await loginOf(io, client, given);
  return {
    asked,
    list: given.all ? 'values' : objects.length === 0 ? 'list' : 'none',
    buffers: given.buffers,
    client,
    server,
    login,
    title: titleOf(given.title, login.authentication === 'gmac'),
    answerSeconds: seconds,
    session: {
      ...(physical !== undefined && { physical }),
      ...(addressBytes !== undefined && { addressBytes: Number(addressBytes) as 1 | 2 | 4 }),
    },
    onNote: (note) => writeLine(io.err, note),
    onNotification: () => writeLine(io.err, 'the device sent an APDU unasked: `devices listen` and --trace show such'),
    ...(io.err.isTTY && { onProgress: ({ done, of, object }) => void io.err.write(`\r${done} of ${of}  ${object}\u001b[K${done + 1 >= of ? '\r\u001b[K' : ''}`) }), // prettier-ignore
    ...(range && { range }),
    ...(counter !== undefined && { counter }),
  };
}

async function loginOf(io: Io, client: number, { authentication, keys: path }: Given): Promise<ReadLogin> {
  const way = authentication ?? LOGINS[client];
  if (way === undefined)
    throw new UsageError(`client ${client}: say its --authentication: none, lls, gmac, high, md5, sha1 or sha256`);
  if (way === 'none') return { authentication: 'none' };
  if (path === undefined)
    throw new UsageError(`client ${client} logs in by ${way}: give --keys, a file that says where its ${way === 'gmac' ? 'guek and gak stand' : 'secret stands'}, or --keys lab`); // prettier-ignore
  const { readKeysFile } = await import('./keysFile.ts');
  for (const { keys, secret } of readKeysFile(path, io.env)) {
    if (way === 'gmac' && keys) return { authentication: 'gmac', keys };
    if (way !== 'gmac' && secret) return { authentication: way, secret };
  }
  throw new UsageError(`${path}: found no ${way === 'gmac' ? 'guek and gak' : 'secret'}, which ${way} needs`);
}

/** A new title is half of a nonce that was never used. A client that ciphers nothing has always the same title. */
function titleOf(text: string | undefined, isCiphered: boolean): Uint8Array {
  if (text === undefined) return new Uint8Array(Buffer.concat([Buffer.from('SMB'), isCiphered ? randomBytes(5) : Buffer.from('READS')])); // prettier-ignore
  if (!/^[0-9A-Fa-f]{16}$/.test(text)) throw new UsageError(`--title: found ${text}, expected 16 hexadecimal digits`);
  return new Uint8Array(Buffer.from(text, 'hex'));
}

async function traceLog(io: Io, { keys }: Given): Promise<NonNullable<ReadDeviceOptions['log']>> {
  const [{ liveTrace }, { decodeKeys }] = await Promise.all([
    import('../../../devices/decode/liveTrace.ts'),
    import('./keysFile.ts'),
  ]);
  return liveTrace({
    keys: keys === undefined ? [] : decodeKeys(keys, io.env),
    nowMilliseconds: io.now,
    onLine: ({ t, dir, link, text }) => writeLine(io.err, [t?.slice(11), dir, link, text].filter(Boolean).join('  ')),
  });
}
