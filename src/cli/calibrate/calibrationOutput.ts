import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../interchange/format/outputFile.ts';
import { openTable } from '../../interchange/table/tableFile.ts';
import type { TableValue } from '../../interchange/table/tableTypes.ts';
import { calibrationSections } from '../../report/html/calibrationSections.ts';
import { PAGE_FORMAT, type PageDocument } from '../../report/html/section.ts';
import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import { alarmLines } from '../../report/forecast/alarmLines.ts';
import { ALARM } from '../../../sim/forecast/predict/forecaster.ts';
import type { Spread } from '../../../sim/calibrate/posterior/posterior.ts';
import type { Factor } from '../../../sim/sweep/factor/factors.ts';
import { PAGE_FILE } from '../report/reportFolder.ts';
import { writeDocument } from '../report/writePage.ts';
import { EXIT, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { MANIFEST, prepareDirectory, stage } from '../shell/outDirectory.ts';
import type { CalibrationAnswer } from './calibrationAnswer.ts';
import { CALIBRATION_TABLES, type CalibrationTable } from './calibrationTables.ts';
import { calibrationText, CONFLICT, EFFECTIVE_MIN, shown } from './calibrationText.ts';
import type { Provenance } from '../../report/provenance.ts';
import { namedOutput, refuseOtherFolder, refuseOthers } from '../output/ownFiles.ts';

/** Where an answer goes. */
export interface AnswerPlaces {
  readonly replace: boolean;
  readonly out?: string | undefined;
  readonly html?: string | undefined;
  readonly format: 'text' | 'json';
}

/** Refuses places that hold something else, before anything is computed. */
export function refuseOut({ out, html, replace }: AnswerPlaces, provenance: Provenance): void {
  if (out !== undefined) prepareDirectory(out);
  refuseOtherFolder(out, provenance, { replace });
  refuseOthers([namedOutput('--html', html)], provenance, { replace });
}

/** Writes an answer to its places and says whether it can be used: EXIT.property if the draws say too little. */
export function giveAnswer(io: Io, answer: CalibrationAnswer, { out, html, format }: AnswerPlaces): ExitCode {
  const page = documentOf(answer);
  if (out !== undefined) writeTables(out, answer, page);
  if (html !== undefined) writeDocument(html, page);
  if (format === 'json') io.out.write(jsonOf(answer));
  else writeAnswer(io.out, `${calibrationText(answer)}\n`);
  for (const note of answer.notes) writeLine(io.err, note);
  return verdict(io, answer);
}

function writeTables(out: string, answer: CalibrationAnswer, page: PageDocument): void {
  const staging = stage(out);
  try {
    const files = Object.fromEntries(
      Object.entries(rowsOf(answer)).map(([name, rows]) => {
        const table = openTable(join(staging.folder, name), CALIBRATION_TABLES[name as CalibrationTable], { format: 'csv', metadata: {} }); // prettier-ignore
        for (const row of rows) table.append(row);
        return [name, table.close()];
      }),
    );
    const sha256 = writeWhole(join(staging.folder, PAGE_FILE), `${JSON.stringify(page)}\n`);
    const named = { ...files, [PAGE_FILE]: { rows: 1, sha256 } };
    writeFileSync(join(staging.folder, MANIFEST), `${JSON.stringify({ ...headOf(answer), files: named }, null, 2)}\n`);
    staging.publish();
  } finally {
    staging.discard();
  }
}

/** What decides an answer, for the manifest and JSON. */
function headOf({ priors, drawn, rows, scale, operatorError, histories, provenance, found, notes }: CalibrationAnswer) {
  const { name, base, seed } = priors;
  return {
    format: 1,
    kind: 'calibration',
    provenance,
    command: provenance.command,
    version: provenance.version,
    kernel: KERNEL,
    priors: name,
    scenario: base.scenario.name,
    scenarioHash: base.hash,
    rules: base.rules.name,
    seed,
    draws: drawn.length,
    runs: rows.length,
    scale,
    operatorError: found.lines.length === 0 ? null : operatorError,
    histories,
    effective: found.effective,
    coverage: found.coverage,
    notes,
  };
}

const THREE = (spread: Spread | null): readonly (number | null)[] =>
  spread === null ? [null, null, null] : [spread.p05, spread.p50, spread.p95];

function rowsOf(answer: CalibrationAnswer): Readonly<Record<CalibrationTable, readonly (readonly TableValue[])[]>> {
  const { priors, drawn, rows, found } = answer;
  const { parameters } = priors;
  const weightOf = (i: number): number => found.weights[i] as number;
  return {
    'parameters.csv': found.parameters.map(
      ({ name, posterior, contraction, explained, verdict: word, isAtEdge }, p) => {
        // prettier-ignore
        const factor = parameters[p] as Factor;
        return [
          name,
          factor.paths.join(' '),
          factor.own === undefined ? '' : String(factor.own),
          ...valuesAt(factor, posterior),
          ...THREE(posterior),
          contraction,
          explained,
          word,
          isAtEdge ? 'yes' : 'no',
          chancesOf(answer, p).map(({ value, chance }) => `${value} ${chance.toFixed(3)}`).join('; '), // prettier-ignore
        ];
      },
    ),
    'data.csv': [
      ...found.lines.map(({ name, published, low, high, prior, posterior, fromOthers, tail }) => [
        'line', name, published, low, high, ...THREE(prior), ...THREE(posterior), ...THREE(fromOthers), null, tail, tail < CONFLICT ? 'yes' : 'no',
      ]), // prettier-ignore
      ...found.histories.map(({ name, share, prior, z, tail }) => [
        'summary', name, share, null, null, ...THREE(prior), ...THREE(null), ...THREE(null), z, tail, Math.abs(z) > ALARM ? 'yes' : 'no',
      ]), // prettier-ignore
    ],
    'draws.csv': rows.map(({ draw, run }, i) => [draw, run, weightOf(i)]),
    'posterior.csv': rows.flatMap(({ draw, run }, i) =>
      parameters.map((factor, p) => [
        draw, run, weightOf(i), factor.name, String(drawn[draw]?.values[p] ?? ''), String(factor.at(found.coordinates[i]?.[p] as number).label),
      ]),
    ), // prettier-ignore
  };
}

/** The 5, 50 and 95 % values of a parameter, in full. */
function valuesAt(factor: Factor, { p05, p50, p95 }: Spread): readonly [string, string, string] {
  const at = (place: number): string => String(factor.at(place).label);
  return [at(p05), at(p50), at(p95)];
}

/** The chance of each value of a parameter whose prior lists values; empty for a range. */
function chancesOf(
  { priors, found }: CalibrationAnswer,
  p: number,
): readonly { readonly value: string; readonly chance: number }[] {
  const factor = priors.parameters[p] as Factor;
  if (factor.choices === undefined) return [];
  const chances = new Map<string, number>();
  // Every value of the prior stands there, also one that no draw is left with.
  for (let i = 0; i < factor.choices; i += 1) chances.set(String(factor.at((i + 0.5) / factor.choices).label), 0);
  found.coordinates.forEach((row, i) => {
    const value = String(factor.at(row[p] as number).label);
    chances.set(value, (chances.get(value) ?? 0) + (found.weights[i] as number));
  });
  return [...chances].map(([value, chance]) => ({ value, chance }));
}

function documentOf(answer: CalibrationAnswer): PageDocument {
  const { priors, drawn, rows, scale, operatorError, found, histories, provenance } = answer;
  const { parameters } = priors;
  return {
    format: PAGE_FORMAT,
    kind: 'page',
    title: `What the data say of ${priors.name}`,
    provenance,
    sections: calibrationSections({
      draws: drawn.length,
      runs: rows.length / drawn.length,
      scale,
      operatorError,
      effective: found.effective,
      effectiveMin: EFFECTIVE_MIN,
      coverage: found.coverage,
      lines: found.lines,
      histories: histories === null ? null : { ...histories, alarmAt: ALARM, summaries: found.histories },
      parameters: found.parameters.map(({ name, posterior, contraction, explained, verdict: word }, p) => {
        const factor = parameters[p] as Factor;
        const at = (place: number): string => shown(factor.at(place).label);
        const values = [at(posterior.p05), at(posterior.p50), at(posterior.p95)] as const;
        return {
          name,
          own: factor.own === undefined ? '' : shown(factor.own),
          values,
          contraction,
          explained,
          verdict: word,
        };
      }),
    }),
  };
}

function jsonOf(answer: CalibrationAnswer): string {
  const { found, priors } = answer;
  const report = {
    ...headOf(answer),
    lines: found.lines,
    summaries: found.histories,
    parameters: found.parameters.map((row, p) => {
      const factor = priors.parameters[p] as Factor;
      const [p05, p50, p95] = [row.posterior.p05, row.posterior.p50, row.posterior.p95].map((at) => factor.at(at).label); // prettier-ignore
      const chances = chancesOf(answer, p);
      return { ...row, paths: factor.paths, own: factor.own, values: { p05, p50, p95 }, ...(chances.length === 0 ? {} : { chances }) }; // prettier-ignore
    }),
    weights: found.weights,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function verdict(io: Io, { found, histories }: CalibrationAnswer): ExitCode {
  const far = found.lines.filter(({ tail }) => tail === 0);
  for (const { name, published } of far) {
    writeLine(io.err, `no draw of the priors comes near ${name}: ${published} was published, and every draw lies to one side of it`); // prettier-ignore
  }
  const isStrange = histories !== null && histories.widened > 1;
  if (isStrange) for (const line of alarmLines(found.histories, histories.widened)) writeLine(io.err, line);
  const isThin = found.effective < EFFECTIVE_MIN;
  if (isThin) {
    writeLine(io.err, `${found.effective.toFixed(0)} effective draws, expected at least ${EFFECTIVE_MIN}: more --draws, or fewer lines`); // prettier-ignore
  }
  return far.length > 0 || isThin || isStrange ? EXIT.property : EXIT.done;
}
