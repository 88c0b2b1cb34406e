import { nearest } from '../../src/document/nearest.ts';
import type { Files } from '../../src/document/files.ts';
import { parsePath } from '../../src/document/path.ts';
import { joinCohorts, parsePublishedVolumes } from '../../src/report/published.ts';
import type { Fault } from './numberChecks.ts';
import type { Scenario } from './schema.ts';

/**
 * Checks that the published figures can be read, that the lines to fit are among them, and that the parameter fitted to
 * each is a number.
 */
export function* fitFaults(scenario: Scenario, publishedVolumes: string | undefined, files: Files): Iterable<Fault> {
  const text = publishedVolumes === undefined ? undefined : textOf(publishedVolumes, files);
  const published = text === undefined ? undefined : parsePublishedVolumes(text);
  if (published?.ok === false)
    yield { path: ['publishedVolumes'], found: published.error, expected: 'a CSV of published figures' };
  if (scenario.fit.length > 0 && publishedVolumes === undefined)
    yield { path: ['publishedVolumes'], expected: 'the CSV of published figures, since fit names lines of it' };
  const rows = published?.ok ? published.rows : undefined;
  const lines = rows?.filter((row) => !row.isInput).map((row) => `${row.category}/${joinCohorts(row.cohorts)}`);
  const fitted = new Set<string>();
  for (const [i, { line, parameter }] of scenario.fit.entries()) {
    if (fitted.has(line)) yield { path: ['fit', i, 'line'], expected: 'a line that is not fitted twice' };
    fitted.add(line);
    if (lines && !lines.includes(line)) {
      const near = nearest(line, lines);
      const expected = `a published line that is no input: ${lines.join(', ')}`;
      yield { path: ['fit', i, 'line'], expected, ...(near === undefined ? {} : { nearest: near }) };
    }
    if (typeof valueAtPath(scenario, parameter) !== 'number')
      yield { path: ['fit', i, 'parameter'], expected: 'the path of a number of this scenario' };
  }
}

/** Reads a file. A file that cannot be read is reported at the place that names it. */
function textOf(path: string, { read }: Files): string | undefined {
  try {
    return read(path);
  } catch {
    return undefined;
  }
}

function valueAtPath(scenario: Scenario, text: string): unknown {
  return parsePath(text)?.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined),
    scenario,
  );
}
