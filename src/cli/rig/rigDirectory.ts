/**
 * The directory that `rig --out` names. An attempt on attached hardware cannot be repeated, so an earlier run's outputs
 * are never replaced. Half-written files of a run that died are moved aside and do not stop a new run.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StepRow } from '../../../devices/index.ts';
import { appendPrivately } from '../../../devices/rig/bench/wholeFile.ts';
import { formatInstant, type Instant } from '../../time.ts';
import { UsageError } from '../shell/exit.ts';
import { fileErrorWords } from '../shell/fileErrors.ts';
import { MANIFEST, prepareDirectory } from '../shell/outDirectory.ts';

/** Takes a lock file, or returns the number of the process that holds it. */
export type TakeLock = (path: string) => { release(): void } | { readonly heldBy: number };

/** The lock file of the process that writes in the directory. */
export const RIG_LOCK = 'rig.lock';
/**
 * The file that records on disk what is about to be written to a device. It is removed when all outputs are complete.
 */
const PROGRESS = 'progress.jsonl';
/** What a rig at work says of itself, for `live`. Its outputs say the same when they are complete. */
export const RIG_STATUS = 'rig-status.json';
/** The prefix of folders for the files of a run that died. */
const BROKEN_OFF = 'broken-off-';
const OURS = /^(frames\.(jsonl|pcap)|frames-[A-Za-z0-9-]+\.pcap|steps\.jsonl|(attempts|contacts|events|installations|missed|tries)\.csv|fleet\.json|rig-status\.json|steps\.json|junit\.xml|manifest\.json|progress\.jsonl|turns\.jsonl)(\.partial-\d+)?$/; // prettier-ignore

export interface RigDirectory {
  /**
   * Records an attempt before the first write to a device. Its steps so far are on the disk when this returns. Returns
   * the reason if they cannot be recorded.
   */
  begin(at: Instant, step: string, rows: readonly StepRow[]): string | undefined;
  /** Removes the record of the attempt under way, because all outputs are complete. */
  done(): void;
  release(): void;
}

/**
 * Takes the directory for this run. `sameBytes` is the hash of a rig that lives in memory alone. Such a rig writes the
 * same bytes again, so it may overwrite its own outputs. `resumes`: the directory holds a run that was stopped and whose
 * records are made again, so that its half-written ones go.
 * @throws UsageError if the directory holds an earlier run, or another run is using it
 */
export function takeDirectory(
  directory: string,
  takeLock: TakeLock,
  sameBytes?: string,
  resumes = false,
): RigDirectory {
  const isThere = existsSync(directory);
  if (isThere && !statSync(directory).isDirectory()) prepareDirectory(directory);
  const known = isThere ? readdirSync(directory) : [];
  const earlier = known.includes(MANIFEST) && !known.includes('watch.jsonl') ? manifestOf(directory) : undefined;
  const isRepeat =
    earlier !== undefined && sameBytes !== undefined && (earlier.rigHash ?? earlier.fleetHash) === sameBytes;
  if (earlier !== undefined && !isRepeat && !resumes) throw new UsageError(earlierRun(directory, earlier));
  const isOwn = (name: string): boolean => name.endsWith(`.partial-${process.pid}`);
  const leftOver = known.filter((name) => OURS.test(name) && !isOwn(name));
  const foreign = known.filter((name) => !OURS.test(name) && name !== RIG_LOCK && !name.startsWith(BROKEN_OFF));
  // `prepareDirectory` has the words for a directory that is not a rig's.
  if (known.length === 0 || foreign.length > 0) prepareDirectory(directory);
  const lock = takeLock(join(directory, RIG_LOCK));
  if ('heldBy' in lock) {
    throw new UsageError(
      `--out ${directory}: process ${lock.heldBy} writes here now, expected a directory of this run alone\n  Name another directory.`,
    );
  }
  if (resumes || isRepeat) dropHalves(directory, leftOver);
  else if (leftOver.length > 0) moveAside(directory, leftOver, known);
  let isBegun = false;
  return {
    begin(at, step, rows) {
      try {
        isBegun = true;
        appendPrivately(join(directory, PROGRESS), `${JSON.stringify({ is: 'began', at: formatInstant(at), step, steps: rows })}\n`); // prettier-ignore
        return undefined;
      } catch (error) {
        return `${join(directory, PROGRESS)}: ${fileErrorWords(error) ?? String(error)}`;
      }
    },
    done() {
      if (isBegun) rmSync(join(directory, PROGRESS), { force: true });
    },
    release: () => lock.release(),
  };
}

interface Earlier {
  readonly rig?: unknown;
  readonly rigHash?: unknown;
  readonly fleet?: unknown;
  readonly fleetHash?: unknown;
}

function earlierRun(directory: string, { rig, fleet = rig }: Earlier): string {
  const whose = typeof fleet === 'string' ? ` of ${fleet}` : '';
  return `--out ${directory}: found the outputs of an earlier run${whose}, which are not replaced: what a device did cannot be recorded again\n  Name another directory, or remove this one if nobody needs it.`;
}

function manifestOf(directory: string): Earlier {
  try {
    const found = JSON.parse(readFileSync(join(directory, MANIFEST), 'utf8')) as unknown;
    return typeof found === 'object' && found !== null ? found : {};
  } catch {
    return {};
  }
}

const HALF = /\.partial-\d+$/;
/** What was recorded of attached devices cannot be made again. */
const FRAMES_HALF = /^(frames.*|steps\.jsonl)\.partial-\d+$/;

/** Removes half-written files whose content is made again, and keeps the frames that were recorded. */
function dropHalves(directory: string, leftOver: readonly string[]): void {
  for (const name of leftOver.filter((one) => HALF.test(one))) {
    const whole = join(directory, name.replace(HALF, ''));
    if (FRAMES_HALF.test(name) && !existsSync(whole)) renameSync(join(directory, name), whole);
    else rmSync(join(directory, name), { force: true });
  }
}

function moveAside(directory: string, names: readonly string[], known: readonly string[]): void {
  const numbers = known.map((name) => Number(name.startsWith(BROKEN_OFF) ? name.slice(BROKEN_OFF.length) : 0));
  const aside = join(directory, `${BROKEN_OFF}${Math.max(0, ...numbers) + 1}`);
  mkdirSync(aside);
  for (const name of names) renameSync(join(directory, name), join(aside, name.replace(HALF, '')));
}
