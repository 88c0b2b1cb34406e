// Only words of a source stand in quotation marks. The quotations are data (`quotes` of SOURCES); the passages of the
// briefing from which they are taken stand beside this file, so that no quotation drifts from what was printed.
import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { KIND_182_SOURCE } from '../../../src/clauses/clause.ts';
import { DATES, DISPLAY_DEFINITION_VARIED, EPCL_CHECK, PARAMETERS } from '../../../src/regulation/parameters.ts';
import { SOURCES, type Source } from '../../../src/regulation/sources.ts';
import { RULE_SETS } from '../../../src/rules/builtInRules.ts';
import { rulesText } from '../../../src/rules/rulesText.ts';

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll(/[‘’]/g, "'");
const BRIEFING = plain(readFileSync(new URL('briefing.txt', import.meta.url), 'utf8'));
const sources: readonly Source[] = Object.values(SOURCES);
const QUOTES = sources.flatMap(({ quotes = [] }) => quotes.map(plain));

/** A quotation that is longer than a term of art: what a reader takes for somebody's words. */
const WORDS_MIN = 3;

/** What stands in quotation marks in a text, in parts where something is left out (`...`). */
function quotationsIn(text: string): string[] {
  return [...plain(text).matchAll(/"([^"]+)"/g)]
    .flatMap(([, quoted = '']) => quoted.split('...'))
    .map((part) => part.trim())
    .filter((part) => part.split(' ').length >= WORDS_MIN);
}

const isQuoted = (part: string): boolean => QUOTES.some((quote) => quote.includes(part));

/** The texts of a source file (comments and strings), or the prose of a document without its code. */
function textsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  if (path.endsWith('.ts')) return textsOfSource(text);
  return [
    text
      .replaceAll(/```[\s\S]*?```/g, '')
      .replaceAll(/`[^`\n]*`/g, '')
      .replaceAll(/\n\s*[#>]\s?/g, ' '),
  ];
}

function textsOfSource(text: string): string[] {
  const strings: string[] = [];
  const tree = ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) strings.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  const comments = [...text.matchAll(/(?:^\s*\/\/.*\n)+|\/\*[\s\S]*?\*\//gm)];
  return [...strings, ...comments.map(([comment]) => comment.replaceAll(/\n\s*(?:\/\/|\*)\s?/g, ' '))];
}

describe('quotations', () => {
  test('each quotation of the briefing stands in it word for word', () => {
    const ofBriefing = sources.filter(({ standing }) => standing === 'briefing').flatMap(({ quotes = [] }) => quotes);
    expect(ofBriefing.length).toBeGreaterThan(15);
    expect(ofBriefing.filter((quote) => !BRIEFING.includes(plain(quote)))).toEqual([]);
    expect(sources.filter(({ standing, quotes }) => standing !== 'briefing' && quotes !== undefined)).toEqual([]);
  });

  test.each(RULE_SETS)('rules print $name puts nothing in quotation marks but words of its sources', (rules) => {
    const text = rulesText(rules);
    const quoted = quotationsIn(text);
    expect(quoted.filter((part) => !isQuoted(part))).toEqual([]);
    for (const clause of rules.clauses) expect(text).toContain(`  ${clause.text} (our words)\n`);
    if (rules.clauses.length > 0) expect(quoted.length).toBeGreaterThan(10);
  });

  test('the law, its comments and the documents of the domain quote nothing but words of the sources', () => {
    const files = globSync([
      'src/{regulation,clauses,rules,migration,keys}/*.ts',
      'src/docs/{domain,meaning,glossary,records,package}.md',
      'README.md',
      '{src,sim,devices}/README.md',
      'sim/story/*.ts',
      'scenarios/{README.md,**/*.yaml}',
    ]);
    expect(files.length).toBeGreaterThan(20);
    const wrong = files.flatMap((path) =>
      textsOf(path)
        .flatMap(quotationsIn)
        .filter((part) => !isQuoted(part))
        .map((part) => `${path}: ${part}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('inferences', () => {
  test('rules print marks the kinds of 18.2 as our inference', () => {
    expect(SOURCES[KIND_182_SOURCE].standing).toBe('ours');
    for (const rules of RULE_SETS) {
      for (const line of rulesText(rules)
        .split('\n')
        .filter((one) => one.startsWith('  excludes'))) {
        expect(line).toMatch(/; 18\.2 (?:\([abc]\) ?)+\[ourInference\]$/);
      }
    }
  });

  test('a date that no source gives to the day says what of it is ours', () => {
    const rows = [
      PARAMETERS.wanWindowSeconds.rows[1],
      PARAMETERS.gt01WindowSeconds.rows[1],
      EPCL_CHECK.MOC_Secure.rows[1],
      DISPLAY_DEFINITION_VARIED.IOC,
      DATES.regimeBegins,
      DATES.finalEpclEntries,
    ];
    expect(rows.filter((row) => row?.ours === undefined)).toEqual([]);
  });

  test('a day that stands in a row of the briefing and that the briefing does not print says so', () => {
    const facts = Object.values(DATES as Readonly<Record<string, { date: string; source: string; ours?: string }>>);
    const ofBriefing = facts.filter(({ source }) => source.startsWith('various1.'));
    expect(ofBriefing.length).toBeGreaterThan(3);
    expect(ofBriefing.filter(({ date, ours }) => ours === undefined && !BRIEFING.includes(inWords(date)))).toEqual([]);
  });
});

/** A date as the briefing prints it: `7 December 2021`. */
function inWords(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  const month = day.toLocaleDateString('en-GB', { month: 'long', timeZone: 'UTC' });
  return `${day.getUTCDate()} ${month} ${day.getUTCFullYear()}`;
}
