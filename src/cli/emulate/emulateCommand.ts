import { Command } from 'commander';
import type { EmulateOptions } from '../../../devices/emulate/emulate.ts';
import { PUSH_FRAMINGS, type PushFraming } from '../../../devices/emulate/pushFrames.ts';
import type { DeviceChoice } from '../../../devices/emulate/profileSchema.ts';
import { BAUD_RATES } from '../../../devices/iec62056_21/frames.ts';
import { formatProblems } from '../../document/problem.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { listenAddress } from '../shell/listenAddress.ts';
import { collect, folder, oneOf, whole } from '../shell/options.ts';
import { diskFiles } from '../shell/readText.ts';

interface Given {
  readonly device?: DeviceChoice;
  readonly listen?: string;
  readonly framing: readonly string[];
  readonly serial?: string;
  readonly baud?: number;
  readonly mqtt?: string;
  readonly bench: string;
  readonly glow?: true;
  readonly profile?: string;
  readonly from?: string;
  readonly count: number;
  readonly state?: string;
  readonly profileSchema?: true;
  readonly push?: string;
  readonly pushFraming: PushFraming;
  readonly pushSeconds: number;
  readonly pushCiphered?: true;
}

const LISTEN = '127.0.0.1:4059';
/** What each carrier can be framed with, its default first. */
const FRAMINGS = {
  tcp: ['wrapper', 'hdlc', '62056-21'] as ['wrapper', 'hdlc', '62056-21'],
  network: ['wrapper', 'hdlc'] as ['wrapper', 'hdlc'],
  serial: ['hdlc', '62056-21'] as ['hdlc', '62056-21'],
};

/** `smets1-bench emulate`: emulated devices for any DLMS client, until stopped. */
export function emulateCommand({ action }: Shell): Command {
  return new Command('emulate')
    .option('--device <device>', 'chf, esme, gsme or installation (default: esme, or what the profile says)', device)
    .option('--listen <host:port>', `TCP (default: ${LISTEN} unless --serial or --mqtt is given); port 0: a free one`)
    .option(
      '--framing <framing>',
      'wrapper or hdlc over TCP and MQTT, hdlc or 62056-21 over serial, also behind TCP; may be given once for each',
      collect,
      [],
    )
    .option('--serial <path>', 'a serial port: /dev/ttyUSB0, COM3, one end of a pty pair')
    .option('--baud <n>', 'speed of HDLC (default: 9600), or the fastest that 62056-21 offers', whole(300, 4_000_000))
    .option('--mqtt <url>', 'a broker; credentials come from SMB_MQTT_USER, SMB_MQTT_PASSWORD_FILE, SMB_MQTT_CA_FILE')
    .option('--bench <name>', 'name of this bench in MQTT topics', 'lab')
    .option('--glow', 'with --mqtt and an installation: publish its CAD in Glow form as well')
    .option('--profile <file>', 'YAML: titles, keys, secrets, SAPs, objects, sleep, faults (--profile-schema says all)')
    .option('--from <readout>', 'a read-out of `devices read --all --format json`: emulate the device that was read')
    .option(
      '--count <n>',
      'units, numbered upward; over TCP each has a port, upward from the first',
      whole(1, 10_000),
      1,
    )
    .option(
      '--state <folder>',
      'keep keys, counters and written values there over a restart (default: until it stops)',
      folder,
    )
    .option('--push <where>', 'push a data-notification to HOST:PORT, or mqtt: to the broker of --mqtt, at an interval')
    .option(
      '--push-framing <framing>',
      `how it is framed: ${PUSH_FRAMINGS.join(', ')}`,
      oneOf(...PUSH_FRAMINGS),
      'wrapper',
    )
    .option('--push-seconds <n>', 'seconds between two pushes', whole(1, 86_400), 60)
    .option('--push-ciphered', 'protect each push by the keys of its device (general-glo-ciphering)')
    .option('--profile-schema', 'print the JSON Schema of profiles, and end')
    .addHelpText(
      'after',
      `
Examples:
  smets1-bench emulate
  smets1-bench emulate --device installation --listen 127.0.0.1:4059 --count 3
  smets1-bench emulate --listen 127.0.0.1:4060 --framing hdlc
  smets1-bench emulate --serial /dev/ttyUSB0 --framing 62056-21
  smets1-bench emulate --device installation --mqtt mqtt://127.0.0.1:1883 --glow
  smets1-bench emulate --from meter.json --count 100    a hundred copies of a device that was read
  smets1-bench emulate --push 127.0.0.1:4060 --push-framing segments    \`devices listen\` decodes such pushes
  smets1-bench emulate --state rack1    keys that were rotated are still there after a restart

Without a profile (the lab's, all of it public; never write its keys to real hardware):
  client SAP 16 without security; 17 LLS, secret Gurux; 1 HLS-GMAC with suite 0
  GUEK 00 01 02 .. 0F, GAK D0 D1 D2 .. DF, KEK 31 31 .. 31, 16 bytes each; keys are transferred at 0.0.43.0.0.255
  invocation counter: 0.0.43.1.0.255 attribute 2, read by SAP 16; a client begins one above it
  server SAP 1; of an installation 1 CHF, 2 ESME, 3 GSME. HDLC: the same as (logical) address, 1, 2 or 4 bytes
DLMS security suite 0 is a standards-based stand-in: no source says that SMETS1 devices speak it.`,
    )
    .action(action(emulateUntilStopped));
}

async function emulateUntilStopped(io: Io, given: Given): Promise<void> {
  // The files themselves: the face of devices/ would load rigs as well, and a user waits for it.
  const [
    { emulate },
    { bannerLines },
    { loadProfile },
    { labProfile },
    { profileJsonSchema },
    { TransportError },
    { stateFolder },
  ] = await Promise.all([
    import('../../../devices/emulate/emulate.ts'),
    import('../../../devices/emulate/banner.ts'),
    import('../../../devices/emulate/loadProfile.ts'),
    import('../../../devices/emulate/profile.ts'),
    import('../../../devices/emulate/profileSchema.ts'),
    import('../../../devices/transport/transport.ts'),
    import('./stateFolder.ts'),
  ]);
  if (given.profileSchema) {
    io.out.write(profileJsonSchema());
    return;
  }
  const loaded = given.profile === undefined ? undefined : loadProfile({ path: given.profile, files: diskFiles });
  if (loaded?.ok === false) throw new UsageError(formatProblems(loaded.problems));
  const note = (text: string): void => writeLine(io.err, text);
  const profile = withBaud(await fromReading(loaded?.profile ?? labProfile(), given), given);
  const options: EmulateOptions = {
    profile,
    ...carriersOf(given),
    ...optional(given),
    ...pushOf(given),
    count: given.count,
    onNote: note,
  };

  const interruption = io.interruption();
  const stopped = new Promise<'stopped'>((resolve) => {
    interruption.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  // While a broker or an adapter is away nothing else keeps the process alive: the emulator's own timers do not.
  const alive = setInterval(() => undefined, ALIVE_MILLISECONDS);
  try {
    const state = given.state === undefined ? undefined : stateFolder(given.state);
    const emulation = await emulate({ ...options, ...(state && { state }) });
    const at = Math.floor(io.now() / 1000);
    writeAnswer(io.out, `${bannerLines(emulation, options, at).join('\n')}\nready; end with Ctrl-C\n`);
    const outcome = await Promise.race([stopped, emulation.ended]);
    await emulation.close();
    if (outcome !== 'stopped') throw outcome;
    writeLine(io.out, 'stopped');
  } catch (cause) {
    if (cause instanceof TransportError) throw new UsageError(cause.message);
    throw cause;
  } finally {
    clearInterval(alive);
  }
}

const ALIVE_MILLISECONDS = 60_000;

function optional({ device: choice }: Given): Pick<EmulateOptions, 'device'> {
  return choice === undefined ? {} : { device: choice };
}

async function fromReading(profile: EmulateOptions['profile'], { from, device }: Given): Promise<typeof profile> {
  if (from === undefined) return profile;
  if (device !== undefined) throw new UsageError('--from emulates the one device that was read: leave --device out');
  const [{ profileFromReading, ReadingFault }, { readingFile }] = await Promise.all([
    import('../../../devices/emulate/modelFromReading.ts'),
    import('../devices/readingFile.ts'),
  ]);
  const reading = await readingFile(from);
  try {
    return profileFromReading(profile, reading);
  } catch (cause) {
    if (cause instanceof ReadingFault) throw new UsageError(`${from}: ${cause.message}`);
    throw cause;
  }
}

function pushOf(given: Given): Pick<EmulateOptions, 'push'> {
  const {
    push,
    pushFraming: framing,
    pushSeconds: everySeconds,
    pushCiphered: isCiphered = false,
    mqtt,
    bench,
  } = given;
  if (push === undefined) return {};
  if (push === 'mqtt' && mqtt === undefined)
    throw new UsageError('--push mqtt goes to the broker of --mqtt: give it too');
  const to =
    push === 'mqtt'
      ? ({ kind: 'mqtt', url: mqtt!, bench } as const)
      : ({ kind: 'tcp', ...listenAddress(push.replace(/^tcp:(?:\/\/)?/, ''), LISTEN, '--push') } as const);
  return { push: { to, framing, everySeconds, isCiphered } };
}

function device(text: string): DeviceChoice {
  return oneOf('chf', 'esme', 'gsme', 'installation')(text) as DeviceChoice;
}

/** Over 62056-21 the line opens at 300 Bd whatever happens; a speed then means the fastest that is offered. */
function withBaud(profile: EmulateOptions['profile'], given: Given): EmulateOptions['profile'] {
  if (given.baud === undefined || framingOf(given, FRAMINGS.serial) !== '62056-21') return profile;
  const [offered] = Object.entries(BAUD_RATES).find(([, rate]) => rate === given.baud) ?? [];
  const all = Object.values(BAUD_RATES).join(', ');
  if (offered === undefined) throw new UsageError(`--baud ${given.baud}: 62056-21 offers ${all}`);
  return { ...profile, optical: { ...profile.optical, baud: offered as typeof profile.optical.baud } };
}

/** One framing is for every carrier that can have it; of several, a carrier takes the one that is its own first. */
function framingOf<F extends string>(given: Given, able: readonly [F, ...F[]]): F {
  const fitting = given.framing.flatMap((framing) => able.filter((one) => one === framing));
  return fitting.find((framing) => framing !== 'hdlc') ?? fitting[0] ?? able[0];
}

/** Where to serve. Throws UsageError for what does not go together. */
function carriersOf(given: Given): Pick<EmulateOptions, 'tcp' | 'serial' | 'mqtt'> {
  for (const framing of given.framing) checkFraming(framing, given);
  if (given.glow && given.mqtt === undefined) throw new UsageError('--glow publishes on a broker: give --mqtt URL too');
  if (given.baud !== undefined && given.serial === undefined)
    throw new UsageError('--baud is of a serial line: give --serial');
  const isDefault = given.listen === undefined && given.serial === undefined && given.mqtt === undefined;
  const listen = isDefault ? LISTEN : given.listen;
  const network = framingOf(given, FRAMINGS.network);
  // Beside a serial line, 62056-21 is the line's.
  const overTcp = given.serial === undefined ? framingOf(given, FRAMINGS.tcp) : network;
  const { bench, baud } = given;
  return {
    ...(listen !== undefined && { tcp: { ...listenAddress(listen, LISTEN), framing: overTcp } }),
    ...(given.serial !== undefined && {
      serial: { path: given.serial, framing: framingOf(given, FRAMINGS.serial), ...(baud !== undefined && { baud }) },
    }),
    ...(given.mqtt !== undefined && {
      mqtt: { url: given.mqtt, bench, framing: network, glow: given.glow ?? false },
    }),
  };
}

function checkFraming(framing: string, { serial, listen, mqtt }: Given): void {
  const isOnlySerial = serial !== undefined && listen === undefined && mqtt === undefined;
  const able: readonly string[] = isOnlySerial
    ? FRAMINGS.serial
    : mqtt !== undefined && serial === undefined
      ? FRAMINGS.network
      : FRAMINGS.tcp;
  if (!able.includes(framing)) throw new UsageError(`--framing: found ${framing}, expected ${able.join(' or ')} here`);
}
