import { evaluate } from '../../../src/exclusion/reference/evaluate.ts';
import { questionMessage, verdictMessage, type EngineMessage } from '../../../src/interchange/engine/engineProtocol.ts';
import { documentOf } from '../../../src/rules/ruleSetSchema.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { parseCases, type Case, type RawCase } from './caseForm.ts';

/** A case with everything that a program needs: the question as the engine protocol has it, and the full answer. */
export interface ResolvedCase extends RawCase {
  readonly resolved: {
    /** The question. `rules` is there only if the case changes the proposed rules. */
    readonly question: EngineMessage;
    /** Every verdict that holds, as the engine protocol has it. */
    readonly verdicts: readonly Readonly<Record<string, unknown>>[];
  };
}

function resolvedCase({ raw, history, rules, asOf }: Case, i: number): ResolvedCase {
  const isProposed = JSON.stringify(rules) === JSON.stringify(VARIOUS1);
  return {
    ...raw,
    resolved: {
      question: questionMessage(i + 1, history, asOf, isProposed ? undefined : documentOf(rules)),
      verdicts: evaluate(history, rules, asOf).verdicts.map(verdictMessage),
    },
  };
}

/** The JSON form of a file of cases, for programs that read no YAML and no words. */
export function resolvedCasesJson(text: string, file: string): string {
  return `${JSON.stringify(parseCases(text, file).map(resolvedCase), null, 1)}\n`;
}
