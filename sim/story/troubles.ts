import type { LinkClass } from '../world/profile/linkSchema.ts';
import type { Scenario } from '../scenario/schema.ts';

/** One thing in a scenario that can go wrong for an installation, and a function that takes it out of the scenario. */
export interface Trouble {
  /** The path of the trouble, as `--set` takes it: `faults.state`, `links.wan.screened`. */
  readonly name: string;
  readonly words: string;
  readonly without: (scenario: Scenario) => Scenario;
}

/**
 * A link whose outages are shorter than every window, so that no check fails because of it. A scenario cannot say that a
 * link never fails. Both numbers are ours.
 */
const SOUND: LinkClass = {
  upDaysMean: 100_000,
  down: [{ share: 1, duration: { kind: 'fixed', days: 0.01 } }],
  dead: false,
};

/** Lists everything that can trouble an installation of a population. Each trouble can be left out by itself. */
export function troublesOf(scenario: Scenario, population: string): readonly Trouble[] {
  const of = scenario.populations[population];
  if (of === undefined) return [];
  const named = <K extends 'faults' | 'sharedOutages' | 'plannedMaintenance'>(section: K, words: string): Trouble[] =>
    Object.keys(scenario[section]).map((name) => ({
      name: `${section}.${name}`,
      words,
      without: (one) => ({
        ...one,
        [section]: Object.fromEntries(Object.entries(one[section]).filter(([other]) => other !== name)),
      }),
    }));
  return [
    ...named('faults', 'a fault'),
    ...named('sharedOutages', 'outages that many share'),
    ...named('plannedMaintenance', 'planned windows'),
    {
      name: `links.wan.${of.wan}`,
      words: 'outages of the WAN link of each installation',
      without: (one) => withWan(one, of.wan),
    },
    {
      name: `links.han.${of.han}`,
      words: 'outages of the HAN link of each installation',
      without: (one) => withHan(one, of.han),
    },
    ...masterKeyTroubles(scenario, population),
    ...changeTroubles(scenario),
    ...Object.entries(scenario.models)
      .filter(([name, { sosUneconomic }]) => sosUneconomic !== undefined && Object.hasOwn(of.models ?? {}, name))
      .map(([name]): Trouble => ({
        name: `models.${name}.sosUneconomic`,
        words: 'a decision that testing the model is uneconomic',
        without: (one) => withoutDecision(one, name),
      })),
  ];
}

function withWan(scenario: Scenario, name: string): Scenario {
  const profile = scenario.links.wan[name] as Scenario['links']['wan'][string];
  const { contact } = profile;
  const sound = {
    ...profile,
    contact: contact.mode === 'daily' ? { ...contact, wakeUpLossChance: 0 } : contact,
    classes: { up: SOUND },
    deathPerYear: 0,
  };
  return { ...scenario, links: { ...scenario.links, wan: { ...scenario.links.wan, [name]: sound } } };
}

function withHan(scenario: Scenario, name: string): Scenario {
  const { budget: _, ...profile } = scenario.links.han[name] as Scenario['links']['han'][string];
  const sound = { ...profile, classes: { up: SOUND }, batteryDeathPerYear: 0, lostJoinPerYear: 0 };
  return { ...scenario, links: { ...scenario.links, han: { ...scenario.links.han, [name]: sound } } };
}

/** Lists the troubles with Master Keys: drawn as missing or wrong, or stated by a census as unobtainable. */
function masterKeyTroubles(scenario: Scenario, population: string): readonly Trouble[] {
  const of = scenario.populations[population] as Scenario['populations'][string];
  const process = scenario.process[of.cohort];
  const { missingShare = 0, wrongShare = 0 } = process?.masterKey ?? {};
  const found: Trouble[] = [];
  if (missingShare + wrongShare > 0) {
    found.push({
      name: `process.${of.cohort}.masterKey`,
      words: 'Master Keys that are missing or wrong',
      without: (one) => {
        const { masterKey, ...rest } = one.process[of.cohort] as NonNullable<typeof process>;
        const held = masterKey && { ...masterKey, missingShare: 0, wrongShare: 0 };
        return { ...one, process: { ...one.process, [of.cohort]: { ...rest, ...(held && { masterKey: held }) } } };
      },
    });
  }
  if (of.masterKey === 'unobtainable') {
    found.push({
      name: `populations.${population}.masterKey`,
      words: 'Master Keys that nobody can obtain',
      without: (one) => ({
        ...one,
        populations: {
          ...one.populations,
          [population]: { ...(one.populations[population] ?? of), masterKey: 'held' },
        },
      }),
    });
  }
  return found;
}

function changeTroubles(scenario: Scenario): readonly Trouble[] {
  const hazards = Object.entries(scenario.changes).filter(([, perYear]) => perYear > 0);
  return hazards.map(([name]) => ({
    name: `changes.${name}`,
    words: 'changes in mid-history',
    without: (one) => ({ ...one, changes: { ...one.changes, [name]: 0 } }),
  }));
}

function withoutDecision(scenario: Scenario, name: string): Scenario {
  const { sosUneconomic: _, ...model } = scenario.models[name] as Scenario['models'][string];
  return { ...scenario, models: { ...scenario.models, [name]: model } };
}
