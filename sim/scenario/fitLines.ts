import { nearest } from '../../src/interchange/yaml/nearest.ts';
import type { ReadFile } from '../../src/interchange/yaml/layers.ts';
import { parsePath } from '../../src/interchange/yaml/path.ts';
import type { Fault } from './checks.ts';
import type { Scenario } from './schema.ts';

/** Lines to fit exist among the published figures, and what is fitted to them is a number of the scenario. */
export function* fitFaults(
  scenario: Scenario,
  publishedVolumes: string | undefined,
  readFile: ReadFile,
): Iterable<Fault> {
  if (scenario.fit.length === 0) return;
  const lines = publishedVolumes === undefined ? undefined : publishedLines(publishedVolumes, readFile);
  if (publishedVolumes === undefined)
    yield { path: ['publishedVolumes'], expected: 'the CSV of published figures, since fit names lines of it' };
  const fittedLines = new Set<string>();
  for (const [i, { line, parameter }] of scenario.fit.entries()) {
    if (fittedLines.has(line)) yield { path: ['fit', i, 'line'], expected: 'a line that is not fitted twice' };
    fittedLines.add(line);
    if (lines && !lines.includes(line)) {
      const near = nearest(line, lines);
      yield { path: ['fit', i, 'line'], expected: `one of ${lines.join(', ')}`, ...(near ? { nearest: near } : {}) };
    }
    const value = valueAtPath(scenario, parameter);
    if (typeof value !== 'number')
      yield { path: ['fit', i, 'parameter'], expected: 'the path of a number of this scenario' };
  }
}

/** `category/cohorts` of each row. A file that cannot be read is reported where it is named. */
function publishedLines(path: string, readFile: ReadFile): readonly string[] | undefined {
  let text: string;
  try {
    text = readFile(path);
  } catch {
    return undefined;
  }
  const [header, ...rows] = text.replace(/^\uFEFF/, '').split(/\r?\n/).filter((row) => row !== ''); // prettier-ignore
  const columns = header?.split(',') ?? [];
  const category = columns.indexOf('category');
  const cohorts = columns.indexOf('cohorts');
  // Both stand before the only column that may hold commas, the note.
  return rows.map((row) => row.split(',')).map((cells) => `${cells[category]}/${cells[cohorts]}`);
}

function valueAtPath(scenario: Scenario, text: string): unknown {
  return parsePath(text)?.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined),
    scenario,
  );
}
