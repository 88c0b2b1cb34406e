import type { Evaluation } from '../../../src/exclusion/verdict.ts';
import { formatInstant, type Instant } from '../../../src/time.ts';
import type { GivenAnswer, GivenVerdict } from '../compare.ts';
import { readInstant } from './caseFields.ts';
import type { Case, RawCase } from './caseForm.ts';

/**
 * The differences between an answer and the expectation of a case, in words; empty if there are none. Fields that the
 * case does not name, and fields that the answer leaves out, are not compared.
 */
export function caseDifferences({ raw }: Case, { verdicts, notes }: GivenAnswer): readonly string[] {
  const found: string[] = [];
  const compare: Compare = (what, is, expected) => {
    if (JSON.stringify(is) !== JSON.stringify(expected)) {
      found.push(`${what}: found ${JSON.stringify(is)}, expected ${JSON.stringify(expected)}`);
    }
  };
  if (raw.verdict !== undefined) compareVerdict(raw, verdicts, compare);
  if (raw.reported !== undefined && verdicts.every(({ reported }) => reported !== undefined)) {
    compare('reported', verdicts.find(({ reported }) => reported)?.category ?? 'none', raw.reported);
  }
  if (raw.notes !== undefined && notes !== undefined) compareNotes(raw.notes, notes, compare);
  return found;
}

type Compare = (what: string, is: unknown, expected: unknown) => void;

const shown = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));
const when = (value: unknown): string | null => (value === 'none' ? null : formatInstant(readInstant(String(value))));

/**
 * For each field of `verdict` in a case: how to read it from a verdict (undefined: it was left out), and from the case.
 */
const FIELDS: Readonly<Record<string, readonly [(row: GivenVerdict) => unknown, (expected: unknown) => unknown]>> = {
  met: [({ metAt }) => metAt && shown(metAt), when],
  effective: [({ effectiveFrom }) => (effectiveFrom === undefined ? undefined : shown(effectiveFrom)), when],
  counted: [({ counted }) => counted, (expected) => (expected === 'none' ? null : expected)],
  excludes: [({ excludes }) => excludes, (expected) => expected],
  reported: [({ reported }) => (reported === undefined ? undefined : reported ? 'yes' : 'no'), (expected) => expected],
  evidence: [({ evidence }) => evidence?.map(shown), (expected) => (expected as readonly unknown[]).map(when)],
};

function compareVerdict(raw: RawCase, verdicts: readonly GivenVerdict[], compare: Compare): void {
  const verdict = verdicts.find(({ category }) => category === raw.clause);
  compare(`${raw.clause} holds`, verdict !== undefined, raw.verdict !== 'none');
  if (verdict === undefined || typeof raw.verdict !== 'object') return;
  for (const [field, expected] of Object.entries(raw.verdict)) {
    const row = FIELDS[field];
    if (row === undefined) {
      compare(`verdict › ${field}`, field, `one of ${Object.keys(FIELDS).join(', ')}`);
      continue;
    }
    const [given, wanted] = row;
    const is = given(verdict);
    if (is !== undefined) compare(field, is, wanted(expected));
  }
}

function compareNotes(expected: readonly string[], notes: Evaluation['notes'], compare: Compare): void {
  compare(
    'notes',
    notes.map(({ at, note }) => `${formatInstant(at)} ${note}`),
    expected.map((text) => {
      const cut = text.lastIndexOf(' ');
      return `${formatInstant(readInstant(text.slice(0, cut)))} ${text.slice(cut + 1)}`;
    }),
  );
}

/** The expectation of a case about a verdict, in the fields of a case. */
export function expectedFields(verdict: Evaluation['verdicts'][number]): Readonly<Record<string, unknown>> {
  return {
    excludes: verdict.excludes,
    met: formatInstant(verdict.metAt),
    effective: shown(verdict.effectiveFrom) ?? 'none',
    counted: verdict.counted ?? 'none',
    evidence: verdict.evidence.map(formatInstant),
    reported: verdict.reported ? 'yes' : 'no',
  };
}
