// One page of each kind that the bench writes, made once in a folder from the small scenario of the tests.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandLine } from '../cli/harness.ts';
import { isWhole } from '../sampleSize.ts';

/** The scenario of most pages: some thousand installations. */
const SCENARIO = 'test/cli/sweep/tinyScenario.yaml';
/** The scenario of the page of a run, which has all its sections. */
const RUN_SCENARIO = 'test/cli/reportRun.yaml';

/** The kinds of page. Outside CI those that cost little stand for the others. */
const PAGE_KINDS = [
  { kind: 'run', isCheap: false },
  { kind: 'several folders', isCheap: false },
  { kind: 'forecast with histories', isCheap: false },
  { kind: 'forecast without histories', isCheap: false },
  { kind: 'thresholds', isCheap: true },
  { kind: 'sweep one at a time', isCheap: false },
  { kind: 'sweep over a grid', isCheap: true },
  { kind: 'sweep by Morris', isCheap: false },
  { kind: 'sweep by Sobol', isCheap: false },
  { kind: 'sensitivity', isCheap: false },
  { kind: 'compare', isCheap: true },
  { kind: 'calibrate', isCheap: false },
] as const;
export type PageKind = (typeof PAGE_KINDS)[number]['kind'];

/** True if all kinds are looked at, in every light and width. */
export const IS_WHOLE = isWhole('EVERY_PAGE', 'the costly kinds of page, and every light and width but one');

/** The kinds that are looked at: all of them, or the cheap ones. */
export const TRIED_KINDS: readonly PageKind[] = PAGE_KINDS.filter(({ isCheap }) => isCheap || IS_WHOLE).map(
  ({ kind }) => kind,
);

/** Makes pages of these kinds in a folder and returns their files by kind. */
export async function makePages(folder: string, kinds: readonly PageKind[]): Promise<ReadonlyMap<PageKind, string>> {
  const pages = new Map<PageKind, string>();
  const maker = new PageMaker(folder);
  for (const kind of kinds) pages.set(kind, await maker.make(kind));
  return pages;
}

const ONE = ['--workers', '1'];
const AS_OF = '2021-11-03';
const WEEKS = 'weeks: { path: amendments.clauses.five-retries.shows.atLeast, values: [3, 4, 5] }';
const SIZE = 'size of IOC Dormant: { path: populations.ioc-dormant.installations, range: [300, 600], whole: true }';
const REPLACED = 'replacement: { path: changes.replacementPerYear, range: [0.01, 0.3] }';
const DESIGNS = {
  'sweep one at a time': ['{ kind: oneAtATime }', [WEEKS, SIZE, 'replacement: { path: changes.replacementPerYear, values: [x0, x9] }']], // prettier-ignore
  'sweep over a grid': ['{ kind: grid, levels: 3 }', [WEEKS, SIZE]],
  'sweep by Morris': ['{ kind: morris, trajectories: 2 }', [SIZE, REPLACED]],
  'sweep by Sobol': ['{ kind: saltelli, samples: 4 }', [SIZE, REPLACED]],
} as const;

class PageMaker {
  readonly #folder: string;
  readonly #made = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async make(kind: PageKind): Promise<string> {
    const html = this.#at(`${kind.replaceAll(' ', '-')}.html`);
    await this.#command(kind, html);
    readFileSync(html);
    return html;
  }

  #at(name: string): string {
    return join(this.#folder, name);
  }

  async #run(args: readonly string[], expected = 0): Promise<void> {
    const { code, err } = await commandLine(args);
    if (code !== expected) throw new Error(`${args.join(' ')}: exit code ${code}\n${err}`);
  }

  /** Runs a command that writes a folder, once. */
  async #folderOf(name: string, args: readonly string[]): Promise<string> {
    const out = this.#at(name);
    if (!this.#made.has(name)) await this.#run([...args, '--out', out, ...ONE]);
    this.#made.add(name);
    return out;
  }

  async #records(): Promise<string> {
    return this.#folderOf('records', ['run', SCENARIO, '--seed', 'another', '--replications', '1']);
  }

  async #library(): Promise<string> {
    const priors = this.#at('priors.yaml');
    writeFileSync(priors, "format: 1\nname: tiny\nparameters:\n  persistence: { paths: ['faults.*.success.betaA'], ratio: 2 }\n  replacement: { path: changes.replacementPerYear, ratio: 3 }\n"); // prettier-ignore
    const make = ['calibrate', SCENARIO, '--priors', priors, '--draws', '8', '--scale', '1', '--as-of', AS_OF];
    return this.#folderOf('library', make);
  }

  async #command(kind: PageKind, html: string): Promise<void> {
    const write = ['--html', html];
    if (kind === 'run') return this.#run(['run', RUN_SCENARIO, '--replications', '10', ...ONE, ...write]);
    if (kind === 'several folders') return this.#several(html);
    if (kind === 'compare') return this.#run(['compare', SCENARIO, '--set', 'changes.replacementPerYear=0.5', '--replications', '10', ...ONE, ...write]); // prettier-ignore
    if (kind === 'thresholds') return this.#run(['forecast', 'thresholds', SCENARIO, '--scale', '1', '--replications', '2', '--numbers', '3,4', ...ONE, ...write]); // prettier-ignore
    if (kind === 'sensitivity')
      return this.#run(['sensitivity', SCENARIO, '--scale', '1', '--only', 'changes', ...ONE, ...write]);
    if (kind === 'calibrate') return this.#calibrated(write);
    if (kind === 'forecast with histories' || kind === 'forecast without histories') {
      const records = await this.#records();
      const files = ['installations', 'attempts', 'events'].flatMap((name) => [`--${name}`, join(records, `${name}.parquet`)]); // prettier-ignore
      const more = kind === 'forecast with histories' ? [...files, '--by', 'supplier'] : [];
      return this.#run(['forecast', await this.#library(), '--as-of', AS_OF, ...more, ...write]);
    }
    return this.#sweep(kind, write);
  }

  /** The page of `report html` over two runs that differ in a rule. */
  async #several(html: string): Promise<void> {
    const own = ['run', RUN_SCENARIO, '--replications', '10'];
    const folders = [
      await this.#folderOf('before', own),
      await this.#folderOf('after', [...own, '--set', 'amendments.clauses.five-retries.shows.atLeast=3']),
    ];
    return this.#run(['report', 'html', ...folders, '--out', html]);
  }

  async #calibrated(write: readonly string[]): Promise<void> {
    const lines = this.#at('lines.csv');
    writeFileSync(lines, 'category,cohorts,published,relation\ngt01,IOC,40,predict\n');
    return this.#run(
      ['calibrate', await this.#library(), '--histories', await this.#records(), '--to', lines, ...write],
      4,
    );
  }

  #sweep(kind: keyof typeof DESIGNS, write: readonly string[]): Promise<void> {
    const [design, factors] = DESIGNS[kind];
    const path = this.#at(`${kind.replaceAll(' ', '-')}.yaml`);
    writeFileSync(path, `format: 1\nname: tiny\nscenario: ${resolve(SCENARIO)}\nseed: tiny\nreplications: 4\ndesign: ${design}\noutcomes: [five-retries/all, migrated/all]\nfactors:\n${factors.map((line) => `  ${line}\n`).join('')}`); // prettier-ignore
    return this.#run(['sweep', path, ...ONE, ...write, '--out', this.#at(`${kind.replaceAll(' ', '-')}-out`)]);
  }
}
