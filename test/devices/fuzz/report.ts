import { replayCommand, type Tally, unreached } from './fuzz.ts';
import type { Finding } from './play.ts';
import type { Target } from './target.ts';

/** What a run reached, target by target, with what it did not; and what it found. */
export interface Report {
  readonly lines: readonly string[];
  readonly inputs: number;
  readonly known: number;
  /** Known outcomes that were not reached, as `target: outcome`; those that need many inputs apart. */
  readonly unreached: readonly string[];
  readonly unreachedRare: readonly string[];
  /** Outcomes that no list knows: a list is out of date, or words() lets content through. */
  readonly unlisted: readonly string[];
  readonly findings: readonly Finding[];
}

export function reportOf(targets: readonly Target[], tallies: readonly Tally[]): Report {
  const byName = new Map(targets.map((target) => [target.name, target]));
  const of = ({ target }: Tally): Target => byName.get(target)!;
  const missing = tallies.flatMap((tally) =>
    unreached(of(tally), tally.outcomes).map((outcome) => ({
      text: `${tally.target}: ${outcome}`,
      isRare: of(tally).rare?.includes(outcome) ?? false,
    })),
  );
  return {
    lines: tallies.map((tally) => lineOf(of(tally), tally)),
    inputs: tallies.reduce((sum, { inputs }) => sum + inputs, 0),
    known: tallies.reduce((sum, tally) => sum + of(tally).known.length, 0),
    unreached: missing.filter(({ isRare }) => !isRare).map(({ text }) => text),
    unreachedRare: missing.filter(({ isRare }) => isRare).map(({ text }) => text),
    unlisted: tallies.flatMap((tally) => {
      const others = [...tally.outcomes.keys()].filter((outcome) => !of(tally).known.includes(outcome));
      return others.map((outcome) => `${tally.target}: ${outcome}`);
    }),
    findings: tallies.flatMap(({ findings }) => findings),
  };
}

function lineOf({ known }: Target, { target, cases, inputs, outcomes }: Tally): string {
  const reached = known.filter((outcome) => outcomes.has(outcome)).length;
  const counts = [...outcomes].sort((a, b) => b[1] - a[1]).map(([outcome, count]) => `${outcome}: ${count}`);
  return `${target}: ${inputs} inputs in ${cases} cases reach ${reached} of ${known.length}: ${counts.join('; ')}`;
}

export function describedFinding(finding: Finding, seed: number): string {
  const { target, index, what, hex } = finding;
  return `${target}, case ${index}: ${what}\n  the latest bytes given: ${hex}\n  again: ${replayCommand({ target, index }, seed)}`;
}
