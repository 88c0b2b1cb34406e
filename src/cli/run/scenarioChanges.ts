import { parsePath } from '../../document/path.ts';
import type { ScenarioChange } from '../../report/runReport.ts';
import { loadScenarioFile, type ScenarioFile } from '../shell/scenarioFile.ts';

/** What `--set` changed, with the values before it. `base` is the same file without `--set`. */
export function changesOf(set: readonly string[], base: ScenarioFile): readonly ScenarioChange[] {
  return set.map((text) => {
    const at = text.indexOf('=');
    const [path, after] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    return { path, before: valueText(valueBefore(path, base)), after };
  });
}

function valueBefore(path: string, { scenario, rules }: ScenarioFile): unknown {
  const amendment = /^amendments\.(.+)$/.exec(path)?.[1];
  if (amendment === undefined) return valueAt(scenario, parsePath(path) ?? []);
  const parts = parsePath(amendment) ?? [];
  const [first, name, ...rest] = parts;
  if (first === 'clauses')
    return valueAt(
      rules.clauses.find(({ category }) => category === name),
      rest,
    );
  return valueAt(rules, parts) ?? (parts.length === 1 ? valueAt(rules.readings, parts) : undefined);
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<string, unknown> | null | undefined)?.[part], value);
}

function valueText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Whether a scenario differs, in what decides a volume, from the one that its published lines were fitted with: the file
 * in which `fit` stands, without `--set`.
 */
export function changedSinceFit(file: ScenarioFile): boolean {
  const at = file.positions('fit');
  if (file.scenario.fit.length === 0) return false;
  // A `fit` that was itself set on the command line was fitted with nothing that we know.
  if (at === undefined || at.line === 0) return true;
  const { hash, scenario } = loadScenarioFile(at.file, []);
  return hash !== file.hash || scenario.comparison.operator !== file.scenario.comparison.operator;
}
