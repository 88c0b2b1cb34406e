import fc from 'fast-check';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { AddressedDice } from '../generate/dice.ts';
import { generateQuestion } from '../generate/question.ts';
import { swarmOf } from '../generate/swarm.ts';
import { candidatesOf } from '../shrink/candidates.ts';
import type { Question } from './histories.ts';

/**
 * Questions of the generator that `check engine` uses, with the same shrinker, so a counterexample is as small as the
 * command's. Each question has its own weights, so a property reaches the corner cases within few runs.
 */
class QuestionArbitrary extends fc.Arbitrary<Question> {
  private readonly rules: fc.Arbitrary<RuleSet>;

  constructor(rules: fc.Arbitrary<RuleSet>) {
    super();
    this.rules = rules;
  }

  generate(random: fc.Random, biasFactor: number | undefined): fc.Value<Question> {
    const rules = this.rules.generate(random, biasFactor).value;
    const dice = new AddressedDice({ k0: random.nextInt(), k1: random.nextInt() });
    const swarm = swarmOf(dice.turnTo(0));
    return new fc.Value(generateQuestion(dice.turnTo(1), swarm, rules), undefined);
  }

  canShrinkWithoutContext(value: unknown): value is Question {
    return typeof value === 'object' && value !== null && 'history' in value && 'asOf' in value;
  }

  shrink(value: Question): fc.Stream<fc.Value<Question>> {
    return fc.stream(candidatesOf(value)).map((one) => new fc.Value(one, undefined));
  }
}

/** Questions near the edges of the rules, over several rule sets. */
export function questionsOver(rules: fc.Arbitrary<RuleSet>): fc.Arbitrary<Question> {
  return new QuestionArbitrary(rules);
}
