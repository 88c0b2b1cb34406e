import { joinHistories } from '../../../interchange/history/joinHistories.ts';
import { withoutOrigins } from '../../../interchange/history/rows.ts';
import { FileRefused, formatRefusal, type RefusedRow } from '../../../interchange/record/refusal.ts';
import type { History } from '../../../migration/history.ts';
import { counted, thousands } from '../../../text/table.ts';
import type { Instant } from '../../../time.ts';
import type { Fleet, Lived } from '../../../../sim/story/fleet.ts';
import { EXIT, ExitWith } from '../../shell/exit.ts';
import { writeLine, type Io } from '../../shell/io.ts';
import { recordInputs, recordsIn, type RecordFiles } from '../../shell/recordInputs.ts';

/** Histories that are decided one after the other, wherever they come from. */
export interface FleetHistories {
  /** What they are, for the first line of a report. */
  readonly words: string;
  /**
   * Gives every history. It waits wherever `take` returns a promise. `restart` voids what was given until then.
   * @throws what `take` throws
   */
  readonly each: (take: Take, restart: () => void) => Promise<void>;
}

/** Takes a history, and the verdicts that its own life came to at the horizon, if it was simulated. */
type Take = (history: History, atHorizon?: Lived['verdicts']) => void | Promise<void>;

/** The number, in its scenario, of history `i` of `count` that are spread over all populations. */
export function entityOf(i: number, count: number, size: number): number {
  return Math.floor((i * size) / count);
}

/** Simulated histories: `count` installations of a scenario, spread evenly over its populations. */
export function simulatedHistories(fleet: Fleet, count: number): FleetHistories {
  const { size } = fleet.model;
  return {
    words: `${thousands(count)} of ${counted(size, 'simulated installation')}`,
    each: async (take) => {
      for (let i = 0; i < count; i += 1) {
        const { history, verdicts } = fleet.live(entityOf(i, count, size));
        const waits = take(history, verdicts);
        if (waits) await waits;
      }
    },
  };
}

/** Refused rows that are shown. */
const REFUSALS_MAX = 20;

export interface RecordedOptions extends Omit<RecordFiles, 'installations' | 'attempts' | 'events'> {
  readonly asOf: Instant;
  /** An empty folder for temporary files. */
  readonly temporary: string;
}

/**
 * Somebody's own histories: `installations`, `attempts` and `events` in a folder, in any format. A row that is refused
 * ends the command with exit code 2 when all rows have been read.
 */
export function recordedHistories(io: Io, folder: string, options: RecordedOptions): FleetHistories {
  const files = { ...options, ...recordsIn(folder) };
  const interruption = io.interruption();
  return {
    words: `the histories of ${folder}`,
    each: async (take, restart) => {
      const inputs = await recordInputs(io, files, options.temporary);
      const refused: RefusedRow[] = [];
      let refusals = 0;
      const sink = {
        refuse: (row: RefusedRow): void => {
          refusals += 1;
          if (refused.length < REFUSALS_MAX) refused.push(row);
        },
        emit: (_id: string, history: History) => take(history),
        discard: (): void => {
          refused.length = 0;
          refusals = 0;
          restart();
        },
      };
      try {
        await joinHistories(inputs, {
          asOf: options.asOf,
          temporary: options.temporary,
          decide: withoutOrigins,
          open: () => sink,
          progress: () => interruption.throwIfAborted(),
        });
      } catch (error) {
        if (!(error instanceof FileRefused)) throw error;
        writeLine(io.err, `${error.message}\nThe file cannot be read on; nothing is compared.`);
        throw new ExitWith(EXIT.refused);
      }
      if (refusals === 0) return;
      for (const row of refused) writeLine(io.err, formatRefusal(row));
      writeLine(io.err, `${counted(refusals, 'row')} refused; nothing is compared. Mend the rows, or leave them out.`);
      throw new ExitWith(EXIT.refused);
    },
  };
}
