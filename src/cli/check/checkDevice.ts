import { dirname, join, relative, resolve } from 'node:path';
import type { DeviceName } from '../../../devices/headend/procedure.ts';
import type { DeviceBench } from '../../../devices/rig/check/deviceBench.ts';
import type { DeviceLaw } from '../../../test/kit/device/deviceLaws.ts';
import type { JunitCase } from '../../report/junit.ts';
import { formatProblems } from '../../document/problem.ts';
import { counted } from '../../text/table.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { readGiven } from '../shell/readText.ts';
import { tryRig } from '../rig/readRigFile.ts';
import { originOf } from '../output/outputOrigin.ts';
import { claimOutputs, unlessRefused } from './checkOutputs.ts';
import type { CheckPlaces } from './fleet/checkPlaces.ts';
import { deviceRig } from './device/deviceRig.ts';
import { writeCapture } from './device/capture.ts';

export interface DeviceOptions extends CheckPlaces {
  readonly device: DeviceName;
  /** A rig file, or the part of one: `allow`, keys, framing, ledger. */
  readonly allow?: string;
  readonly laws: string;
  readonly frames: readonly [number, number];
  readonly answerSeconds: number;
}

/**
 * Holds a device at an address to the laws of devices. It is only read, unless an allow-list names the title that it
 * gives on the wire; then its keys are rotated as well, and kept in the ledger as a rig keeps them. Exit code 4 if a law
 * is broken.
 */
export async function checkDevice(io: Io, url: string, options: DeviceOptions): Promise<ExitCode> {
  const { DEVICE_LAWS, whyNotWritten } = await import('../../../test/kit/device/deviceLaws.ts');
  const laws = DEVICE_LAWS.filter(({ name }) => options.laws === 'all' || name.includes(options.laws));
  if (laws.length === 0) {
    const names = DEVICE_LAWS.map(({ name }) => `  ${name}`).join('\n');
    throw new UsageError(`--laws ${options.laws}: no law of devices has this in its name:\n${names}`);
  }
  const outputs = claimOutputs(options, 'check device', originOf(io));
  return unlessRefused(outputs, async () => {
    const bench = await opened(io, url, options);
    const cases: JunitCase[] = [];
    const tell = (mark: string, name: string, why?: string): void => {
      writeAnswer(io.out, `${mark}  ${name}\n${why === undefined ? '' : `        ${why}\n`}`);
    };
    try {
      let whyNot: string | undefined;
      let told: string | undefined;
      if (laws.some(({ writes }) => writes)) whyNot = await whyNotWritten(bench);
      for (const law of laws) {
        const skipped = whyLeftOut(law, bench, whyNot);
        if (skipped !== undefined) {
          tell('left out', law.name, skipped === told ? undefined : skipped);
          told = skipped;
          cases.push({ name: law.name, skipped });
          continue;
        }
        const from = io.elapsed();
        const failure = await failureOf(io, law, bench, options);
        const capture = failure === undefined ? undefined : writeCapture(bench, law.name, options.out);
        tell(failure === undefined ? 'holds   ' : 'BROKEN  ', law.name, failure);
        if (capture !== undefined) writeAnswer(io.out, `        Its frames: ${capture}\n`);
        cases.push({ name: law.name, seconds: io.elapsed() - from, ...(failure !== undefined && { failure }) });
      }
    } finally {
      await bench.close();
    }
    outputs.junit([{ name: 'laws', cases }]);
    outputs.complete();
    return summary(io, bench, cases);
  });
}

function whyLeftOut(law: DeviceLaw, bench: DeviceBench, whyNot: string | undefined): string | undefined {
  if (law.writes && whyNot !== undefined) return `nothing is written to it: ${whyNot}`;
  if (law.opens && (bench.peer.call.framing ?? 'wrapper') !== 'wrapper') {
    return 'recorded frames are opened in the wrapper framing alone';
  }
  if (bench.peer.login) return 'the device is read without keys';
  return undefined;
}

async function failureOf(
  io: Io,
  law: DeviceLaw,
  bench: DeviceBench,
  { frames, answerSeconds }: DeviceOptions,
): Promise<string | undefined> {
  bench.begin();
  try {
    await law.check(bench, { frames, answerSeconds, onCase: (text) => writeLine(io.err, text) });
    return undefined;
  } catch (error) {
    io.interruption().throwIfAborted();
    const { LedgerError } = await import('../../../devices/index.ts');
    if (error instanceof LedgerError) throw new UsageError(error.message);
    return error instanceof Error ? error.message : String(error);
  }
}

function summary(io: Io, bench: DeviceBench, cases: readonly JunitCase[]): ExitCode {
  const broken = cases.filter(({ failure }) => failure !== undefined).length;
  const left = cases.filter(({ skipped }) => skipped !== undefined).length;
  const device = bench.title === undefined ? 'a device that gave no title' : `device ${bench.title}`;
  for (const path of bench.ledgers) writeAnswer(io.out, `Its keys and counters stand in ${path}\n`);
  const tried = `${counted(cases.length - left, 'law')}${left > 0 ? `, ${left} left out` : ''}`;
  writeAnswer(
    io.out,
    broken > 0 ? `FAILED: ${device}: ${counted(broken, 'law')} of ${tried} broken\n` : `PASSED: ${device}: ${tried}\n`,
  );
  return broken > 0 ? EXIT.property : EXIT.done;
}

/** Opens the device at an address. Whatever is wrong with the address, the allow-list or the carrier is an error of usage. */
async function opened(io: Io, url: string, options: DeviceOptions): Promise<DeviceBench> {
  const { device, allow, answerSeconds } = options;
  if (allow !== undefined) readGiven(allow, 'a rig file, or the part of one that names titles', `--allow ${allow}`);
  const path = join(allow === undefined ? '.' : dirname(allow), 'check-device.yaml');
  const base = allow === undefined ? undefined : relative(dirname(resolve(path)), resolve(allow));
  const loaded = await tryRig(io, path, deviceRig(url, { device, answerSeconds, base }));
  if (!loaded.ok) throw new UsageError(formatProblems(loaded.problems));
  const { setup } = loaded;
  const { defaultLedgerFolder, defaultStateFolder, TransportError, LedgerError, DriverError } =
    await import('../../../devices/index.ts');
  const { DeviceBench } = await import('../../../devices/rig/check/deviceBench.ts');
  try {
    return await DeviceBench.open(setup, device, {
      ledgerFolder: setup.ledgerFolder ?? defaultLedgerFolder(setup.document.name, io.env),
      stateFolder: defaultStateFolder(io.env),
      signal: io.interruption(),
      onNote: (note) => writeLine(io.err, note),
    });
  } catch (error) {
    const isTheirs = [TransportError, LedgerError, DriverError].some((kind) => error instanceof kind);
    throw isTheirs ? new UsageError((error as Error).message) : error;
  }
}
