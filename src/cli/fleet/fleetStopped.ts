/** What the command says, and what it tells again, of a fleet that was stopped. */
import { counted } from '../../text/table.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { FleetSetup, TurnTaken } from '../../../devices/index.ts';
import { UsageError } from '../shell/exit.ts';
import { TURNS_FILE, type StoppedFleet } from './turnJournal.ts';

/** The error for a directory in which another fleet was stopped. */
export function otherFleet(out: string, { head, turns }: StoppedFleet): UsageError {
  return new UsageError(
    `--out ${out}: found ${counted(turns.length, 'turn')} of a fleet that was stopped (${head.fleet}), of another file, seed or choice of installations; expected one of this fleet\n  Name another directory, go on with the file that it was started with, or remove ${TURNS_FILE} if nobody needs it.`,
  );
}

/** What remains when a fleet is interrupted. */
export function keptWords(out: string | undefined, isResumable: boolean): string {
  if (out === undefined) return 'key ledgers stand as they are';
  if (isResumable) return 'outputs are marked as partial, and the same command goes on from here';
  return 'outputs are marked as partial, key ledgers stand as they are';
}

/** The error for a fleet that was stopped and cannot go on, once its records are complete. */
export function cannotGoOn(out: string, setup: FleetSetup, at: Instant): UsageError {
  const why = setup.attached.length > 0 ? 'devices are attached to it, and what they did cannot be repeated' : 'its clock is the wall clock, and the hours since then are over'; // prettier-ignore
  return new UsageError(
    `--out ${out}: found a fleet that was stopped at ${formatInstant(at)}, and it cannot go on: ${why}\n  Its records up to then are complete now and marked as partial; an attempt that was under way stands in progress.jsonl.\n  Run it again into another directory: attached devices go on with the keys of their ledgers, emulated ones begin anew.`,
  );
}

/** The error for recorded turns that do not follow from the file. */
export function turnsDiffer(
  out: string,
  error: { readonly id: string; readonly at: Instant; readonly message: string },
): UsageError {
  return new UsageError(
    `--out ${out}: found turns that do not follow from this fleet file with this version of the bench (installation ${error.id} at ${formatInstant(error.at)}: ${error.message})\n  Remove ${TURNS_FILE} to begin the fleet anew.`,
  );
}

/** Tells the turns again, in their order, and gives the instant of the last. */
export function tellAgain(
  turns: readonly TurnTaken[],
  setup: FleetSetup,
  of: {
    readonly from: Instant;
    readonly result: (
      member: { readonly id: string; readonly group: string },
      result: NonNullable<TurnTaken['result']>,
    ) => void;
  },
): Instant {
  let at = of.from;
  for (const { id, free, result } of turns) {
    at = Math.max(at, free);
    if (result) of.result({ id, group: groupOf(setup, id) }, result);
  }
  return at;
}

function groupOf({ groups, attached }: FleetSetup, id: string): string {
  const own = attached.find(({ setup }) => setup.installation.installationId === id);
  if (own) return own.name;
  const number = Number(id);
  return groups.find(({ first, document }) => number >= first && number < first + document.installations)?.name ?? '';
}
