import { formatProblems } from '../../document/problem.ts';
import { resolveRules } from '../../rules/resolveRules.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { INSTANT_MAX, type Instant } from '../../time.ts';
import { UsageError } from './exit.ts';
import { refuseOtherKind } from './fileKind.ts';
import { diskFiles } from './readText.ts';

/**
 * A rule set by its name, `in-force`, or a file, changed by `--set-rule` texts.
 *
 * @param asOf the instant that `in-force` selects by; default: the last one
 * @throws UsageError with everything that is wrong with it, as one message
 */
export function rulesNamed(
  name: string,
  { setRule = [], asOf = INSTANT_MAX }: { readonly setRule?: readonly string[]; readonly asOf?: Instant | undefined },
): RuleSet {
  const resolved = resolveRules(name, { setRule, asOf, files: diskFiles });
  if (!resolved.ok) {
    refuseOtherKind(name, 'rules');
    throw new UsageError(formatProblems(resolved.problems));
  }
  return resolved.rules;
}
