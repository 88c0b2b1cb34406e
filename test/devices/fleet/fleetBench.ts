/** Fleets from text, run in this process, with everything that came of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskFiles } from '../../../src/cli/shell/readText.ts';
import { formatProblems } from '../../../src/document/problem.ts';
import type { Attempt } from '../../../src/migration/history.ts';
import { loadFleetFile, type FleetFileResult } from '../../../devices/fleet/loadFleetFile.ts';
import type { FleetSetup } from '../../../devices/fleet/fleetSetup.ts';
import type { EventResult } from '../../../devices/fleet/fleetMember.ts';
import type { TurnTaken } from '../../../devices/fleet/turnTaken.ts';
import type { Turn } from '../../../devices/fleet/headEndQueue.ts';
import { runFleet, type FleetOptions, type FleetRun } from '../../../devices/fleet/runFleet.ts';
import type { Contact } from '../../../devices/rig/walk/rigRows.ts';

/** What came of one installation. */
export interface MemberHistory {
  readonly attempts: Attempt[];
  readonly contacts: Contact[];
  readonly results: EventResult[];
}

export interface FleetRan extends FleetRun {
  readonly histories: ReadonlyMap<string, MemberHistory>;
  /** Every event in the order in which it was settled. */
  readonly order: readonly string[];
  readonly turns: readonly Turn[];
  /** What was recorded of each turn, as a fleet that is stopped leaves it. */
  readonly taken: readonly TurnTaken[];
  readonly notes: readonly string[];
}

/** A folder that goes when the test file ends: `afterAll(bench.stop)`. */
export function fleetBench() {
  const folder = mkdtempSync(join(tmpdir(), 'smb-fleet-'));
  let files = 0;
  const write = (text: string, name = `fleet${(files += 1)}.yaml`): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const loadAt = (path: string): FleetFileResult =>
    loadFleetFile({
      path,
      files: diskFiles,
      readBytes: (file) => new Uint8Array(readFileSync(file)),
      environment: {},
      now: Date.UTC(2022, 1, 1) / 1000,
    });
  const setup = (text: string): FleetSetup => {
    const loaded = loadAt(write(text));
    if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
    return loaded.setup;
  };
  return {
    folder,
    write,
    setup,
    problems: (text: string): string => {
      const loaded = loadAt(write(text));
      return loaded.ok ? '' : formatProblems(loaded.problems).replaceAll(`${folder}/`, '');
    },
    run: async (of: string | FleetSetup, options: Partial<FleetOptions> = {}): Promise<FleetRan> => {
      const histories = new Map<string, MemberHistory>();
      const order: string[] = [];
      const turns: Turn[] = [];
      const notes: string[] = [];
      const taken: TurnTaken[] = [];
      const run = await runFleet(typeof of === 'string' ? setup(of) : of, {
        signal: new AbortController().signal,
        ledgerFolder: ({ name }) => join(folder, 'ledgers', name),
        onNote: (note) => void notes.push(note),
        onResult: ({ id }, result) => {
          const history = histories.get(id) ?? { attempts: [], contacts: [], results: [] };
          histories.set(id, history);
          if (result.attempt) history.attempts.push(result.attempt);
          history.contacts.push(...result.contacts);
          history.results.push(result);
          order.push(`${id} ${result.kind} ${result.at} ${result.attempt?.outcome ?? ''}`);
        },
        ...options,
        onTurn: (at, turn, line) => {
          turns.push(turn);
          if (line) taken.push(JSON.parse(JSON.stringify(line)) as TurnTaken);
          return options.onTurn?.(at, turn, line);
        },
      });
      return { ...run, histories, order, turns, taken, notes };
    },
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
