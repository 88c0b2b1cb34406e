import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadScenarioFile } from '../../src/cli/shell/scenarioFile.ts';
import { runJson, volumesOf } from '../../src/cli/run/runResult.ts';
import { runScenario } from '../../src/cli/run/runScenario.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const GOLDEN = join(ROOT, 'test/golden');

/** The small scenarios, by name: null, quiet, one a clause. Whoever adds a clause's gets its golden with it. */
export function goldenNames(): readonly string[] {
  return readdirSync(join(ROOT, 'scenarios'))
    .filter((name) => /^(null|quiet|clause-.*)\.yaml$/.test(name))
    .map((name) => name.replace('.yaml', ''))
    .sort();
}

/** The origin holds the version and the hash, which change without any count. */
const NO_PROVENANCE = { command: '', set: [], scenarios: [], rules: null, seed: null, replications: null, version: '' };

/**
 * What `run --format json` prints of a scenario at its own seed, less the time it took, the rows that are all zero (their
 * number stands), the origin, and the hash: a field that the format gains, at its default, would change it and nothing else.
 */
export async function goldenText(name: string): Promise<string> {
  const file = loadScenarioFile(join(ROOT, `scenarios/${name}.yaml`), []);
  const { seed, replications } = file.scenario;
  const result = await runScenario(file, { seed, replications, workers: 1, asOf: [], months: [], onProgress: () => undefined, elapsed: () => 0, interruption: new AbortController().signal });
  const printed = JSON.parse(runJson(result, volumesOf(result), NO_PROVENANCE)) as Record<string, unknown>;
  const { kernelSeconds: _time, scenarioHash: _hash, provenance: _origin, volumes, ...rest } = printed;
  const rows = (volumes as { held: number | null; volume: number | null }[]).filter((row) => row.held !== 0 || row.volume !== 0); // prettier-ignore
  return `${JSON.stringify({ ...rest, volumes: rows, zeroRows: (volumes as unknown[]).length - rows.length }, null, 2)}\n`;
}
