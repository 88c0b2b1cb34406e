// The page as text: that it is a function of its folder, that every number of a picture stands in the table below it, and
// that nothing in it points at a machine or a person. How a browser takes it is test/browser's.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from '../../../cli/harness.ts';
import { recode } from '../../../../sim/browser/recode.ts';
import { isWhole } from '../../../sampleSize.ts';

const SCENARIO = 'test/cli/reportRun.yaml';
const folder = mkdtempSync(join(tmpdir(), 'run-page-'));
const [direct, out, from] = ['direct.html', 'out', 'from.html'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
let page = '';

beforeAll(async () => {
  const run = ['run', SCENARIO, '--replications', '10', '--workers', '1'];
  const { code } = await commandLine([...run, '--html', direct, '--out', out]);
  expect(code).toBe(0);
  page = readFileSync(direct, 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the page of a folder is the page of the run that wrote it, byte for byte', async () => {
  const { code } = await commandLine(['report', 'html', out, '--out', from]);
  expect(code).toBe(0);
  expect(readFileSync(from, 'utf8')).toBe(page);
});

const markupOf = (text: string): string => text.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '');
const figures = (): readonly string[] => markupOf(page).match(/<figure[\s\S]*?<\/figure>/g) ?? [];
const textOf = (markup: string): string => markup.replaceAll(/<[^>]*>/g, ' ').replaceAll('&amp;', '&');

test('every number that is written in a chart stands in its table', () => {
  expect(figures().length).toBeGreaterThan(8);
  let written = 0;
  for (const figure of figures()) {
    const table = textOf(figure.slice(figure.indexOf('<details')));
    for (const [, value = ''] of figure.matchAll(/class="value">([^<]*)</g)) {
      expect(table.split(/\s+/), figure.slice(0, 200)).toContain(value);
      written += 1;
    }
  }
  expect(written).toBeGreaterThan(20);
});

test('every line of a chart has a point for each row of its table that holds a value', () => {
  const fans = figures().filter((figure) => figure.includes('id="fan-'));
  expect(fans.length).toBeGreaterThan(0);
  for (const figure of fans) {
    const rows = (figure.match(/<tbody>[\s\S]*<\/tbody>/)?.[0].match(/<tr>/g) ?? []).length;
    for (const [, path = ''] of figure.matchAll(/class="line c\d(?: dashed)?" d="([^"]*)"/g)) {
      if (!path.includes('h22')) expect(path.split(',').length - 1).toBe(rows);
    }
  }
});

test('every chart has a title and a description, for wide and for narrow pages, and no style of its own', () => {
  for (const figure of figures()) {
    expect(figure.match(/role="img"/g)?.length).toBe(2);
    expect(figure.match(/<desc [^>]*>[^<]{20,}<\/desc>/g)?.length).toBe(2);
    expect(figure).toMatch(/class="chart wide"[\s\S]*class="chart narrow"/);
  }
  const markup = markupOf(page);
  expect(markup).not.toMatch(/ style=|<script|javascript:|https?:/);
  const ids = [...markup.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('marks and texts that a narrow drawing shows by reference have the style that they have in the wide one', () => {
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
  expect(page).toContain('<use href=');
  // There they have no ancestors, so a rule that names one would not hold.
  const rules = [...style.matchAll(/([^{}]+)\{[^{}]*(?:fill|stroke)[^{}]*\}/g)].flatMap(([, selectors = '']) => selectors.split(',')); // prettier-ignore
  expect(rules.length).toBeGreaterThan(10);
  expect(rules.filter((selector) => /\S[ >]+\S/.test(selector.trim()))).toEqual([]);
});

test('its policy allows neither evaluation nor anything inline, and no connection', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'none'");
  expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'/);
});

/** What the form of the what-if starts from: the page holds it packed. */
function formOf(text: string): string {
  const [, data = ''] = /id="what-if-data">([^<]*)</.exec(text) ?? [];
  return Buffer.from(recode(Buffer.from(data, 'base64'), false)).toString();
}

test('it names no meter point, installation, path or host', () => {
  const shown = page.replaceAll(/<script[^>]*id="what-if-\w+"[\s\S]*?<\/script>/g, '') + formOf(page);
  expect(shown).not.toContain(folder);
  expect(shown).not.toContain(process.cwd());
  // Twelve digits in a row are an MPAN or an instant in milliseconds; neither belongs into a page.
  expect(textOf(shown)).not.toMatch(/(?<![\da-f.])\d{11,}(?![\da-f])/);
});

test('without the what-if it runs no script at all', async () => {
  const { out: text } = await commandLine(['report', 'html', out, '--what-if', 'none']);
  expect(text).not.toContain('<script');
  expect(text).toContain("script-src 'none'");
  expect(gzipSync(text).length).toBeLessThan(40_000);
});

const packsFull = isWhole('FULL_PAGE', 'the text of a page with the full what-if, which takes seconds to pack');
test.runIf(packsFull)(
  'a page that changes any field holds the texts of the scenario, without paths of this machine and comments',
  async () => {
    const { out: full } = await commandLine(['report', 'html', out, '--what-if', 'full']);
    const data = formOf(full);
    const { task } = JSON.parse(data) as { task: { source: { path: string; texts: Record<string, string> } } };
    expect(task.source.path in task.source.texts).toBe(true);
    expect(data).not.toContain(process.cwd());
    const [comment = ''] = readFileSync(SCENARIO, 'utf8').match(/# [\w ]{10,}/) ?? [];
    expect(comment).not.toBe('');
    expect(data).not.toContain(comment);
  },
);

test('a scenario that names a file by an absolute path has no full what-if, and the reason is said', async () => {
  const scenario = join(folder, 'absolute.yaml');
  writeFileSync(scenario, `format: 1\nname: absolute\nextends: ${join(process.cwd(), SCENARIO)}\n`);
  const page = join(folder, 'absolute.html');
  const run = ['run', scenario, '--replications', '1', '--workers', '1', '--html', page];
  const { code, err } = await commandLine([...run, '--what-if', 'full']);
  expect(code).toBe(1);
  expect(err).toContain('expected one that names its files by relative paths');
  expect(existsSync(page)).toBe(false);
});

test('two folders stand side by side with paired differences, or with the reason why they cannot be paired', async () => {
  const [other, apart] = [join(folder, 'other'), join(folder, 'apart')];
  const run = ['run', SCENARIO, '--workers', '1', '--format', 'json'];
  await commandLine([...run, '--replications', '10', '--set', 'changes.replacementPerYear=0.5', '--out', other]);
  await commandLine([...run, '--replications', '2', '--out', apart]);
  const { out: paired } = await commandLine(['report', 'html', out, other, '--what-if', 'none']);
  expect(textOf(paired)).toMatch(/Against \S+#\S+ on the same dice: .* give or take/);
  const { out: unpaired } = await commandLine(['report', 'html', out, apart, '--what-if', 'none']);
  expect(textOf(unpaired)).toContain('did not draw the same dice');
});

test('a folder that is no complete output of a run is refused with what was expected', async () => {
  const { code, err } = await commandLine(['report', 'html', folder]);
  expect(code).toBe(1);
  expect(err).toContain(', expected a folder that run --out');
});

test('a folder with sections of its own stands on the page, with their origin', async () => {
  const place = join(folder, 'document');
  mkdirSync(place);
  writeFileSync(join(place, 'manifest.json'), '{}');
  const provenance = { command: 'smets1-bench forecast x', set: [], scenarios: [{ name: 'x', hash: 'abc' }], rules: 'r', seed: 's', replications: 3, version: '0' }; // prettier-ignore
  const figure = { title: 'T', sentence: 'It grows to 130.', chart: { kind: 'weights', data: { rows: [{ label: 'a', parts: [{ label: 'b', share: 1 }] }] } }, table: { caption: 'C', head: ['x'], right: [], rows: [['100 %']] } }; // prettier-ignore
  const document = { format: 1, kind: 'page', title: 'A forecast', provenance, sections: [{ id: 'fan', title: 'Fans', figures: [figure] }] }; // prettier-ignore
  writeFileSync(join(place, 'page.json'), JSON.stringify(document));
  const { code, out: text } = await commandLine(['report', 'html', place]);
  expect(code).toBe(0);
  expect(text).toContain('<title>A forecast</title>');
  for (const words of ['x#abc', 'smets1-bench forecast x', 'It grows to 130.']) expect(textOf(text)).toContain(words);
  expect(text.match(/class="chart (wide|narrow)"/g)).toHaveLength(2);
  writeFileSync(join(place, 'page.json'), JSON.stringify({ ...document, format: 9 }));
  expect((await commandLine(['report', 'html', place])).err).toContain('found format 9 of kind page');
});

test('a sweep stands on the page with a tornado for each outcome, its table, and the command', async () => {
  const sweep = join(folder, 'sweep');
  mkdirSync(sweep);
  const head = { format: 1, kind: 'sweep', sweep: 'tiny', title: 'What moves it', command: 'smets1-bench sweep tiny.yaml', scenario: 'x', scenarioHash: 'abc', replications: 2, scale: 0.1, points: 3 }; // prettier-ignore
  writeFileSync(join(sweep, 'manifest.json'), JSON.stringify(head));
  writeFileSync(join(sweep, 'effects.csv'), 'outcome,factor,rank,level,effect,low,high\nfive/all,"weeks, asked for",1,4,206,-36,447\nfive/all,"weeks, asked for",1,6,-88,-197,21\n'); // prettier-ignore
  writeFileSync(join(sweep, 'differences.csv'), 'point,outcome,base\n1,five/all,1633.5\n');
  const { code, out: text } = await commandLine(['report', 'html', sweep]);
  expect(code).toBe(0);
  const shown = textOf(text);
  expect(shown).toContain('What moves five/all (1,634 as the scenario is) most: weeks, asked for, by +206 at 4.');
  expect(text).toContain('id="sweep-1-1-chart-wide-t"');
  for (const value of ['+206', '-88', '-36', '+447']) expect(shown.split(/\s+/)).toContain(value);
  expect(text).not.toContain('<script');
});
