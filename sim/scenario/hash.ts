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
const WORDS = new Set(['name', 'title', 'text', 'clause', 'sources', 'source', 'decidedBy', 'kind182']);

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
): { readonly scenario: Readonly<Record<string, unknown>>; readonly rules: unknown } {
  const kept = Object.entries(scenario).filter(([field]) => !LEFT_OUT.includes(field as keyof Scenario));
  return { scenario: Object.fromEntries(kept), rules: withoutWords(rules) };
}

/** The SHA-256 of a text in UTF-8, as 64 hexadecimal digits. */
export function digest(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !WORDS.has(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutWords(item)]));
}

/** Writes JSON with the names of every map in code-unit order and without undefined values. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item)}`);
  return `{${parts.join(',')}}`;
}
