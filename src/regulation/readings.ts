import type { SourceId } from './sources.ts';

/**
 * What a reading acts on. `histories`: the verdict on given records. `checks`: the attempts themselves, as the kernel and the
 * rig make them; it moves no verdict on given records.
 */
export type ReadingSubject = 'histories' | 'checks';

/** One ambiguity of the text: the values that the reading can take (the default first), and the meaning of each. */
export interface ReadingRow {
  readonly meaning: string;
  readonly actsOn: ReadingSubject;
  readonly values: Readonly<Record<string, string>>;
  readonly default: string;
  readonly source: SourceId;
}

function reading<const V extends Record<string, string>>(
  meaning: string,
  fallback: keyof V & string,
  values: V,
  actsOn: ReadingSubject = 'histories',
): { meaning: string; actsOn: ReadingSubject; values: V; default: keyof V & string; source: SourceId } {
  return { meaning, actsOn, values, default: fallback, source: 'ourReading' };
}

/** Every point where the text can be read in more than one way, with its options and our default, which comes first. */
export const READINGS = {
  systemAttempts: reading('whether failures caused on the system side count', 'ignored', {
    ignored: 'recorded, not counted',
    counted: 'counted like any other',
  }),
  beforeInForce: reading('whether attempts made before a clause is in force count towards it', 'count', {
    count: 'they count',
    ignore: 'they do not',
  }),
  separateWeeks: reading('what "separate weeks" are', 'isoWeek', {
    isoWeek: 'distinct ISO weeks of the Europe/London date',
    sevenDays: 'each at least 604,800 seconds after the last one counted',
  }),
  weekCode: reading('which attempt of a week decides (ISO weeks only)', 'any', {
    any: 'the week counts if any attempt in it counts',
    last: 'the week counts if its last attempt does',
  }),
  reset: reading('whether an attempt with another outcome restarts a count', 'none', {
    none: 'cumulative, no reset',
    otherOutcome: 'only the run since the last device-caused migration attempt with another outcome',
  }),
  mixed: reading('installations with both a Dormant and an Active meter under 18.7, 18.8, 18.9', 'barred', {
    barred: 'out of scope (impact wording: "containing only Dormant Meters")',
    anyDormant: 'in scope with at least one Dormant Meter (scope wording: "with Dormant Meters")',
  }),
  uneconomicCohorts: reading('the cohorts of 18.5', 'IOC+FOC', {
    'IOC+FOC': 'IOC and FOC, from the impact line',
    'all': 'any cohort whose DMC is so decided',
  }),
  preparationClears: reading('whether a completed preparation clears the 18.7 count', 'yes', {
    yes: 'only instructions since the last one that was ok count',
    no: 'it does not',
  }),
  instructionSpacing: reading('how far apart the three instructions of 18.7 must be', 'none', {
    none: 'no week rule',
    week: 'each in a separate week',
  }),
  attemptCloses187: reading('whether a counted migration attempt closes 18.7', 'no', {
    no: 'migration attempts do not matter',
    yes: 'once a migration has been attempted, 18.7 no longer holds',
  }),
  paymentMode: reading('whose payment mode must be credit under 18.6 in IOC', 'gas', {
    gas: "the gas meter's, at the as-of",
    electricity: "the electricity meter's",
    both: 'both',
  }),
  activeGt01Evidence: reading('the evidence an Active GT01 exclusion needs beside the instruction', 'one', {
    one: 'at least one counted GT01',
    none: 'the instruction alone',
  }),
  fiveCounts: reading('which failures count towards the five', 'allCodes', {
    allCodes: 'any code',
    otherThanMA112AndGT01: 'codes that have a category of their own do not',
  }),
  cosRestarts: reading('whether a change of supplier restarts the counts', 'no', {
    no: 'counts carry over',
    yes: 'attempts before the latest change of either supplier do not count',
  }),
  membership: reading('whether an exclusion can lapse', 'asOf', {
    asOf: 'evaluated as of an instant; leaving the scope ends it',
    sticky: 'once effective it stays until readmit',
  }),
  windowEdge: reading(
    'whether a contact exactly as old as the window is recent enough',
    'inclusive',
    { inclusive: 'it still passes', exclusive: 'it fails' },
    'checks',
  ),
  gt01WithoutWan: reading(
    'what an attempt finds of the gas meter while the WAN is down',
    'unjudged',
    {
      unjudged: 'nothing: the check on the gas meter is passed over',
      lastNews: 'GT01 once the latest news of the meter, from the last WAN contact, is older than the window',
    },
    'checks',
  ),
} as const;

/** The name of a reading: a place where the source can be read in more than one way. */
export type ReadingName = keyof typeof READINGS;

/** One chosen value for every reading. */
export type Readings = { readonly [R in ReadingName]: keyof (typeof READINGS)[R]['values'] & string };

export const READING_NAMES = Object.keys(READINGS) as readonly ReadingName[];

/** The readings that act on one subject, in the order of the table. */
export function readingsOn(subject: ReadingSubject): readonly ReadingName[] {
  return READING_NAMES.filter((name) => READINGS[name].actsOn === subject);
}

export const DEFAULT_READINGS: Readings = Object.fromEntries(
  READING_NAMES.map((name) => [name, READINGS[name].default]),
) as unknown as Readings;
