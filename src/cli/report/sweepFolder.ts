import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SweepReport } from '../../report/html/sweepSections.ts';
import { parseCsv } from '../../report/published.ts';
import { UsageError } from '../shell/exit.ts';
import { readText } from '../shell/readText.ts';

const manifestSchema = z.looseObject({
  kind: z.literal('sweep'),
  sweep: z.string(),
  title: z.string(),
  command: z.string(),
  scenario: z.string(),
  scenarioHash: z.string(),
  replications: z.number(),
  scale: z.number(),
  seed: z.string().nullable().default(null),
  version: z.string().default(''),
  design: z.looseObject({ kind: z.string() }).optional(),
  points: z.unknown(),
});

/** True if a manifest belongs to a sweep. */
export function isSweep(manifest: unknown): boolean {
  return manifestSchema.safeParse(manifest).success;
}

/** Reads the files that `sweep --out` wrote, for the page. `manifest` is its manifest, as parsed JSON. */
export function readSweepFolder(directory: string, manifest: unknown): SweepReport {
  const { sweep, title, command, scenario, scenarioHash, replications, scale, points, seed, version, design } = manifestSchema.parse(manifest); // prettier-ignore
  const effects = rowsOf(directory, 'effects.csv');
  const bases = new Map(rowsOf(directory, 'differences.csv').map((row) => [row['outcome'] ?? '', Number(row['base'])]));
  const names = [...new Set(effects.map((row) => row['outcome'] ?? ''))];
  return {
    name: sweep,
    title,
    provenance: { command, set: [], scenarios: [{ name: scenario, hash: scenarioHash }], rules: null, seed, replications, version }, // prettier-ignore
    scale,
    points: typeof points === 'number' ? points : Array.isArray(points) ? points.length : 0,
    outcomes: names.map((name) => ({
      name,
      // The effects of a grid start from the mean over its points, which these files do not have.
      base: design?.kind === 'grid' ? null : (bases.get(name) ?? null),
      effects: effects
        .filter((row) => row['outcome'] === name)
        .map((row) => ({
          factor: row['factor'] ?? '',
          rank: Number(row['rank']),
          level: row['level'] ?? '',
          effect: Number(row['effect']),
          low: numberOrNull(row['low']),
          high: numberOrNull(row['high']),
        })),
    })),
  };
}

function rowsOf(directory: string, name: string): readonly Readonly<Record<string, string>>[] {
  const path = join(directory, name);
  if (!existsSync(path)) return [];
  const parsed = parseCsv(readText(path));
  if (!parsed.ok) throw new UsageError(`${path}: ${parsed.error}`);
  return parsed.rows;
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined || text === '' ? null : Number(text);
}
