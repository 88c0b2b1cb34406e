import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { maskedId } from '../../interchange/record/refusal.ts';
import type { History } from '../../migration/history.ts';
import { VARIOUS1 } from '../../rules/builtInRules.ts';
import { shellWord } from '../../text/shellWord.ts';
import { endOfLondonDate, startOfLondonDate, type Instant } from '../../time.ts';
import { compileModel } from '../../../sim/kernel/model/model.ts';
import { Fleet, type Lived } from '../../../sim/story/fleet.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { expectedOf } from '../../../test/kit/trial/finding.ts';
import { pathsOrigin, scenarioOrigin } from '../output/outputOrigin.ts';
import { UsageError, type ExitCode } from '../shell/exit.ts';
import { temporaryFolder } from '../shell/inputs.ts';
import type { Io } from '../shell/io.ts';
import type { AsOf } from '../shell/options.ts';
import { readText } from '../shell/readText.ts';
import { recordsIn, type RecordFiles } from '../shell/recordInputs.ts';
import { rulesNamed } from '../shell/rulesOption.ts';
import { loadScenarioFile, warnOfIdle, type ScenarioFile } from '../shell/scenarioFile.ts';
import { checkFleet } from './checkFleet.ts';
import type { StartEngine } from './engines/engineUnderTest.ts';
import { inProcess } from './engines/inProcess.ts';
import { entityOf, recordedHistories, simulatedHistories } from './fleet/fleetHistories.ts';
import type { AskNeeded, FleetOutputs, FleetSource } from './fleet/fleetSource.ts';
import { neededTroubles } from './fleet/neededTroubles.ts';
import { verdictFile } from './fleet/verdictFile.ts';

export interface ScenarioOptions
  extends FleetOutputs, Pick<RecordFiles, 'timesWithoutZone' | 'ignoreColumns' | 'renameColumn'> {
  /** Installations that are simulated at most; they are spread over all populations. */
  readonly installations: number;
  readonly seed?: string;
  readonly replication: number;
  readonly set: readonly string[];
  readonly asOf?: AsOf;
  /** A folder of records that are decided instead of simulated histories. */
  readonly histories?: string;
  /** A file of verdicts that are compared instead of an engine's answers. */
  readonly expect?: string;
  readonly rules?: string;
  readonly setRule: readonly string[];
  /** How the engine was named on the command line. */
  readonly engineWords: readonly string[];
}

/** The bench's own engine in the place of an engine under test. */
const OWN = inProcess("the bench's engine, held to the reference", {
  ask: (questions) =>
    Promise.resolve(questions.map((one) => ({ kind: 'answered', verdicts: expectedOf(one).verdicts }))),
});

/**
 * Decides every history of a fleet: simulated ones of a scenario, or those in somebody's files. Without an engine, the
 * bench's own is held to the reference evaluator; then a difference is a defect of the bench, exit code 3.
 */
export async function checkScenario(
  io: Io,
  path: string | undefined,
  options: ScenarioOptions,
  start: StartEngine | undefined,
): Promise<ExitCode> {
  const { path: temporary, remove } = temporaryFolder('check');
  const interruption = io.interruption();
  interruption.addEventListener('abort', remove, { once: true });
  try {
    const source = sourceOf(io, path, options, temporary);
    const expect = options.expect === undefined ? undefined : await verdictFile(io, options.expect, temporary);
    const isOwn = start === undefined && expect === undefined;
    const engine = isOwn ? await OWN(source.rules) : await start?.(source.rules);
    return await checkFleet(io, source, { engine, expect, isOwn }, options);
  } finally {
    interruption.removeEventListener('abort', remove);
    remove();
  }
}

function sourceOf(io: Io, path: string | undefined, options: ScenarioOptions, temporary: string): FleetSource {
  const { histories, expect } = options;
  if (path !== undefined && (options.rules !== undefined || options.setRule.length > 0)) {
    throw new UsageError('A scenario says its own rules: use --set rules=NAME and --set amendments.NAME=VALUE.');
  }
  if (histories === undefined) {
    if (path === undefined) {
      throw new UsageError('Which histories? Name a scenario, or a folder of records by --histories DIR.');
    }
    if (expect !== undefined) {
      throw new UsageError('--expect compares verdicts of recorded histories: name their folder by --histories DIR.');
    }
    return simulated(io, path, options);
  }
  return recorded(io, path, options, temporary);
}

/** Histories that a scenario gives rise to. */
function simulated(io: Io, path: string, options: ScenarioOptions): FleetSource {
  const file = loadScenarioFile(path, options.set);
  warnOfIdle(io, file);
  const seed = options.seed ?? file.scenario.seed;
  const fleet = fleetOf(file, seed, options.replication);
  const { size } = fleet.model;
  if (size === 0) throw new UsageError(`${path}: it simulates no installation.`);
  const count = Math.min(options.installations, size);
  const asOf = simulatedAsOf(path, file, options.asOf);
  const entity = (run: number): number => entityOf(run, count, size);
  const own = { ...options, seed };
  return {
    histories: simulatedHistories(fleet, count),
    rules: file.rules,
    origins: { ...scenarioOrigin(file), seed },
    asOf,
    horizon: fleet.model.horizon,
    seed,
    readingOption: '--set amendments.',
    origin: (run) => `installation ${entity(run)} of the population ${fleet.live(entity(run)).population}`,
    explain: (run) => explainLine(path, own, entity(run)),
    needed: (run, _history, ask) => neededOf(file, own, fleet.live(entity(run)), asOf, ask),
    again: againLine(path, own),
  };
}

function simulatedAsOf(path: string, { scenario }: ScenarioFile, asOf: AsOf | undefined): Instant {
  const [first, last] = [startOfLondonDate(scenario.from), endOfLondonDate(scenario.horizon)];
  if (asOf === undefined) return last;
  if (asOf.at >= first && asOf.at <= last) return asOf.at;
  throw new UsageError(
    `--as-of ${asOf.text}: expected a day from ${scenario.from} to ${scenario.horizon}, which ${path} simulates.`,
  );
}

/** Histories from files. If they are those of a run of the scenario, it can name the troubles that a difference needs. */
function recorded(io: Io, path: string | undefined, options: ScenarioOptions, temporary: string): FleetSource {
  const folder = options.histories as string;
  const file = path === undefined ? undefined : loadScenarioFile(path, options.set);
  const rules =
    file?.rules ?? rulesNamed(options.rules ?? VARIOUS1.name, { setRule: options.setRule, asOf: options.asOf?.at });
  const asOf = options.asOf?.at ?? endOfLondonDate(file?.scenario.horizon ?? rules.expiresOn);
  const run = file && runOf(folder, file);
  const fleet = run && fleetOf(run.file, run.seed, run.replication);
  const number = ({ installation }: History): number => Number(installation.installationId);
  return {
    histories: recordedHistories(io, folder, { ...options, format: undefined, asOf, temporary }),
    rules,
    origins: {
      ...(file && scenarioOrigin(file)),
      rules: rules.name,
      seed: run?.seed ?? null,
      inputs: pathsOrigin(Object.values(recordsIn(folder)).flat()),
    },
    asOf,
    seed: run?.seed,
    readingOption: file ? '--set amendments.' : '--set-rule readings.',
    origin: (_run, { installation }) => `installation ${maskedId(installation.installationId)} of ${folder}`,
    ...(run &&
      fleet && {
        explain: (_run: number, history: History) =>
          explainLine(path as string, { ...options, ...run }, number(history)),
        needed: (_run: number, history: History, ask: AskNeeded) =>
          neededOf(run.file, { ...options, ...run }, fleet.live(number(history)), asOf, ask),
      }),
    again: againLine(path, options),
  };
}

interface Run {
  readonly file: ScenarioFile;
  readonly seed: string;
  readonly replication: number;
}

/** The run that a folder is the output of, if it is one of this very scenario. */
function runOf(folder: string, file: ScenarioFile): Run | undefined {
  const manifest = join(folder, 'manifest.json');
  if (!existsSync(manifest)) return undefined;
  try {
    const { scenarioHash, seed, recordsOf } = JSON.parse(readText(manifest)) as Record<string, unknown>;
    const { replication } = recordsOf as { replication: number };
    return scenarioHash === file.hash && typeof seed === 'string' ? { file, seed, replication } : undefined;
  } catch {
    return undefined;
  }
}

function fleetOf({ scenario, rules }: ScenarioFile, seed: string, replication: number): Fleet {
  return new Fleet(compileModel(scenario, rules), { seed: seedWords(seed), replication });
}

function neededOf(
  { scenario, rules }: ScenarioFile,
  { seed, replication }: { readonly seed: string; readonly replication: number },
  lived: Lived,
  asOf: Instant,
  ask: AskNeeded,
): ReturnType<typeof neededTroubles> {
  return neededTroubles({ ...ask, scenario, rules, seed: seedWords(seed), replication, lived, asOf });
}

/** The options that choose the world and the instant. */
interface Typed extends Pick<ScenarioOptions, 'replication' | 'set'> {
  readonly seed?: string | undefined;
  readonly asOf?: AsOf | undefined;
}

function explainLine(path: string, { seed, replication, set, asOf }: Typed, installation: number): string {
  const words = [
    ...['explain', path, '--installation', String(installation)],
    ...worldWords({ seed, replication, set, asOf }),
  ];
  return `smets1-bench ${words.map(shellWord).join(' ')}`;
}

function worldWords({ seed, replication, set, asOf }: Typed): readonly string[] {
  return [
    ...(seed === undefined ? [] : ['--seed', seed]),
    ...(replication === 0 ? [] : ['--replication', String(replication)]),
    ...set.flatMap((text) => ['--set', text]),
    ...(asOf === undefined ? [] : ['--as-of', asOf.text]),
  ];
}

/** The command line that decides the same histories again. */
function againLine(path: string | undefined, options: ScenarioOptions): string {
  const { typed, histories, expect, installations, rules, setRule, clauses, engineWords } = options;
  const words = [
    ...(path === undefined ? [] : [path]),
    ...engineWords,
    ...(histories === undefined ? ['--installations', String(installations)] : ['--histories', histories]),
    ...(expect === undefined ? [] : ['--expect', expect]),
    ...worldWords(options),
    ...(rules === undefined ? [] : ['--rules', rules]),
    ...setRule.flatMap((text) => ['--set-rule', text]),
    ...(clauses === undefined ? [] : ['--clauses', clauses.join(',')]),
  ];
  return `smets1-bench ${typed} ${words.map(shellWord).join(' ')}`;
}
