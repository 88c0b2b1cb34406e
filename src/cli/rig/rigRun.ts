import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { visible } from '../../text/visible.ts';
import type { DecodeKeys } from '../../../devices/decode/keyChest.ts';
import type { PcapDraw } from '../../../devices/transport/pcap.ts';
import type { RigRun, RigSetup } from '../../../devices/index.ts';
import { Interrupted, UsageError } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { ledgerFolderOf, loadRig } from './readRigFile.ts';
import { outError } from '../shell/outDirectory.ts';
import type { TakeLock } from './rigDirectory.ts';
import { openRigFiles, type RigFiles } from './rigFiles.ts';
import { headOf, rigJson } from './rigJson.ts';
import { historyTrace, NOTHING_YET, rigSoFar } from './rigSoFar.ts';
import { progressText, rigText } from './rigText.ts';

/** Shows frames as they cross, opened with the keys of a file. */
export interface TraceGiven {
  readonly trace?: true;
  /** Opens what is shown, and what the frame log says in words. */
  readonly keys?: string;
  readonly pcap?: PcapDraw;
}

async function keysOf(io: Io, keys: string): Promise<readonly DecodeKeys[]> {
  const { decodeKeys } = await import('../devices/keysFile.ts');
  return decodeKeys(keys, io.env);
}

async function traceOf(io: Io, opened: readonly DecodeKeys[]): Promise<(text: string) => void> {
  const [{ liveLines }, { lineText }] = await Promise.all([
    import('../../../devices/decode/liveTrace.ts'),
    import('../devices/decodedLine.ts'),
  ]);
  return liveLines({ keys: opened, onLine: (line) => writeLine(io.err, lineText(line)) });
}

/** Runs a rig file, writes its outputs and prints its story. */
export async function runRigFile(
  io: Io,
  path: string,
  options: TraceGiven & { readonly out?: string; readonly format: 'text' | 'json' },
): Promise<void> {
  const plainKeys = options.keys === undefined ? undefined : await keysOf(io, options.keys);
  const trace = options.trace ? await traceOf(io, plainKeys ?? []) : undefined;
  const { setup, hash } = await loadRig(io, path);
  const face = await import('../../../devices/index.ts');
  const { out } = options;
  const ledgerFolder = await ledgerFolderOf(io, setup);
  if (out !== undefined) refuseLedgersInside(out, ledgerFolder, setup);
  const head = headOf(io, setup, { hash });

  const interruption = io.interruption();
  const files = out === undefined ? undefined : opened(out, face.takeLock, isInMemory(setup) ? hash : undefined);
  const tell = async (run: RigRun): Promise<unknown> => {
    const trace = historyTrace(run, setup);
    const failure = await files?.close(run, setup, head, trace).then(() => undefined, (error: unknown) => ({ error })); // prettier-ignore
    // The story is printed even if the outputs fail: there may be no other record of what was done to a device.
    const told = { run, setup, head, trace, out, ledgerFolder };
    if (options.format === 'json') io.out.write(rigJson(told));
    else writeAnswer(io.out, rigText(told));
    return failure?.error;
  };
  const show = (run: RigRun): void => files?.show(rigSoFar(run, setup, head, face.evidenceSources(setup)));
  if (!isInMemory(setup)) show(NOTHING_YET);
  try {
    const run = await face.runRig(setup, {
      ledgerFolder,
      stateFolder: face.defaultStateFolder(io.env),
      signal: interruption,
      onNote: (note) => writeLine(io.err, note),
      // A rig in memory takes a second. One with devices may wait for half an hour: each step is shown as it is taken.
      ...(!isInMemory(setup) && { onStep: (taken) => writeLine(io.err, progressText(taken)) }),
      onBrokenOff: async (partial) => void (await tell(partial)),
      onSoFar: show,
      ...(plainKeys && { plainKeys }),
      ...(options.pcap && { draw: options.pcap }),
      ...(files && { pcap: files.pcap, onFirstWrite: files.begin }),
      ...((files ?? trace) && {
        lines: (text: string) => {
          files?.lines(text);
          trace?.(text);
        },
      }),
    });
    const failure = await tell(run);
    if (failure !== undefined) throw outError(failure, out ?? '', KEPT);
    if (interruption.aborted) {
      if (interruption.reason instanceof Interrupted)
        interruption.reason.kept = 'outputs are marked as partial, key ledgers stand as they are';
      throw interruption.reason;
    }
  } catch (cause) {
    if (cause === interruption.reason) throw cause;
    files?.abort();
    const { TransportError, DriverError, LedgerError } = face;
    const isTheirs = cause instanceof TransportError || cause instanceof DriverError || cause instanceof LedgerError;
    if (isTheirs) throw new UsageError(visible(cause.message));
    throw out === undefined ? cause : outError(cause, out);
  } finally {
    files?.release();
  }
}

const KEPT = 'The story above is complete; the frames so far are kept there. Name another directory for the next run.';

/** True if the rig uses no real device and no wall clock, so that it does the same again. */
function isInMemory({ clock, devices }: RigSetup): boolean {
  return clock === 'nominal' && devices.every(({ isAttached }) => !isAttached);
}

function opened(out: string, takeLock: TakeLock, sameBytes: string | undefined): RigFiles {
  try {
    return openRigFiles(out, takeLock, sameBytes);
  } catch (cause) {
    throw outError(cause, out);
  }
}

/** Refuses key ledgers inside the output directory: outputs are shared, keys are not. */
export function refuseLedgersInside(out: string, ledgerFolder: string, { devices }: RigSetup): void {
  if (devices.every(({ isAttached }) => !isAttached)) return;
  const inside = relative(real(out), real(ledgerFolder));
  if (inside !== '' && (inside.startsWith('..') || isAbsolute(inside))) return;
  throw new UsageError(
    `--out ${out}: the key ledgers would lie inside (${ledgerFolder}), expected a folder that holds no keys\n  Name another directory, or another ledger.folder in the rig file.`,
  );
}

/** Resolves links in a path, as far as the path exists. */
function real(path: string): string {
  const whole = resolve(path);
  if (existsSync(whole)) return realpathSync(whole);
  const above = dirname(whole);
  return above === whole ? whole : join(real(above), relative(above, whole));
}
