import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskFiles } from '../../../src/cli/shell/readText.ts';
import { loadScenario } from '../../../sim/scenario/load.ts';
import { BASE, loaded } from './files.ts';

function marksOf(text: string, set: readonly string[] = [], base = BASE): Readonly<Record<string, string>> {
  const { marks } = loaded(text, set, { 's/base.yaml': base });
  return Object.fromEntries(
    marks.filter((leaf) => leaf.isClaim).map(({ path, mark, note }) => [path, `${mark}: ${note}`]),
  );
}

describe('marks', () => {
  test('every number and date has a mark, and a default is named as one', () => {
    const marks = marksOf('');
    expect(marks['populations.ioc-dormant.installations']).toBe('our assumption: everything');
    expect(marks['populations.ioc-dormant.gasShare']).toBe('our assumption: default');
    expect(marks['entryCurves.main.firstAttempt[1].date']).toBe('our assumption: everything');
    expect(Object.keys(marks)).not.toContain('populations.ioc-dormant.cohort');
    expect(Object.keys(marks)).not.toContain('replications');
  });

  test('the longest path of a mark wins, a name beats a star, and the last of equals wins', () => {
    const marks = marksOf('', [], `${BASE}
  - { paths: [links.*.usual.classes], mark: source, note: star }
  - { paths: [links.wan.usual.classes], mark: source, note: name }
  - { paths: [links.wan.usual], mark: input, note: short }
  - { paths: [links.han.usual.classes.only.upDaysMean], mark: source, note: first }
  - { paths: [links.han.usual.classes.only.upDaysMean], mark: fitted to, note: second }
`); // prettier-ignore
    expect(marks['links.wan.usual.classes.dead.share']).toBe('source: name');
    expect(marks['links.han.usual.classes.only.share']).toBe('source: star');
    expect(marks['links.han.usual.classes.only.upDaysMean']).toBe('fitted to: second');
    expect(marks['horizon']).toBe('our assumption: everything');
  });

  test('a mark does not vouch for what a later file or the command line changes', () => {
    const marks = marksOf('populations: { ioc-dormant: { installations: 5 } }', ['from=2021-03-01']);
    expect(marks['populations.ioc-dormant.installations']).toBe('null: ');
    expect(marks['from']).toBe('our assumption: --set');
    const own = 'marks: [{ paths: [populations.ioc-dormant.installations], mark: input, note: mine }]';
    const marked = marksOf(`populations: { ioc-dormant: { installations: 5 } }\n${own}`);
    expect(marked['populations.ioc-dormant.installations']).toBe('input: mine');
    expect(marked['links.wan.usual.classes.dead.share']).toBe('our assumption: everything');
  });

  test('a mark that covers nothing is a warning with a place', () => {
    const { warnings } = loaded('marks:\n  - { paths: [links.wam], mark: source, note: x }\n');
    expect(warnings).toMatchObject([{ file: 's/main.yaml', line: 3, found: 'links.wam' }]);
    expect(loaded('').warnings).toEqual([]);
  });
});

function scenariosBeneath(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        /^format:|^extends:.*\.yaml/m.test(readFileSync(path, 'utf8')) &&
        !/\/(rulesets|sweeps|rigs|priors)\//.test(path),
    )
    .sort();
}

// What this does not prove: that a mark is true. It proves that somebody wrote one.
describe('shipped scenarios', () => {
  const paths = scenariosBeneath('scenarios');

  test('there are shipped scenarios', () => expect(paths.length).toBeGreaterThan(0));

  test.each(paths)('%s is right, and every number and date in it is marked', (path) => {
    const result = loadScenario({ path, files: diskFiles });
    if (!result.ok) throw new Error(JSON.stringify(result.errors, null, 1));
    expect(result.marks.filter((leaf) => leaf.isClaim && leaf.mark === null).map((leaf) => leaf.path)).toEqual([]);
    expect(result.warnings).toEqual([]);
    expect(readFileSync(path, 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=(\.\.\/)*(\.\/)?scenario\.schema\.json\n/,
    );
  });
});
