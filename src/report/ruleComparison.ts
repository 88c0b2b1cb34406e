import { CATEGORIES, type ExclusionCategory } from '../clauses/clause.ts';
import { engine, type CompiledEngine } from '../exclusion/engine/engine.ts';
import type { Evaluation } from '../exclusion/verdict.ts';
import { parsePath, type Path } from '../document/path.ts';
import type { History } from '../migration/history.ts';
import { readingsOn } from '../regulation/readings.ts';
import { documentOf, ruleSetFaults, ruleSetOf, ruleSetSchema } from '../rules/ruleSetSchema.ts';
import type { RuleSet } from '../rules/ruleset.ts';
import { diffRules, type RuleDifference } from '../rules/rulesText.ts';
import type { Instant } from '../time.ts';
import { textTable, thousands } from '../text/table.ts';

/** An installation whose reported category differs under other rules. It survives JSON. */
export interface Moved {
  /** The category under the first rules; null if none holds. */
  readonly from: ExclusionCategory | null;
  readonly to: ExclusionCategory | null;
  readonly reason: string;
}

export interface Look {
  /** The move; undefined if both report the same category, or both report none. */
  readonly moved: Moved | undefined;
  /** True if the same category takes effect at another instant, or under only one of the rule sets. */
  readonly effectDiffers: boolean;
}

/** Paths that act on the checks of an attempt: windows, and readings of checks. No verdict on given records depends on them. */
const OF_CHECKS = new RegExp(`^(windows|readings\\.(${readingsOn('checks').join('|')}))\\b`);
/** Paths that name and explain. */
const OF_WORDS = /^(name|title|sources)\b|^clauses\.[^.]+\.(clause|title|text|sources|decidedBy|kind182)$/;

/** One difference, applied alone to the first rule set. */
interface Step {
  readonly words: string;
  /** The resulting rule set; undefined if the difference alone makes no valid one. */
  readonly rules: RuleSet | undefined;
  engine?: CompiledEngine;
}

/**
 * Finds the installations that move between reported categories, and the reason as far as it can be found. Each
 * differing path is applied alone to the first rule set. A path that alone leads to the same category is the reason. If
 * several do, all are named (`either of`). If none does, the reason is `several`: they act together.
 */
export class RuleComparison {
  readonly #other: CompiledEngine;
  readonly #steps: readonly Step[];
  /** The differences that act on the checks of an attempt and move no given history, in words. */
  readonly ofChecks: readonly string[];

  constructor(rules: RuleSet, other: RuleSet) {
    const differences = diffRules(rules, other).filter(({ path }) => !OF_WORDS.test(path));
    this.#other = engine(other);
    this.#steps = differences
      .filter(({ path }) => !OF_CHECKS.test(path))
      .map((difference) => ({ words: wordsOf(difference), rules: withDifference(rules, difference) }));
    // A date or a source of a window says nothing by itself.
    this.ofChecks = differences
      .filter(({ path }) => OF_CHECKS.test(path) && !/\.(source|ours)$/.test(path))
      .map(wordsOf);
  }

  /** The differences that could move an installation, in words. */
  get differences(): readonly string[] {
    return this.#steps.map((step) => step.words);
  }

  look(history: History, evaluation: Evaluation, asOf: Instant): Look {
    const before = evaluation.verdicts.find((row) => row.reported);
    const after = this.#other.decide(history, asOf).verdicts.find((row) => row.reported);
    const from = before?.category ?? null;
    const to = after?.category ?? null;
    if (from === to) {
      return { moved: undefined, effectDiffers: before?.effectiveFrom !== after?.effectiveFrom };
    }
    const alone = this.#steps.filter((step) => {
      if (!step.rules) return false;
      step.engine ??= engine(step.rules);
      const found = step.engine.decide(history, asOf).verdicts.find((row) => row.reported);
      return (found?.category ?? null) === to;
    });
    const [first] = alone;
    const reason = !first ? 'several' : alone.length === 1 ? first.words : `either of: ${alone.map((step) => step.words).join(' | ')}`; // prettier-ignore
    return { moved: { from, to, reason }, effectDiffers: false };
  }
}

/** Writes a difference: `five-retries: shows.atLeast 5 -> 4`, `reading mixed: barred -> anyDormant`. */
function wordsOf({ path, before, after }: RuleDifference): string {
  const [top, name, ...rest] = (parsePath(path) ?? [path]).map(String);
  const change = `${valueWords(before)} -> ${valueWords(after)}`;
  if (top === 'readings') return `reading ${name}: ${change}`;
  if (top === 'clauses' && rest.length === 0)
    return `${name}: the category is ${after === undefined ? 'dropped' : 'new'}`;
  if (top === 'clauses') return `${name}: ${rest.join('.')} ${change}`;
  return `${path}: ${change}`;
}

/** A row of a dated value, such as a window. */
function isDated(value: unknown): value is { readonly from: string; readonly value: unknown } {
  return typeof value === 'object' && value !== null && 'from' in value && 'value' in value;
}

function valueWords(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueWords).join('+');
  return typeof value === 'string'
    ? value
    : isDated(value)
      ? `${valueWords(value.value)} from ${value.from}`
      : JSON.stringify(value);
}

/**
 * The rule set with one difference alone; undefined if that is no valid rule set (for instance half of a `shows` of
 * another type).
 */
function withDifference(rules: RuleSet, { path, after }: RuleDifference): RuleSet | undefined {
  const parsed = parsePath(path);
  const document: unknown = documentOf(rules);
  if (!parsed || !put(document, parsed, after)) return undefined;
  const result = ruleSetSchema.safeParse(document);
  return result.success && ruleSetFaults(result.data).length === 0 ? ruleSetOf(result.data) : undefined;
}

function put(document: unknown, path: Path, value: unknown): boolean {
  let place = document;
  for (const part of path.slice(0, -1)) place = (place as Record<string | number, unknown> | undefined)?.[part];
  if (typeof place !== 'object' || place === null) return false;
  const last = path.at(-1) as string | number;
  if (value === undefined) delete (place as Record<string | number, unknown>)[last];
  else (place as Record<string | number, unknown>)[last] = value;
  return true;
}

/** Counts the moves from each category to each other one. */
export class MoveCounts {
  readonly #counts = new Map<string, number>();
  moved = 0;
  effectDiffers = 0;

  add({ from, to }: Moved): void {
    const key = `${from ?? NONE}>${to ?? NONE}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.moved += 1;
  }

  /**
   * A table with the old categories as rows and the new ones as columns. It has only categories that an installation
   * leaves or enters.
   */
  text(): string {
    const names = [...CATEGORIES, NONE];
    const count = (from: string, to: string): number => this.#counts.get(`${from}>${to}`) ?? 0;
    const from = names.filter((name) => names.some((other) => count(name, other) > 0));
    const to = names.filter((name) => names.some((other) => count(other, name) > 0));
    const table = [
      ['from \\ to', ...to],
      ...from.map((a) => [a, ...to.map((b) => (count(a, b) === 0 ? '' : thousands(count(a, b))))]),
    ];
    return textTable(table, { right: to.map((_, i) => i + 1) });
  }
}

const NONE = 'none';
