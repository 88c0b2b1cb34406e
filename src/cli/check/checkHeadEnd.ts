import { lineProcess, redacted, type LineProcess } from '../../../devices/hardware/driverProcess.ts';
import type { JunitCase } from '../../report/junit.ts';
import { counted } from '../../text/table.ts';
import { HEAD_END_LAWS, type HeadEnd } from '../../../test/kit/headEnd/laws.ts';
import type { DeviceAtAddress } from '../../../test/kit/headEnd/target.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { originOf } from '../output/outputOrigin.ts';
import { claimOutputs, unlessRefused } from './checkOutputs.ts';
import type { CheckPlaces } from './fleet/checkPlaces.ts';
import { writeCapture } from './device/capture.ts';

export interface HeadEndOptions extends CheckPlaces {
  readonly command?: string;
  readonly answerSeconds: number;
  readonly laws: string;
  readonly concurrency: number;
}

/**
 * Holds a head-end behind a command to the rotation laws. It is told which device to rotate, and where the device is, as
 * JSON lines; the devices are emulated here, on TCP of this machine, with the public lab keys. Exit code 4 if a law is broken.
 */
export async function checkHeadEnd(io: Io, options: HeadEndOptions): Promise<ExitCode> {
  const { command, laws: wanted, out, concurrency, answerSeconds } = options;
  if (command === undefined) throw new UsageError('Which head-end? Name one by --command "python3 my_head_end.py".');
  const laws = HEAD_END_LAWS.filter(({ name }) => wanted === 'all' || name.includes(wanted));
  if (laws.length === 0) throw new UsageError(`--laws ${wanted}: no law of head-ends has this in its name.`);
  const outputs = claimOutputs(options, 'check head-end', originOf(io));
  return unlessRefused(outputs, async () => {
    const interruption = io.interruption();
    const headEnd = headEndByCommand(io, command);
    interruption.addEventListener('abort', headEnd.kill, { once: true });
    const cases: JunitCase[] = [];
    try {
      for (const law of laws) {
        interruption.throwIfAborted();
        const from = io.elapsed();
        let capture: string | undefined;
        const failure = await law
          .check(headEnd, {
            concurrency,
            hungAfterMilliseconds: answerSeconds * 1000,
            onBroken: (frames) => (capture ??= writeCapture({ frames }, law.name, out)),
          })
          .then(
            () => headEnd.fault(),
            (error: unknown) => (error instanceof Error ? error.message : String(error)),
          );
        interruption.throwIfAborted();
        if (headEnd.notStarted() !== undefined) throw new UsageError(`--command: ${headEnd.notStarted()}`);
        writeAnswer(
          io.out,
          `${failure === undefined ? 'holds ' : 'BROKEN'}  ${law.name}\n${failure === undefined ? '' : `        ${failure}\n`}`,
        );
        if (capture !== undefined) writeAnswer(io.out, `        Its frames: ${capture}\n`);
        cases.push({ name: law.name, seconds: io.elapsed() - from, ...(failure !== undefined && { failure }) });
      }
    } finally {
      interruption.removeEventListener('abort', headEnd.kill);
      await headEnd.close();
    }
    outputs.junit([{ name: 'laws', cases }]);
    outputs.complete();
    const broken = cases.filter(({ failure }) => failure !== undefined).length;
    writeAnswer(
      io.out,
      broken > 0
        ? `FAILED: ${counted(broken, 'law')} of ${laws.length} broken\n`
        : `PASSED: ${counted(laws.length, 'law')}\n`,
    );
    return broken > 0 ? EXIT.property : EXIT.done;
  });
}

interface HeadEndByCommand extends HeadEnd {
  /** Why the command never started; undefined: it did. */
  readonly notStarted: () => string | undefined;
  /** What it did against the protocol while no rotation was open; told once. */
  readonly fault: () => string | undefined;
  readonly kill: () => void;
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (said: 'rotated' | 'failed') => void;
  readonly reject: (error: Error) => void;
}

/** How long a head-end may take to end once its input is closed, in milliseconds. */
const GRACE_MILLISECONDS = 2000;

/** A head-end behind a pipe. A process that ends is started again at the next rotation, as a crashed service would be. */
function headEndByCommand(io: Io, command: string): HeadEndByCommand {
  const waiting = new Map<number, Waiting>();
  let child: LineProcess | undefined;
  let answers = 0;
  let never: string | undefined;
  let unasked: string | undefined;
  const answered = new Set<number>();

  function onLine(line: string): void {
    const answer = answerOf(line);
    const one = answer === undefined ? undefined : waiting.get(answer.number);
    if (answer === undefined || one === undefined) {
      if (answer !== undefined && answered.has(answer.number)) {
        return fail(new Error(`the head-end answered rotation ${answer.number} a second time`));
      }
      return fail(new Error(`the head-end wrote a line that answers no rotation: ${redacted(line).slice(0, 100)}`));
    }
    waiting.delete(answer.number);
    answered.add(answer.number);
    answers += 1;
    one.resolve(answer.rotated ? 'rotated' : 'failed');
  }

  function fail(error: Error): void {
    if (waiting.size === 0) unasked ??= error.message;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  function started(): LineProcess {
    return lineProcess([command], {
      shell: true,
      name: 'the command',
      onLine,
      onStderr: (line) => writeLine(io.err, redacted(line)),
      onInputClosed: () => fail(new Error('the head-end closed its standard input')),
      onExit: (how, error) => {
        child = undefined;
        if (answers === 0 && (error?.code === 'notStarted' || /code 12[67]/.test(how)))
          never = error?.message ?? `the command ended with ${how}`;
        // A process that ends with nothing open is started again when it is needed.
        if (waiting.size > 0) fail(error ?? new Error(`the head-end's process ended with ${how}`));
      },
    });
  }

  return {
    rotate: (device: DeviceAtAddress) =>
      new Promise((resolve, reject) => {
        answered.delete(device.number);
        waiting.set(device.number, { resolve, reject });
        child ??= started();
        child.send(JSON.stringify({ rotate: device }));
      }),
    notStarted: () => never,
    fault: () => {
      const one = unasked;
      unasked = undefined;
      return one;
    },
    kill: () => child?.kill(),
    close: async () => {
      await child?.end(GRACE_MILLISECONDS);
    },
  };
}

/** `{"number":1,"rotated":true}`. */
function answerOf(line: string): { readonly number: number; readonly rotated: boolean } | undefined {
  try {
    const { number, rotated } = JSON.parse(line) as Record<string, unknown>;
    return typeof number === 'number' && typeof rotated === 'boolean' ? { number, rotated } : undefined;
  } catch {
    return undefined;
  }
}
