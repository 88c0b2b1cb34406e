import { z } from 'zod';
import type { FieldSchema } from '../../src/document/fields.ts';
import { FAULT_EFFECTS } from '../../src/migration/observations.ts';
import { STEP_IDS } from '../../src/migration/steps.ts';
import { duration, hanProfile, linkClass, outage, wanProfile } from '../world/profile/linkSchema.ts';
import { name, perYear, positive, share } from '../world/profile/worldNumbers.ts';
import { cohort, count, date, dormancy, fileHead, range } from './schemaBasics.ts';

const curvePoint = z.strictObject({
  date: date.describe('London date; the share holds at its end'),
  share: share.describe('cumulative share of those ever scheduled'),
});
const curve = z.array(curvePoint).min(1).max(60).describe('rising dates and shares; the last share is 1');

const population = z.strictObject({
  cohort,
  groupId: z.string().max(8).default('').describe('GroupID; EA and EB are FOC, others are not public'),
  dormancy,
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
  models: z
    .record(z.string(), share.describe('share of the group'))
    .describe('DMCs of the group, ids of models; the shares sum to 1; left out: a model that is on the EPCL')
    .optional(),
  displayBlocked: z
    .boolean()
    .default(false)
    .describe(
      'an in-home display blocks the EPCL entry until the PPMID definition is varied (summer 2021; never for FOC)',
    ),
  steady: z
    .boolean()
    .default(false)
    .describe(
      'a census input stays what it was counted as: no change of supplier, dormancy, payment mode, no replacement',
    ),
  supplierInstructs: share.default(0).describe('Active GT01: share whose gas supplier instructs to exclude the GSME'),
});

const preparation = z.strictObject({
  triesPerInstruction: z.number().int().min(1).max(30).describe('tries of the SMSO that one instruction starts'),
  hoursBetweenTries: positive.max(240).describe('from one try of an instruction to the next, hours'),
  contactsNeeded: z
    .number()
    .int()
    .min(1)
    .max(40)
    .describe('successful tries that firmware and configuration take together (resumable)'),
  daysBetweenInstructions: positive.min(1).max(365).describe('from a failed instruction to the next, days'),
  instructionsMax: z.number().int().min(1).max(60).describe('instructions after which DCC gives up'),
  daysToFirstAttempt: positive
    .min(1)
    .max(365)
    .describe('from a completed preparation to the first migration attempt, days'),
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
  daysBetweenAttempts: z
    .number()
    .min(0.01)
    .max(365)
    .default(7)
    .describe('from a failed migration attempt to the next, days (working days of 10 hours: 0.01 is 6 minutes)'),
  attemptsMax: z.number().int().min(1).max(200).default(60).describe('migration attempts after which DCC gives up'),
  stopWhen: z
    .enum(['met', 'effective', 'never'])
    .default('effective')
    .describe('whether retries go on after a category is met'),
  linkNeeded: z
    .boolean()
    .default(true)
    .describe('device tests get no answer while the WAN is down at the attempt, however recent the last contact'),
  gated: z
    .boolean()
    .default(true)
    .describe('wait for the EPCL entry and for displays that the definition admits before attempting'),
  esmeOnly: z.boolean().default(true).describe('after a GT01 exclusion in effect, attempt the ESME alone'),
  masterKey: masterKeySearch
    .optional()
    .describe('Master Keys and the search for them; left out: all are held and right'),
  supplierInstructsDays: duration.optional().describe('Active GT01: from the first GT01 failure to the instruction'),
});

const target = {
  cohorts: z.array(cohort).optional().describe('cohorts on which it acts; left out: all'),
  populations: z.array(name).optional().describe('populations on which it acts; left out: all'),
  from: date.optional().describe('first day on which the fault acts'),
  to: date.optional().describe('last day on which it acts'),
};

const fault = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('persistent').describe('a step fails with a chance that stays with the installation'),
      ...target,
      step: z.enum(STEP_IDS).describe('the step on which it acts'),
      effect: z.enum(FAULT_EFFECTS).describe('what it does to the step; the table of steps gives the error code'),
      share: share.default(1).describe('share of installations that have the fault at all'),
      deadShare: share.default(0).describe('of those, share that fails every time'),
      success: z
        .union([
          z.strictObject({ chance: share.describe('success chance of each attempt') }),
          z.strictObject({
            betaA: positive.describe('first parameter of the Beta distribution of success chances'),
            betaB: positive.describe('second parameter; the mean is betaA / (betaA + betaB)'),
          }),
          z.strictObject({
            classes: z
              .array(
                z.strictObject({
                  share: share.describe('share of the installations'),
                  chance: share.describe('their success chance at each attempt'),
                }),
              )
              .min(1)
              .max(8)
              .describe('classes of installations; the shares sum to 1'),
          }),
        ])
        .describe(
          'weekly success chance of the others: one value, Beta(a, b) over installations, or classes of installations (shares sum to 1)',
        ),
      attemptsAffectedMax: z.number().int().min(1).optional().describe('the fault acts at most this often'),
    }),
    z.strictObject({
      kind: z.literal('dataError').describe('wrong data, until they are cleansed'),
      ...target,
      share: share.describe('share of installations with a data error'),
      cleansingDays: duration.describe('from the first failure to the cleansed data'),
      fixableShare: share.default(1).describe('share with a Table 5.10 code; the others carry another data code'),
    }),
  ])
  .describe('a fault model: what it does to a step, on whom, when');

/**
 * The part that an outage or a planned window affects. `system` is DCC's side, and `wan` is the SMSO's path to the hub.
 */
const acts = z.enum(['wan', 'system']);

const sharedOutage = z.strictObject({
  by: z.enum(['operator', 'hubModel', 'area']).describe('what its members have in common'),
  members: z
    .union([z.literal('all').describe('every member'), z.array(z.string()).min(1).describe('these members')])
    .optional()
    .describe(
      'which operators, hub models or areas (10 to 23) it takes down, or `all`; must be given where outages are dated; left out: all, each with dice of its own',
    ),
  operators: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('only installations of these operators, as when one operator changes a setting; left out: of all'),
  acts: acts
    .default('wan')
    .describe(
      "wan: no contact and no try of the SMSO gets through; system: DCC's systems are down, attempts fail on the system side and instructions wait",
    ),
  dated: z
    .array(
      z.strictObject({
        from: date.describe('first day'),
        to: date.optional().describe('last day, included; either this or days'),
        days: positive
          .max(3650)
          .optional()
          .describe('how many days it lasts from the beginning of the first; instead of to'),
      }),
    )
    .default([])
    .describe('outages whose days are known; every member is down in each of them'),
  perYear: perYear.default(0).describe('outages by dice: rate per member and year'),
  duration: duration.optional().describe('how long an outage by dice lasts; needed where perYear is above 0'),
});

const planned = z.strictObject({
  weekday: z
    .enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'])
    .describe('London weekday'),
  nth: z.number().int().min(1).max(4).optional().describe('the nth of the month; left out: every one'),
  hour: z.number().int().min(0).max(23).describe('London hour at which it begins'),
  hours: positive.max(24).describe('how long it lasts, hours'),
  from: date.optional().describe('first day of the plan; left out: from the start'),
  to: date.optional().describe('last day of the plan; left out: to the horizon'),
  acts: acts
    .default('system')
    .describe(
      "system: DCC's systems are down, attempts in the window fail on the system side and instructions wait for its end; wan: no contact and no try of the SMSO gets through",
    ),
});

const model = z.strictObject({
  epclEntry: date.nullable().default(null).describe('day of the EPCL entry; null: none'),
  dmctCostPounds: z.number().min(0).default(0).describe('cost of testing the model under the DMCT Process, pounds'),
  dccRecommends: date.optional().describe('day on which DCC recommends to exclude the model'),
  sosUneconomic: date.optional().describe('day on which the Secretary of State decides that testing it is uneconomic'),
  sosDirectOtherwise: date.optional().describe('day on which the Secretary of State directs otherwise'),
});

const changes = z.strictObject({
  supplierPerYear: perYear.default(0).describe('changes of supplier, per fuel and year'),
  dormantToActivePerYear: perYear.default(0).describe('Dormant meters that become Active, per meter and year'),
  activeToDormantPerYear: perYear.default(0).describe('Active meters that become Dormant, per meter and year'),
  paymentModePerYear: perYear.default(0).describe('changes of payment mode, per meter and year'),
  replacementPerYear: perYear
    .default(0)
    .describe('replacements for reasons outside the migration, per installation and year'),
});

const fitted = z.strictObject({
  line: z.string().describe('published line, category/cohorts as in scenarios/data/published-volumes.csv'),
  parameter: z.string().describe('path of the number that was fitted to it'),
  prior: z.number().describe('what the parameter would be without the line: used by leave-one-line-out'),
});

const mark = z.strictObject({
  paths: z.array(z.string()).min(1).describe('paths, `*` for one name; they cover all beneath'),
  mark: z.enum(['source', 'fitted to', 'input', 'our assumption']).describe('where the values come from'),
  note: z.string().describe('the source, the line fitted to, or why we assume it'),
  range: range
    .optional()
    .describe(
      'where each number lies nine times in ten, [lower, upper]: numbers, or `x0.5` times the number (times the odds, if it is a share)',
    ),
});

/** The forms that occur in several places. The table of fields explains each once. */
export const SHARED_FORMS = {
  'a duration': duration,
  'a mixture of durations': outage,
  'a curve': curve,
  'a link class': linkClass,
};

/**
 * The fields of a scenario file. Their meanings, units and defaults stand only here: editors get them as JSON Schema,
 * the loader as checks, and `scenarios/README.md` as its table. The file states the origin of a number under `marks`.
 */
export const scenarioSchema = z.strictObject({
  ...fileHead,
  name: name.describe('what the scenario is called in outputs'),
  title: z.string().describe('what it is, in a line'),
  extends: z.string().optional().describe('a scenario file that this one changes, relative to it'),
  rules: z
    .string()
    .default('various-1-proposed-2021-11-03')
    .describe('a named rule set, or the path of a rule-set file'),
  amendments: z.record(z.string(), z.unknown()).default({}).describe('what-ifs on the rule set: path to value'),
  seed: z.string().min(1).max(200).default('smets1').describe('text from which all dice follow; `--seed` overrides it'),
  replications: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(1)
    .describe('runs with dice of their own, for the ranges; `--replications` overrides it'),
  from: date.default('2021-02-01').describe('first day of the simulation'),
  horizon: date.default('2022-12-31').describe('last day of the simulation'),
  asOf: z.array(date).max(40).default([]).describe('days at which volumes are also counted'),
  comparison: z
    .strictObject({
      operator: z
        .enum(['envisaged', 'qualifying'])
        .default('envisaged')
        .describe(
          'envisaged: would qualify by the horizon if the proposals are adopted; qualifying: qualified on the day of dataCut',
        ),
      dataCut: date.default('2021-11-03').describe('the day of the count under `qualifying`'),
    })
    .default({ operator: 'envisaged', dataCut: '2021-11-03' })
    .describe('how the published figures are taken to have been counted'),
  publishedVolumes: z.string().optional().describe('CSV of published figures, relative to the file'),
  publishedSeries: z.string().optional().describe('CSV of migrated meters, relative to the file'),
  populations: z.record(name, population).describe('groups of installations that are alike; the risk set'),
  notSimulated: z
    .array(
      z.strictObject({
        cohort,
        dormancy,
        installations: count.describe('how many, installations'),
        why: z.string().describe('why they need no simulation'),
        migratedBy: name.optional().describe('a curve of entryCurves by which they migrate; left out: never'),
      }),
    )
    .default([])
    .describe('installations that can meet no clause: a count, and a curve for the migrated series'),
  metersPerInstallation: positive.default(1.73).describe('for the migrated series, which counts meters'),
  entryCurves: z
    .record(
      name,
      z.strictObject({
        firstInstruction: curve
          .optional()
          .describe('when first instructions fall: rising dates and cumulative shares, the last 1'),
        firstAttempt: curve.describe(
          'when first migration attempts are scheduled: rising dates and cumulative shares, the last 1',
        ),
      }),
    )
    .describe('when installations enter the process; capacity acts through these'),
  process: z
    .partialRecord(cohort, processOfCohort)
    .describe('how a cohort is migrated; one for each cohort of the populations'),
  links: z
    .strictObject({
      wan: z.record(name, wanProfile).describe('WAN profiles'),
      han: z.record(name, hanProfile).describe('HAN profiles'),
    })
    .describe('persistent link processes'),
  operators: z
    .record(z.string(), share.describe('share of the installations'))
    .default({ 'operator-1': 1 })
    .describe('WAN operators and their shares'),
  hubModels: z
    .record(z.string(), share.describe('share of the installations'))
    .default({ 'hub-1': 1 })
    .describe('CHF models and their shares'),
  suppliers: z
    .record(z.string(), share.describe('share of the registrations'))
    .default({ 'supplier-1': 1 })
    .describe('suppliers and their shares (synthetic names)'),
  sameSupplierShare: share.default(0.85).describe('share of installations with one supplier for both fuels'),
  unknownSupplierShare: share.default(0).describe('share of registrations not known to DCC'),
  models: z.record(z.string(), model).default({}).describe('DMCs that are not simply on the EPCL from the start'),
  sharedOutages: z.record(name, sharedOutage).default({}).describe('outages that many installations share'),
  plannedMaintenance: z
    .record(name, planned)
    .default({})
    .describe("windows in which DCC's systems, or the SMSO's way to the hubs, are down by plan"),
  faults: z.record(name, fault).default({}).describe('fault models; they compose'),
  changes: changes.prefault({}).describe('what changes in mid-history'),
  fit: z.array(fitted).default([]).describe('which numbers were fitted to which published lines'),
  ends: z
    .record(z.string(), z.string().describe('the label'))
    .default({})
    .describe('labels of ends for the report, by end (excluded:gt01) or by its first word (unresolved)'),
  marks: z
    .array(mark)
    .default([])
    .describe('where the numbers and dates of this file come from; the longest path that covers a value speaks for it'),
});

/** The fields of a scenario as JSON Schema: for editors, problems and the documents. */
export const SCENARIO_FIELDS = z.toJSONSchema(scenarioSchema, { target: 'draft-7', io: 'input' }) as FieldSchema;

export type ScenarioInput = z.input<typeof scenarioSchema>;
/** A scenario with every default resolved. */
export type Scenario = z.output<typeof scenarioSchema>;
export type Population = Scenario['populations'][string];
export type ProcessOfCohort = z.output<typeof processOfCohort>;
export type Fault = z.output<typeof fault>;
export type SharedOutage = z.output<typeof sharedOutage>;
export type Planned = z.output<typeof planned>;
export type Model = z.output<typeof model>;
export type Curve = z.output<typeof curve>;
