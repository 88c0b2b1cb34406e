import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import type { Scenario } from './schema.ts';

/**
 * Fields that the hash leaves out: those that name or explain a scenario, those that are only compared with its
 * results, and those that a run states beside the hash (seed, replications, as-of days). `rules` and `amendments` enter
 * as the rule set that they resolve to. Two scenarios with the same hash and seed therefore simulate the same
 * histories, whatever their names, number of files and order of fields.
 */
const LEFT_OUT: readonly (keyof Scenario)[] = [
  '$schema', 'extends', 'format', 'name', 'title', 'marks', 'fit', 'ends',
  'comparison', 'publishedVolumes', 'publishedSeries', 'notSimulated', 'metersPerInstallation',
  'seed', 'replications', 'asOf', 'rules', 'amendments',
]; // prettier-ignore

/** Fields of a rule set that the hash leaves out: names, titles, texts and citations have no effect. */
const WORDS = new Set(['name', 'title', 'text', 'clause', 'sources', 'source', 'ours', 'decidedBy', 'kind182']);

/** The number of hexadecimal digits of the hash that are printed. */
const PRINTED = 12;

/**
 * The first 12 hexadecimal digits of the SHA-256 of everything that decides the simulated histories, as canonical JSON.
 */
export function scenarioHash(scenario: Scenario, rules: RuleSet): string {
  return digest(canonicalJson(decisive(scenario, rules))).slice(0, PRINTED);
}

/** Everything that decides the simulated histories, as plain data. */
export function decisive(
  scenario: Scenario,
  rules: RuleSet,
  memo = new HashMemo(),
): { readonly scenario: Readonly<Record<string, unknown>>; readonly rules: unknown } {
  const kept = Object.entries(scenario).filter(([field]) => !LEFT_OUT.includes(field as keyof Scenario));
  return { scenario: Object.fromEntries(kept), rules: withoutWords(rules, memo) };
}

/** What was made of objects that several hashes share. Nobody may change the objects while the memo is in use. */
export class HashMemo {
  readonly texts = new WeakMap<object, string>();
  readonly withoutWords = new WeakMap<object, unknown>();
}

/** The SHA-256 of a text in UTF-8, as 64 hexadecimal digits. */
export function digest(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

function withoutWords(value: unknown, memo: HashMemo): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = memo.withoutWords.get(value);
  if (known !== undefined) return known;
  const kept = Array.isArray(value)
    ? value.map((item) => withoutWords(item, memo))
    : Object.fromEntries(
        Object.entries(value)
          .filter(([name]) => !WORDS.has(name))
          .map(([name, item]) => [name, withoutWords(item, memo)]),
      );
  memo.withoutWords.set(value, kept);
  return kept;
}

/** Writes JSON with the names of every map in code-unit order and without undefined values. */
export function canonicalJson(value: unknown, memo = new HashMemo()): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const known = memo.texts.get(value);
  if (known !== undefined) return known;
  const text = Array.isArray(value) ? `[${value.map((item) => canonicalJson(item, memo)).join(',')}]` : mapText(value, memo); // prettier-ignore
  memo.texts.set(value, text);
  return text;
}

function mapText(value: object, memo: HashMemo): string {
  const parts = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item, memo)}`);
  return `{${parts.join(',')}}`;
}
