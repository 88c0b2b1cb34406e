/** The table of commands. A command without a row fails the tests of this folder. */
import type { Command } from 'commander';
import { COMMANDS, loadCommand } from '../../../src/cli/commands.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { sampleSize } from '../../sampleSize.ts';
import { silentShell } from '../harness.ts';
import { sampleCommand } from '../sampleCommand.ts';
import { CLAUSE, SCENARIO, SWEEP, type Place } from './place.ts';

/** One command: how it is called, and what it puts out. */
export interface CommandRow {
  /** Arguments that answer quickly. */
  readonly args: (place: Place) => readonly string[];
  /** The same command with other results. */
  readonly other?: (place: Place) => readonly string[];
  /** Exit codes that are right for these arguments. Default: 0. */
  readonly codes?: readonly number[];
  /** Options that name outputs. */
  readonly writes?: Readonly<Record<string, 'file' | 'folder'>>;
  /** Why the command has no `--replace`: its own rule is stricter. */
  readonly neverReplaces?: string;
  /** Why its JSON has no origin. */
  readonly withoutOrigin?: string;
  /** Fields of the JSON that are no result: how long it took, or when it was. */
  readonly notResults?: readonly string[];
  /** The words that its origin begins with. Default: its own. */
  readonly originWords?: string;
  /** Why its text is of any width, on a terminal too: a document that other programs read. */
  readonly anyWidth?: string;
  /** Why its text is of any width in a pipe. */
  readonly pipeWidth?: string;
  /** Why it is not called by these tests. */
  readonly notCalled?: string;
}

const row = (args: CommandRow['args'], more: Omit<CommandRow, 'args'> = {}): CommandRow => ({ args, ...more });
const notCalled = (why: string): CommandRow => ({ args: () => [], notCalled: why });
const REGIME = 'regime-2021-02-01';
const ONE = ['--replications', '1', '--workers', '1'];
/** One number of the scenario that is marked as an assumption. */
const ONLY = 'changes.replacementPerYear';
const FIVE = 'amendments.clauses.five-retries.shows.atLeast';
const ofRun = (p: Place, name = 'run'): readonly string[] => ['--run', p.at(name)];
const MONTHS = ['--from-month', '2022-01', '--to-month', '2022-02'];
const HAS_RUN = { other: (p: Place) => ofRun(p, 'run2') };
const lines = (p: Place): readonly string[] => [CLAUSE, '--priors', p.at('linesPriors.yaml'), '--to', p.at('lines.csv'), '--draws', '8', '--scale', '0.2', '--workers', '1']; // prettier-ignore
const thresholds = [CLAUSE, '--scale', '0.1', ...ONE];
const engine = (p: Place, seed: string): readonly string[] => ['--command', sampleCommand('engines/rightEngine.ts'), '--runs', '20', '--laws', 'none', '--cases', p.at('cases'), '--seed', seed]; // prettier-ignore
const LINE_A_FILE = 'a line for each file, to be searched; its path may be long';
const VALUES = 'a value a line, with its mark, its note and its range, is for a search';
const SCHEMA = 'the schema of a document is no result';
const PLAIN = 'it prints the document itself, which other commands read';

const ROWS: Readonly<Record<string, CommandRow>> = {
  'run': row(() => [SCENARIO, ...ONE], {
    other: () => [SCENARIO, ...ONE, '--seed', 'other'],
    writes: { out: 'folder', html: 'file' },
    notResults: ['kernelSeconds'],
  }),
  'explain': row(() => [SCENARIO, '--installation', '5']),
  'explain of records': row((p) => [...p.records, '--installation', '5']),
  'decide': row((p) => [...p.records, '--as-of', '2022-12-31', '--compare', REGIME], {
    other: (p) => [...p.records, '--as-of', '2022-06-30', '--compare', REGIME],
    writes: { 'out': 'file', 'compare-out': 'file' },
  }),
  'report consultation': row((p) => ofRun(p), { ...HAS_RUN, writes: { out: 'file' } }),
  'report supplier-files': row((p) => [...ofRun(p), ...MONTHS], {
    other: (p) => [...ofRun(p, 'run2'), ...MONTHS],
    writes: { out: 'folder' },
  }),
  'report uneconomic': row((p) => [...ofRun(p), '--scenario', SCENARIO], {
    other: (p) => [...ofRun(p, 'run2'), '--scenario', SCENARIO],
    writes: { out: 'file' },
  }),
  'report replacements': row((p) => ofRun(p), { ...HAS_RUN, writes: { out: 'file' } }),
  'report calendar': row((p) => ofRun(p), { ...HAS_RUN, writes: { out: 'folder' } }),
  'report html': row((p) => [p.at('run')], {
    anyWidth: 'a page in HTML',
    other: (p) => [p.at('run2')],
    writes: { out: 'file' },
  }),
  'compare': row(() => [SCENARIO, ...ONE, '--set', `${FIVE}=4`], {
    other: () => [SCENARIO, ...ONE, '--set', `${FIVE}=3`],
    writes: { out: 'file', html: 'file' },
  }),
  'sensitivity': row(() => [SCENARIO, ...ONE, '--only', ONLY, '--outcome', 'five-retries/all'], {
    other: () => [SCENARIO, ...ONE, '--only', ONLY, '--outcome', 'gt01/all'],
    writes: { out: 'folder', html: 'file' },
  }),
  'sweep': row((p) => [SWEEP, '--workers', '1', '--store', p.at('sweep/cells')], {
    other: (p) => [p.at('otherSweep.yaml'), '--store', p.at('sweep/cells')],
    writes: { out: 'folder', html: 'file' },
  }),
  'sweep plan': row((p) => [SWEEP, '--store', p.at('sweep/cells')]),
  'sweep merge': row((p) => [SWEEP, '--store', p.at('sweep/cells')], {
    originWords: 'sweep',
    other: (p) => [p.at('otherSweep.yaml'), '--store', p.at('sweep/cells')],
    writes: { out: 'folder', html: 'file' },
  }),
  'sweep work': notCalled('it waits for a Redis queue'),
  'fit': notCalled('a fit takes a minute; test/cli/fit.test.ts calls it'),
  'calibrate': row(
    (p) => [
      SCENARIO,
      '--priors',
      p.at('priors.yaml'),
      '--draws',
      '8',
      '--scale',
      '0.3',
      '--as-of',
      '2021-11-03',
      '--workers',
      '1',
      '--out',
      p.at('library'),
    ],
    {
      // prettier-ignore
      writes: { out: 'folder' },
      withoutOrigin: 'a library that is made answers in text alone',
      neverReplaces: 'a library is gone on with if it is the same, and else refused: test/cli/forecast',
    },
  ),
  'calibrate draws': row((p) => [SCENARIO, '--priors', p.at('priors.yaml'), '--draws', '8']),
  'calibrate of lines': row(lines, {
    other: (p) => [...lines(p), '--seed', 'other'],
    codes: [0, 4],
    writes: { out: 'folder', html: 'file' },
  }),
  'calibrate of a library': row(
    (p) => [p.at('library'), '--histories', p.at('run'), '--as-of', '2021-11-03', '--workers', '1'],
    {
      // prettier-ignore
      other: (p) => [p.at('library'), '--histories', p.at('run2'), '--as-of', '2021-11-03', '--workers', '1'],
      codes: [0, 4],
      writes: { out: 'folder', html: 'file' },
    },
  ),
  'calibrate coverage': row((p) => [p.at('library'), '--as-of', '2021-11-03', '--truths', '8', '--workers', '1']),
  'calibrate ranges': row((p) => [CLAUSE, '--priors', p.at('linesPriors.yaml'), '--draws', '8', ...ONE], {
    other: (p) => [CLAUSE, '--priors', p.at('linesPriors.yaml'), '--draws', '9', ...ONE],
    writes: { out: 'file' },
  }),
  'forecast': row((p) => [p.at('library'), '--as-of', '2021-11-03'], {
    other: (p) => [p.at('library'), '--as-of', '2021-11-03', '--until', '2022-06-30'],
    writes: { out: 'folder', html: 'file' },
  }),
  'forecast coverage': row((p) => [p.at('library'), '--as-of', '2021-11-03', '--truths', '8', '--workers', '1']),
  'forecast thresholds': row(() => [...thresholds, '--numbers', '3,4'], {
    other: () => [...thresholds, '--numbers', '3,5'],
    writes: { html: 'file' },
  }),
  'forecast backtest': row(() => ['scenarios/various1.yaml', '--draws', '200', '--workers', '1']),
  'scenario check': row(() => [SCENARIO], { pipeWidth: LINE_A_FILE }),
  'scenario print': row(() => [SCENARIO], { pipeWidth: VALUES }),
  'scenario schema': row(() => [], { withoutOrigin: SCHEMA, anyWidth: SCHEMA }),
  'rules list': row(() => []),
  'rules print': row(() => [VARIOUS1.name], { withoutOrigin: PLAIN, anyWidth: PLAIN }),
  'rules check': row(() => ['scenarios/rulesets/various-1.yaml'], { pipeWidth: LINE_A_FILE }),
  'rules diff': row(() => [VARIOUS1.name, '--set-rule', 'separateWeeks=sevenDays']),
  'check engine': row((p) => engine(p, 'one'), {
    other: (p) => engine(p, 'two'),
    writes: { out: 'folder', junit: 'file' },
  }),
  'check scenario': row((p) => ['various1', '--installations', '50', '--cases', p.at('cases')], {
    other: (p) => ['various1', '--installations', '60', '--cases', p.at('cases')],
    writes: { out: 'folder', junit: 'file' },
  }),
  'check replay': row(() => ['test/cases/five-retries.yaml'], {
    other: () => ['shipped', '--clauses', '18.9'],
    writes: { junit: 'file' },
  }),
  'check head-end': row(() => ['--command', sampleCommand('headends/rightHeadEnd.ts'), '--laws', 'clear link'], {
    other: () => ['--command', sampleCommand('headends/rightHeadEnd.ts'), '--laws', 'clear link', '--concurrency', '3'],
    writes: { out: 'folder', junit: 'file' },
  }),
  'check device': row((p) => [`tcp://${p.device}`, '--answer-seconds', '2', '--laws', 'other keys'], {
    other: (p) => [`tcp://${p.device}`, '--answer-seconds', '3', '--laws', 'other keys'],
    writes: { out: 'folder', junit: 'file' },
  }),
  'check schema': row(() => ['engine'], { withoutOrigin: SCHEMA, anyWidth: SCHEMA }),
  'emulate': notCalled('it serves until it is stopped'),
  'rig': row((p) => [p.at('rig.yaml')], {
    writes: { out: 'folder' },
    neverReplaces: 'what a device did cannot be recorded again: test/cli/rig.test.ts',
  }),
  'rig status': row((p) => [p.at('watch.yaml'), '--out', p.at('watch')], {
    writes: {},
    neverReplaces: 'it reads the folder that --out names',
  }),
  'rig init': notCalled('it writes a file, and never one that is there: test/cli/rig.test.ts'),
  'fleet init': notCalled('it writes a file, and never one that is there: test/cli/fleet.test.ts'),
  'rig check': row((p) => [p.at('rig.yaml')], { pipeWidth: LINE_A_FILE }),
  'rig schema': row(() => [], { anyWidth: SCHEMA }),
  'fleet': row((p) => [p.at('fleet.yaml')], {
    writes: { out: 'folder' },
    neverReplaces: 'what a device did cannot be recorded again: test/cli/fleet.test.ts',
  }),
  'fleet check': row((p) => [p.at('fleet.yaml')], { pipeWidth: LINE_A_FILE }),
  'fleet schema': row(() => [], { anyWidth: SCHEMA }),
  'schema records': row(() => [], { withoutOrigin: SCHEMA, anyWidth: SCHEMA }),
  'live': notCalled('it serves until it is stopped'),
  'glossary': row(() => []),
  'devices list': row(() => []),
  'devices probe': row((p) => [`tcp:${p.device}`, '--seconds', '1']),
  'devices driver-schema': row(() => [], { withoutOrigin: SCHEMA, anyWidth: SCHEMA }),
  'devices read': row((p) => [p.device, '0.0.42.0.0.255'], { notResults: ['readAt'] }),
  'devices compare': row((p) => [p.at('a.json'), p.at('b.json')], { codes: [4] }),
  'devices listen': row(() => ['--listen', '127.0.0.1:0', '--seconds', '1']),
  'devices profile': row((p) => [p.at('looks')], {
    anyWidth: PLAIN,
    writes: { out: 'file' },
    neverReplaces: 'a file that is there is never overwritten: test/cli/devicesProfile.test.ts',
  }),
  'devices decode': row(() => ['000100100001000DC001C1000100002A0000FF0200']),
};

/** A command that can be called, and its row. */
export interface Called {
  readonly name: string;
  readonly command: Command;
  readonly row: CommandRow;
}

/** Every command and subcommand that does something, by its words. */
async function leaves(): Promise<ReadonlyMap<string, Command>> {
  const found = new Map<string, Command>();
  const walk = (command: Command, words: string): void => {
    const isGroup = command.commands.length > 0 && command.registeredArguments.length === 0;
    if (!isGroup) found.set(words, command);
    for (const sub of command.commands) walk(sub, `${words} ${sub.name()}`);
  };
  for (const name of Object.keys(COMMANDS)) walk(await loadCommand(name, silentShell()), name);
  return found;
}

/** The words of a row, without those that tell two rows of a command apart. */
function wordsOf(name: string): readonly string[] {
  return name.replace(/ of .*$/, '').split(' ');
}

/** The command line of a row. */
export function lineOf({ name }: Called, args: readonly string[]): readonly string[] {
  return [...wordsOf(name), ...args];
}

/** Every row with its command, and the commands that have none. */
export async function calledCommands(): Promise<{
  readonly rows: readonly Called[];
  readonly missing: readonly string[];
}> {
  const commands = await leaves();
  const rows = Object.entries(ROWS).map(([name, one]) => {
    const command = commands.get(wordsOf(name).join(' '));
    if (command === undefined) throw new Error(`${name}: there is no such command`);
    return { name, command, row: one };
  });
  return { rows, missing: [...commands.keys()].filter((name) => !Object.hasOwn(ROWS, name)) };
}

/** True of a command that answers in JSON. */
export function answersJson({ command }: Called): boolean {
  const format = command.options.find((option) => option.long === '--format');
  if (format === undefined) return false;
  if (format.argChoices !== undefined) return format.argChoices.includes('json');
  try {
    format.parseArg?.('json', undefined);
    return format.parseArg !== undefined;
  } catch {
    return false;
  }
}

/** Rows to be tried: in CI all, elsewhere one of so many, which are others for each test. */
export function someOf(rows: readonly Called[], begin: number): readonly Called[] {
  const each = sampleSize('OUTPUT_ROWS_EACH', { whole: 1, part: 8 });
  return rows.filter((_, i) => (i + begin) % each === 0);
}
