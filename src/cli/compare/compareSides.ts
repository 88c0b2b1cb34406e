import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { headlineRows, RUN_REPORT_FORMAT, type RunReport } from '../../report/runReport.ts';
import type { HeadlineRow } from '../../report/headline.ts';
import { meanOf } from '../../report/statistics.ts';
import { daySamples, monthEnds, reportOfRun } from '../run/reportOfRun.ts';
import { runScenario, type RunSettings } from '../run/runScenario.ts';
import { UsageError } from '../shell/exit.ts';
import type { Io } from '../shell/io.ts';
import { loadScenarioFile, warnOfIdle } from '../shell/scenarioFile.ts';
import { benchVersion } from '../shell/version.ts';

/** One of the two that are compared: counts by line and replication, and what decides them. */
export interface Side {
  readonly name: string;
  readonly hash: string;
  readonly rules: string;
  readonly seed: string;
  readonly replications: number;
  readonly lines: readonly SideLine[];
  /** Volumes at the ends of months; empty if they were not asked for. */
  readonly months: readonly MonthLine[];
}

/** What qualifies of a category, over all cohorts, at the end of a month. */
export interface MonthLine {
  /** London date. */
  readonly date: string;
  readonly category: string;
  readonly mean: number;
  /** Counts by replication; undefined for the folder of a run, which holds means. */
  readonly samples: readonly number[] | undefined;
}

export interface SideLine {
  /** A cohort, or `all`. */
  readonly cohort: string;
  /** A category, or empty for the total of installations. */
  readonly category: string;
  readonly words: string;
  readonly unit: HeadlineRow['unit'];
  readonly samples: readonly number[];
}

/** True of the output folder of a run; everything else is taken for a scenario. */
export function isRunFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** Reads the counts of a finished run from its folder. */
export function sideOfFolder(folder: string): Side {
  const path = join(folder, 'report.json');
  let report: RunReport;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as RunReport;
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'found no such file' : 'found no JSON';
    throw new UsageError(
      `${path}: ${found}, expected the report of a run\n  Name a scenario, or a folder that run --out wrote.`,
    );
  }
  // The type says what we write; the file may be anything.
  const { kind, format } = report as { readonly kind?: unknown; readonly format?: unknown };
  if (kind !== 'run' || format !== RUN_REPORT_FORMAT)
    throw new UsageError(`${path}: found ${JSON.stringify(kind)} of format ${JSON.stringify(format)}, expected a run of format ${RUN_REPORT_FORMAT}\n  Run it again with this version.`); // prettier-ignore
  return sideOfReport(report);
}

/** Simulates a scenario. */
export async function sideOfScenario(
  io: Pick<Io, 'err'>,
  path: string,
  set: readonly string[],
  settings: Omit<RunSettings, 'months'> & { readonly monthly: boolean },
): Promise<Side> {
  const file = loadScenarioFile(path, set);
  warnOfIdle(io, file);
  const months = settings.monthly ? monthEnds(file.scenario) : [];
  const result = await runScenario(file, { ...settings, months });
  const report = reportOfRun(result, { changes: [], version: benchVersion(), command: '', baseline: null, marks: [], months: [] }); // prettier-ignore
  const counted = daySamples(result, months);
  return {
    ...sideOfReport(report),
    months: counted.map(({ date, category, qualifying }) => ({
      date,
      category,
      mean: meanOf(qualifying),
      samples: qualifying,
    })),
  };
}

function sideOfReport(report: RunReport): Side {
  const line = (cohort: string, { category, words, unit, samples }: HeadlineRow): SideLine => ({
    cohort,
    category: category ?? '',
    words,
    unit,
    samples,
  });
  return {
    name: report.scenario.name,
    hash: report.scenario.hash,
    rules: report.rules.name,
    seed: report.seed,
    replications: report.replications,
    lines: [
      ...headlineRows(report.headline).map((row) => line('all', row)),
      ...report.cohorts.flatMap(({ cohort, rows }) => rows.map((row) => line(cohort, row))),
    ],
    months: report.months.map(({ date, category, qualifying: mean }) => ({ date, category, mean, samples: undefined })),
  };
}
