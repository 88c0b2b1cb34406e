import fc from 'fast-check';
import type { Installation } from '../../../src/installation/installation.ts';
import { DMC_EVENTS, GAS_EVENTS, type EventName, type History } from '../../../src/migration/history.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { AddressedDice } from '../generate/dice.ts';
import { generateQuestion } from '../generate/question.ts';
import { swarmOf, type Swarm } from '../generate/swarm.ts';
import { candidatesOf } from '../shrink/candidates.ts';
import { readable } from '../words/questionWords.ts';
import type { Question } from '../question.ts';
import { ruleSetArbitrary } from './ruleSets.ts';

/** The content of generated histories. By default they contain everything, in at most 60 rows. */
export interface HistoryOptions {
  /** The rule set near whose thresholds, windows and dates the histories lie. The default is the proposed one. */
  readonly rules?: RuleSet;
  /** Installations at their start. The default is any, more often than not one that a clause can reach. */
  readonly installation?: fc.Arbitrary<Installation>;
  /** If false, no attempt is a completed migration (`ok`, `ok-esme`). The default is true. */
  readonly migrations?: boolean;
  /** If false, no installation is readmitted. The default is true. */
  readonly readmits?: boolean;
  /** If false, there is no event at all. The default is true. */
  readonly events?: boolean;
  /** The most attempts; from 0 to 60. The default is 60. */
  readonly rowsMax?: number;
}

type Options = Omit<HistoryOptions, 'rules'>;

/** The weights of features that an option switches off. */
const OFF: Readonly<Record<'migrations' | 'readmits' | 'events', Partial<Swarm>>> = {
  migrations: { migrations: 0 },
  readmits: { readmits: 0 },
  events: { readmits: 0, standing: 0, dormancyChanges: 0, suppliers: 0, payment: 0 },
};

/**
 * Questions of the generator of `check engine`, with its shrinker. Each question has weights of its own, so a property
 * reaches the corner cases within few runs.
 */
class QuestionArbitrary extends fc.Arbitrary<Question> {
  private readonly rules: fc.Arbitrary<RuleSet>;
  private readonly options: Options;

  constructor(rules: fc.Arbitrary<RuleSet>, options: Options) {
    super();
    this.rules = rules;
    this.options = options;
  }

  generate(random: fc.Random, biasFactor: number | undefined): fc.Value<Question> {
    const rules = this.rules.generate(random, biasFactor).value;
    const dice = new AddressedDice({ k0: random.nextInt(), k1: random.nextInt() });
    const swarm = { ...swarmOf(dice.turnTo(0)), ...this.switchedOff() };
    const question = generateQuestion(dice.turnTo(1), swarm, rules);
    const installation = this.options.installation?.generate(random, biasFactor).value;
    return valueOf(this.limited(question, installation));
  }

  canShrinkWithoutContext(value: unknown): value is Question {
    return typeof value === 'object' && value !== null && 'history' in value && 'asOf' in value;
  }

  shrink(value: Question): fc.Stream<fc.Value<Question>> {
    // A caller that draws installations may rely on what they are. Such an installation stays as it was drawn.
    const { installation } = value.history;
    const own = this.options.installation === undefined ? undefined : installation;
    return fc
      .stream(candidatesOf(value))
      .filter((one) => own === undefined || JSON.stringify(one.history.installation) === JSON.stringify(own))
      .map(valueOf);
  }

  private switchedOff(): Partial<Swarm> {
    const { rowsMax = 60 } = this.options;
    const names = (['migrations', 'readmits', 'events'] as const).filter((name) => this.options[name] === false);
    return Object.assign({}, ...names.map((name) => OFF[name]), rowsMax < 60 ? { long: 0 } : {}) as Partial<Swarm>;
  }

  /** The question with the installation of the caller, and without what the options exclude. */
  private limited(question: Question, given: Installation | undefined): Question {
    const { events: hasEvents = true, rowsMax = 60 } = this.options;
    const installation = given ?? question.history.installation;
    const events = hasEvents ? question.history.events.filter(({ event }) => canHave(installation, event)) : [];
    const history: History = { installation, attempts: question.history.attempts.slice(0, rowsMax), events };
    return { ...question, history };
  }
}

/** True if a reader accepts the event for the installation: it has the gas meter or the DMC that the event concerns. */
function canHave({ gas, dmc }: Installation, event: EventName): boolean {
  if (gas === null && GAS_EVENTS.includes(event)) return false;
  return dmc !== '' || !(DMC_EVENTS as readonly EventName[]).includes(event);
}

function valueOf(question: Question): fc.Value<Question> {
  return new fc.Value(readable(question), undefined);
}

/**
 * Questions near the edges of the rules, over some rule sets. They come from the generator of `check engine` and shrink
 * by its shrinker, so a counterexample is as small as the command's. A failing property prints a question as text: the
 * history as a table, its instants as dates.
 *
 * @param rules the rule sets; by default the proposed one, amended ones, and ones with other readings
 * @param options what the histories contain; by default everything
 */
export function questionArbitrary(
  rules: fc.Arbitrary<RuleSet> = ruleSetArbitrary,
  options: Options = {},
): fc.Arbitrary<Question> {
  return new QuestionArbitrary(rules, options);
}
