import { z } from 'zod';
import { COHORTS } from '../../src/installation/cohort.ts';
import { EFFECTS } from '../../src/migration/observations.ts';
import { STEP_IDS } from '../../src/migration/steps.ts';

/**
 * What a scenario file may say. Meanings, units and defaults stand here once: editors get them as JSON Schema, the
 * loader as checks, `scenarios/README.md` as its table. Where a number comes from is said in the file, under `marks`.
 */
const share = z.number().min(0).max(1);
const count = z.number().int().min(0).max(50_000_000);
const date = z.iso.date();
const positive = z.number().positive();
const perYear = z.number().min(0).max(1000);
const name = z.string().regex(/^[a-z0-9][A-Za-z0-9-]*$/);
const cohort = z.enum(COHORTS);

const duration = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('fixed'), days: positive }),
    z.strictObject({ kind: z.literal('exponential'), daysMean: positive }),
    z.strictObject({ kind: z.literal('lognormal'), daysMedian: positive, sigma: positive.max(4) }),
    z.strictObject({ kind: z.literal('weibull'), daysScale: positive, shape: z.number().min(0.3).max(10) }),
  ])
  .describe('a distribution of durations, in days');

const outage = z
  .array(z.strictObject({ share, duration }))
  .min(1)
  .max(8)
  .describe('a mixture of durations; the shares sum to 1');

const wanContact = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('continuous') }).describe('in contact whenever the link is up'),
    z
      .strictObject({
        mode: z.literal('daily'),
        windowHours: z
          .number()
          .min(0)
          .max(12)
          .default(2)
          .describe('the daily contact falls this long after 00:00, per hub'),
        tries: z.number().int().min(1).max(6).default(3).describe('tries a day until one succeeds'),
        retryHours: positive.max(6).default(3).describe('hours between the tries of a day'),
        wakeUpLossChance: share
          .default(0)
          .describe('chance that the SMS wake-up of a try is lost; 0: the hub calls by itself'),
      })
      .describe('contact at a daily scheduled time with retries'),
  ])
  .describe('when the link makes contact while it is up');

const linkClass = z.strictObject({
  share: share
    .describe('share of the installations; exactly one class may leave it out and takes the remainder')
    .optional(),
  upDaysMean: positive.describe('mean time between outages (exponential)').optional(),
  down: outage.optional(),
  dead: z.boolean().default(false).describe('never up'),
});

const wanProfile = z.strictObject({
  contact: wanContact,
  classes: z.record(name, linkClass).describe('regimes; an installation stays in one'),
  deathPerYear: perYear.default(0).describe('hazard of dying for good'),
});

const hanProfile = z.strictObject({
  wakeMinutes: z
    .number()
    .min(0)
    .max(1440)
    .default(30)
    .describe('the sleepy GSME wakes this often; 0: continuous contact'),
  classes: z.record(name, linkClass).describe('regimes of the join between GSME and CHF'),
  budget: z
    .strictObject({
      marginDbMean: z.number().describe('mean of the static link margin over installations, dB'),
      marginDbSd: positive.describe('its standard deviation'),
      driftDbSd: positive.describe('standard deviation of the slow daily drift'),
      driftDays: z.number().int().min(1).max(14).default(5).describe('days over which the drift remembers'),
    })
    .optional()
    .describe('static link budget with slow drift; left out: the classes alone'),
  batteryDeathPerYear: perYear.default(0).describe('hazard of a dead GSME battery, for good'),
  lostJoinPerYear: perYear.default(0).describe('hazard of losing the join for good (it takes a visit)'),
});

const curvePoint = z.strictObject({ date, share: share.describe('cumulative share of those ever scheduled') });
const curve = z.array(curvePoint).min(1).max(60).describe('rising dates and shares; the last share is 1');

const population = z.strictObject({
  cohort,
  groupId: z.string().max(8).default('').describe('GroupID; EA and EB are FOC, others are not public'),
  dormancy: z.enum(['dormant', 'active', 'mixed']),
  installations: count.describe('size of the group, installations'),
  gasShare: share.describe('share with a GSME').default(0.8),
  prepaymentShare: share.describe('share of meters in prepayment mode').default(0.15),
  instructedShare: share.default(1).describe('exposure: share whose first instruction ever falls before the horizon'),
  attemptedShare: share
    .default(1)
    .describe('exposure: share whose first migration attempt is ever scheduled before the horizon'),
  entry: name.describe('a curve of entryCurves'),
  wan: name.describe('a profile of links.wan'),
  han: name.describe('a profile of links.han'),
  masterKey: z
    .enum(['held', 'unobtainable'])
    .default('held')
    .describe('unobtainable: a census input, every search fails'),
  models: z.record(z.string(), share).describe('DMC id to share; they sum to 1').optional(),
  displayBlocked: z.boolean().default(false).describe('an in-home display blocks the EPCL entry (PPMID definition)'),
  supplierInstructs: share.default(0).describe('Active GT01: share whose gas supplier instructs to exclude the GSME'),
});

const preparation = z.strictObject({
  triesPerInstruction: z.number().int().min(1).max(30).describe('tries of the SMSO that one instruction starts'),
  hoursBetweenTries: positive.max(240),
  contactsNeeded: z
    .number()
    .int()
    .min(1)
    .max(40)
    .describe('successful tries that firmware and configuration take together (resumable)'),
  daysBetweenInstructions: positive.max(365).describe('from a failed instruction to the next'),
  instructionsMax: z.number().int().min(1).max(60),
  daysToFirstAttempt: positive.max(365).describe('from a completed preparation to the first migration attempt'),
});

const masterKeySearch = z.strictObject({
  missingShare: share.default(0).describe('share whose Master Key is missing at the start'),
  wrongShare: share.default(0).describe('share whose Master Key is held but wrong, seen at rotation only'),
  searchDays: duration.describe('from the need for the key to the end of the search'),
  foundShare: share.default(1).describe('share of searches that find the key (census groups: none)'),
});

const processOfCohort = z.strictObject({
  steps: z.array(z.enum(STEP_IDS)).min(1).optional().describe('walk order; left out: the table of the cohort'),
  preparation: preparation
    .optional()
    .describe('instructions to the SMSO before the first attempt of installations with a Dormant meter'),
  daysBetweenAttempts: positive.max(365).default(7),
  attemptsMax: z.number().int().min(1).max(200).default(60),
  stopWhen: z
    .enum(['met', 'effective', 'never'])
    .default('effective')
    .describe('whether retries go on after a category is met'),
  gated: z
    .boolean()
    .default(true)
    .describe('wait for the EPCL entry and for displays that the definition admits before attempting'),
  esmeOnly: z.boolean().default(true).describe('after a GT01 exclusion in effect, attempt the ESME alone'),
  masterKey: masterKeySearch.optional(),
  supplierInstructsDays: duration.optional().describe('Active GT01: from the first GT01 failure to the instruction'),
});

const target = {
  cohorts: z.array(cohort).optional().describe('left out: all'),
  populations: z.array(name).optional().describe('left out: all'),
  from: date.optional().describe('first day on which the fault acts'),
  to: date.optional().describe('last day on which it acts'),
};

const fault = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('persistent'),
      ...target,
      step: z.enum(STEP_IDS),
      effect: z.enum(EFFECTS),
      share: share.default(1).describe('share of installations that have the fault at all'),
      deadShare: share.default(0).describe('of those, share that fails every time'),
      success: z
        .union([
          z.strictObject({ chance: share }),
          z.strictObject({ betaA: positive, betaB: positive }),
          z.strictObject({
            classes: z
              .array(z.strictObject({ share, chance: share }))
              .min(1)
              .max(8),
          }),
        ])
        .describe(
          'weekly success chance of the others: one value, Beta(a, b) over installations, or classes of installations (shares sum to 1)',
        ),
      attemptsAffectedMax: z.number().int().min(1).optional().describe('the fault acts at most this often'),
    }),
    z.strictObject({
      kind: z.literal('dataError'),
      ...target,
      share,
      cleansingDays: duration.describe('from the first failure to the cleansed data'),
      fixableShare: share.default(1).describe('share with a Table 5.10 code; the others carry another data code'),
    }),
  ])
  .describe('a fault model: what it does to a step, on whom, when');

const sharedOutage = z.strictObject({
  by: z.enum(['operator', 'hubModel', 'area']),
  members: z.array(z.string()).optional().describe('which of them; left out: each its own dice'),
  acts: z.enum(['wan', 'system']).default('wan').describe('takes the WAN down, or fails attempts on the system side'),
  dated: z
    .array(z.strictObject({ from: date, to: date }))
    .default([])
    .describe('past outages; both days included'),
  perYear: perYear.default(0).describe('future ones: rate per member'),
  duration: duration.optional(),
});

const planned = z.strictObject({
  weekday: z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']),
  nth: z.number().int().min(1).max(4).optional().describe('the nth of the month; left out: every one'),
  hour: z.number().int().min(0).max(23).describe('London hour at which it begins'),
  hours: positive.max(24),
  from: date.optional(),
  to: date.optional(),
});

const model = z.strictObject({
  epclEntry: date.nullable().default(null).describe('day of the EPCL entry; null: none'),
  dmctCostPounds: z.number().min(0).default(0),
  dccRecommends: date.optional(),
  sosUneconomic: date.optional(),
  sosDirectOtherwise: date.optional(),
});

const changes = z.strictObject({
  supplierPerYear: perYear.default(0).describe('changes of supplier, per fuel'),
  dormantToActivePerYear: perYear.default(0).describe('per meter'),
  activeToDormantPerYear: perYear.default(0).describe('per meter'),
  paymentModePerYear: perYear.default(0).describe('per meter'),
  replacementPerYear: perYear.default(0).describe('replacement for reasons outside the migration'),
});

const fitted = z.strictObject({
  line: z.string().describe('published line, category/cohorts as in scenarios/data/published-volumes.csv'),
  parameter: z.string().describe('path of the number that was fitted to it'),
  prior: z.number().describe('what the parameter would be without the line: used by leave-one-line-out'),
});

const mark = z.strictObject({
  paths: z.array(z.string()).min(1).describe('paths, `*` for one name; they cover all beneath'),
  mark: z.enum(['source', 'fitted to', 'input', 'our assumption']),
  note: z.string().describe('the source, the line fitted to, or why we assume it'),
});

export const scenarioSchema = z.strictObject({
  $schema: z.string().optional(),
  format: z.literal(1),
  name,
  title: z.string(),
  extends: z.string().optional().describe('a scenario file that this one changes, relative to it'),
  rules: z
    .string()
    .default('various-1-proposed-2021-11-03')
    .describe('a named rule set, or the path of a rule-set file'),
  amendments: z.record(z.string(), z.unknown()).default({}).describe('what-ifs on the rule set: path to value'),
  seed: z.string().min(1).max(200).default('smets1'),
  replications: z.number().int().min(1).max(10_000).default(1),
  from: date.default('2021-02-01'),
  horizon: date.default('2022-12-31'),
  asOf: z.array(date).max(40).default([]).describe('days at which volumes are also counted'),
  comparison: z
    .strictObject({
      operator: z.enum(['envisaged', 'qualifying']).default('envisaged'),
      dataCut: date.default('2021-11-03').describe('the day of the count under `qualifying`'),
    })
    .default({ operator: 'envisaged', dataCut: '2021-11-03' })
    .describe('how the published figures are taken to have been counted'),
  publishedVolumes: z.string().optional().describe('CSV of published figures, relative to the file'),
  publishedSeries: z.string().optional().describe('CSV of migrated meters, relative to the file'),
  populations: z.record(name, population),
  notSimulated: z
    .array(
      z.strictObject({
        cohort,
        dormancy: z.enum(['dormant', 'active', 'mixed']),
        installations: count,
        why: z.string(),
        migratedBy: name.optional(),
      }),
    )
    .default([])
    .describe('installations that can meet no clause: a count, and a curve for the migrated series'),
  metersPerInstallation: positive.default(1.73).describe('for the migrated series, which counts meters'),
  entryCurves: z.record(name, z.strictObject({ firstInstruction: curve.optional(), firstAttempt: curve })),
  process: z.partialRecord(cohort, processOfCohort),
  links: z.strictObject({ wan: z.record(name, wanProfile), han: z.record(name, hanProfile) }),
  operators: z.record(z.string(), share).default({ 'operator-1': 1 }).describe('WAN operators and their shares'),
  hubModels: z.record(z.string(), share).default({ 'hub-1': 1 }).describe('CHF models and their shares'),
  suppliers: z
    .record(z.string(), share)
    .default({ 'supplier-1': 1 })
    .describe('suppliers and their shares (synthetic names)'),
  sameSupplierShare: share.default(0.85).describe('share of installations with one supplier for both fuels'),
  unknownSupplierShare: share.default(0).describe('share of registrations not known to DCC'),
  models: z.record(z.string(), model).default({}).describe('DMCs that are not simply on the EPCL from the start'),
  sharedOutages: z.record(name, sharedOutage).default({}),
  plannedMaintenance: z.record(name, planned).default({}),
  faults: z.record(name, fault).default({}),
  changes: changes.prefault({}),
  fit: z.array(fitted).default([]),
  ends: z
    .record(z.string(), z.string())
    .default({})
    .describe('labels of ends for the report, e.g. excluded:gt01 to han'),
  marks: z.array(mark).default([]),
});

export type ScenarioInput = z.input<typeof scenarioSchema>;
/** A scenario with every default resolved. */
export type Scenario = z.output<typeof scenarioSchema>;
export type Population = Scenario['populations'][string];
export type ProcessOfCohort = z.output<typeof processOfCohort>;
export type WanProfile = z.output<typeof wanProfile>;
export type HanProfile = z.output<typeof hanProfile>;
export type LinkClass = z.output<typeof linkClass>;
export type Duration = z.output<typeof duration>;
export type Outage = z.output<typeof outage>;
export type Fault = z.output<typeof fault>;
export type SharedOutage = z.output<typeof sharedOutage>;
export type Planned = z.output<typeof planned>;
export type Model = z.output<typeof model>;
export type Curve = z.output<typeof curve>;
