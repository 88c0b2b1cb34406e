import { z } from 'zod';
import { PRECEDENCE } from '../clauses/categories.ts';
import { CATEGORIES, type Clause, type ExclusionCategory } from '../clauses/clause.ts';
import { COHORTS } from '../installation/cohort.ts';
import type { FieldFault } from '../document/fieldFault.ts';
import type { FieldSchema } from '../document/fields.ts';
import { ATTEMPT_KINDS, EVENTS, OK, OK_ESME } from '../migration/history.ts';
import { parseDate } from '../time.ts';
import { dated, type Dated } from '../regulation/dated.ts';
import { READING_NAMES, READINGS, type Readings } from '../regulation/readings.ts';
import type { RuleSet } from './ruleset.ts';
import { SOURCES, type SourceId } from '../regulation/sources.ts';

/**
 * What a rule-set file may say once it is merged upon what it extends. The clauses stand as a map by category, so that
 * a file that extends another names only what it changes, and `null` drops a category.
 */
const date = z.iso.date().refine((text) => parseDate(text) !== undefined, 'a date from 2012-01-01 to 2037-12-31');
const source = z.enum(Object.keys(SOURCES) as [SourceId, ...SourceId[]]);
const cohorts = z.array(z.enum(COHORTS)).refine(distinct, 'each cohort once');

const outcome = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,32}$/)
  .refine((code) => code !== OK && code !== OK_ESME, 'the code of a failure: a success is no error code');

const counting = z.strictObject({
  type: z.literal('count'),
  kind: z.enum(ATTEMPT_KINDS).describe('what is counted: instructions to the SMSO, or migration attempts'),
  outcomes: z
    .union([z.literal('anyFailure'), z.array(outcome).min(1)])
    .describe('the outcomes that count: anyFailure, or a list of error codes'),
  exceptTable510: z.boolean().describe('failures in Table 5.10 do not count'),
  separation: z
    .enum(['week', 'none'])
    .describe('week: distinct weeks as the reading separateWeeks has it; none: every one counts'),
  atLeast: z.number().int().min(1).max(1000).describe('how many it takes, weeks or attempts'),
});

const standing = z.strictObject({
  type: z.literal('standing'),
  family: z.array(z.enum(EVENTS)).min(1).describe('the events of which the latest decides'),
  holds: z.enum(EVENTS).describe('the one under which the clause is met; it belongs to the family'),
});

const clause = z.strictObject({
  clause: z.string().min(1).max(20).describe('the number of the clause: a label, categories are keyed by name'),
  title: z.string().min(1).max(200),
  text: z.string().min(1).max(2000).describe('what must be shown, in our words'),
  sources: z.array(source).min(1).describe('citations, keys of the bibliography'),
  decidedBy: z.enum(['DCC', 'Secretary of State', 'count', 'count or supplier']),
  kind182: z
    .array(z.enum(['a', 'b', 'c']))
    .describe('our inference; TMAD 18.2: (a) system not enrolled, (b) not migrated, (c) no EPCL entry'),
  excludes: z.enum(['installation', 'gsme']).describe('what leaves the migration'),
  cohorts: cohorts.describe('cohorts in scope'),
  dormancy: z
    .enum(['solelyDormant', 'dormantMeters', 'gsmeRoutes', 'any'])
    .describe('dormancy in scope; dormantMeters follows the reading mixed, gsmeRoutes is that of gt01'),
  creditCohorts: cohorts.describe('cohorts in which the payment mode must be credit'),
  shows: z.discriminatedUnion('type', [counting, standing]).describe('what is counted, or which decision stands'),
  inForceFrom: date.nullable().describe('London date from which it is in force; null: never'),
});

const datedSeconds = z
  .array(
    z.strictObject({
      from: date,
      value: z.number().int().min(0).max(31_536_000),
      source,
      ours: z.string().min(1).max(400).optional().describe('what of the row no source says'),
    }),
  )
  .min(1)
  .describe('rows in rising order of London dates, the first from 2012-01-01; seconds');

const readings = z.strictObject(
  Object.fromEntries(
    READING_NAMES.map((name) => {
      const row = READINGS[name];
      const values = Object.keys(row.values) as [string, ...string[]];
      // A rule file that was saved before a reading had a name means what it always did: the default.
      return [name, z.enum(values).default(row.default).describe(row.meaning)];
    }),
  ),
);

export const ruleSetSchema = z.strictObject({
  $schema: z.string().optional(),
  extends: z.string().optional().describe('a shipped rule set by name, or a rule-set file relative to this one'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.+-]{0,79}$/)
    .describe('letters, digits, dots, hyphens'),
  title: z.string().min(1).max(400),
  sources: z.array(source).min(1),
  readings,
  clauses: z.partialRecord(z.enum(CATEGORIES), clause).describe('the categories of exclusion; null drops one'),
  precedence: z
    .array(z.enum(CATEGORIES))
    .refine(distinct, 'each category once')
    .describe('the first of these that holds is reported; categories that are left out come after them'),
  fiveRetriesAgainstGt01: z
    .enum(['restsOnGt01', 'byOrder'])
    .describe('restsOnGt01: gt01 goes first when five-retries rests on its failures; byOrder: precedence alone'),
  expiresOn: date.describe('last London day on which an exclusion can take effect'),
  windows: z.strictObject({
    wanWindowSeconds: datedSeconds.describe('how recent the last WAN contact must be'),
    gt01WindowSeconds: datedSeconds.describe('how recent the last HAN contact of the gas meter must be'),
  }),
});

/** The file form of a rule set: plain data, clauses by category. */
export type RuleSetDocument = z.output<typeof ruleSetSchema>;

export const RULE_SET_FIELDS = z.toJSONSchema(ruleSetSchema, { target: 'draft-7', io: 'input' }) as FieldSchema;

function distinct(list: readonly unknown[]): boolean {
  return new Set(list).size === list.length;
}

export function documentOf(rules: RuleSet): Omit<RuleSetDocument, 'extends' | '$schema'> {
  const clauses = rules.clauses.map(({ category, ...rest }) => [category, rest] as const);
  const plain = {
    ...rules,
    clauses: Object.fromEntries(clauses),
    windows: {
      wanWindowSeconds: rules.windows.wanWindowSeconds.rows,
      gt01WindowSeconds: rules.windows.gt01WindowSeconds.rows,
    },
  };
  return structuredClone(plain) as unknown as RuleSetDocument;
}

/** The rule set of a document that `ruleSetProblems` has nothing against. Its fields stand in one order, always. */
export function ruleSetOf(document: RuleSetDocument): RuleSet {
  const clauses = CATEGORIES.flatMap((category) => {
    const row = document.clauses[category];
    return row ? [{ category, ...row } satisfies Clause] : [];
  });
  return {
    name: document.name,
    title: document.title,
    sources: document.sources,
    readings: document.readings as Readings,
    clauses,
    precedence: [...document.precedence, ...PRECEDENCE.filter((category) => !document.precedence.includes(category))],
    fiveRetriesAgainstGt01: document.fiveRetriesAgainstGt01,
    expiresOn: document.expiresOn,
    windows: {
      wanWindowSeconds: seconds(document.windows.wanWindowSeconds),
      gt01WindowSeconds: seconds(document.windows.gt01WindowSeconds),
    },
  };
}

function seconds(rows: RuleSetDocument['windows']['wanWindowSeconds']): Dated<number> {
  return dated(
    rows.map(({ from, value, source: cited, ours }) => ({
      from,
      value,
      source: cited,
      ...(ours !== undefined && { ours }),
    })),
  );
}

/** What no single field can say: the checks across fields. */
export function ruleSetFaults(document: RuleSetDocument): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  for (const [category, row] of Object.entries(document.clauses) as [ExclusionCategory, Omit<Clause, 'category'>][]) {
    const { shows } = row;
    if (shows.type === 'standing' && !shows.family.includes(shows.holds))
      faults.push({ path: ['clauses', category, 'shows', 'holds'], expected: 'an event of its family' });
    if (row.dormancy === 'gsmeRoutes' && (shows.type !== 'count' || shows.kind !== 'migration'))
      faults.push({ path: ['clauses', category, 'dormancy'], expected: 'another scope: gsmeRoutes counts migration attempts' }); // prettier-ignore
    const outside = row.creditCohorts.findIndex((cohort) => !row.cohorts.includes(cohort));
    if (outside >= 0)
      faults.push({ path: ['clauses', category, 'creditCohorts', outside], expected: 'a cohort that is in scope' });
  }
  for (const name of ['wanWindowSeconds', 'gt01WindowSeconds'] as const) {
    const rows = document.windows[name];
    // A date without a value would throw in the middle of a run.
    if (rows[0]?.from !== '2012-01-01')
      faults.push({ path: ['windows', name, 0, 'from'], expected: '2012-01-01: the first row covers the whole past' });
    for (const [i, row] of rows.entries()) {
      const before = rows[i - 1];
      if (before && before.from >= row.from)
        faults.push({ path: ['windows', name, i, 'from'], expected: `a date after ${before.from}` });
    }
  }
  return faults;
}
