import { Command } from 'commander';
import { textTable } from '../../text/table.ts';
import { csvLine } from '../../interchange/format/rowWriter.ts';
import type { Priors } from '../../../sim/calibrate/priors/loadPriors.ts';
import { DRAWS_MAX, DRAWS_MIN, drawsOf, type ParameterDraw } from '../../../sim/calibrate/priors/priorDraws.ts';
import { LIBRARY_DEFAULTS } from '../../../sim/forecast/library/libraryPlan.ts';
import type { Shell } from '../shell/command.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import { collect, oneOf, whole } from '../shell/options.ts';
import { priorsFile, refuseWrongDraws } from './priorsFile.ts';
import type { Provenance } from '../../report/provenance.ts';
import { originOf, scenarioOrigin } from '../output/outputOrigin.ts';

interface DrawsOptions {
  readonly priors: string;
  readonly draws: number;
  readonly seed?: string;
  readonly set: readonly string[];
  readonly format: 'text' | 'csv' | 'json';
}

/** `calibrate draws SCENARIO --priors FILE`: what would be drawn, before anything is computed. */
export function drawsCommand({ action }: Shell): Command {
  return new Command('draws')
    .description('Check a file of priors, and show what is drawn from it.')
    .argument('<scenario>', 'scenario file (YAML), or the name of a shipped one')
    .requiredOption('--priors <file>', 'file of priors (YAML): see scenarios/README.md and scenarios/priors')
    .option('--draws <n>', 'draws of the Latin hypercube', whole(DRAWS_MIN, DRAWS_MAX), LIBRARY_DEFAULTS.draws)
    .option('--seed <text>', "seed of the draws (default: that of the file, or the scenario's)")
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .option(
      '--format <format>',
      'text: each parameter; csv: each draw; json: with its settings',
      oneOf('text', 'csv', 'json'),
      'text',
    ) // prettier-ignore
    .addHelpText(
      'after',
      `
Every draw is checked: it must be a scenario. Nothing is simulated and nothing is written.

Examples:
  smets1-bench calibrate draws various1 --priors scenarios/priors/various1.yaml
  smets1-bench calibrate draws various1 --priors scenarios/priors/various1.yaml --format csv > draws.csv

Exit codes: 0 done, 1 the scenario, the priors or an option is wrong.`,
    )
    .action(action(draws));
}

function draws(io: Io, scenario: string, options: DrawsOptions): void {
  const priors = priorsFile(scenario, options.priors, options);
  const drawn = drawsOf(priors, options.draws);
  refuseWrongDraws(priors, drawn);
  const { base, seed } = priors;
  const provenance = originOf(io, { ...scenarioOrigin(base), seed });
  if (options.format === 'text') writeAnswer(io.out, priorsText(priors, drawn));
  else io.out.write(options.format === 'csv' ? drawsCsv(priors, drawn) : drawsJson(priors, drawn, provenance));
}

function priorsText(priors: Priors, drawn: readonly ParameterDraw[]): string {
  const rows = priors.parameters.map((parameter, i) => {
    const numbers = drawn.map(({ values }) => values[i]).filter((value) => typeof value === 'number');
    const own = parameter.own === undefined ? '' : shown(parameter.own);
    const many = parameter.paths.length > 1 ? `${parameter.paths.length} paths` : (parameter.paths[0] ?? '');
    if (numbers.length < drawn.length) return [parameter.name, own, wordsOf(drawn, i), '', '', many];
    const sorted = numbers.toSorted((a, b) => a - b);
    const at = (p: number): string => shown(sorted[Math.round(p * (sorted.length - 1))] as number);
    return [parameter.name, own, at(0.05), at(0.5), at(0.95), many];
  });
  const head = ['parameter', 'scenario', '5 %', '50 %', '95 %', 'path'];
  return [
    `${priors.name} over ${priors.base.scenario.name}, seed ${priors.seed}: ${drawn.length} draws of ${rows.length} parameters`,
    textTable([head, ...rows], { right: [1, 2, 3, 4] }),
    'Where several paths move together by a ratio, the figures are ratios and the scenario has 1.',
    '',
  ].join('\n');
}

function shown(value: number | string): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : value;
}

function wordsOf(drawn: readonly ParameterDraw[], i: number): string {
  const words = [...new Set(drawn.map(({ values }) => String(values[i])))].sort().join(', ');
  return words.length > 40 ? `${words.slice(0, 37)}...` : words;
}

function drawsCsv(priors: Priors, drawn: readonly ParameterDraw[]): string {
  const head = ['draw', ...priors.parameters.map(({ name }) => name)];
  const rows = drawn.map(({ number, values }) => [String(number), ...values.map(String)]);
  return [head, ...rows].map(csvLine).join('');
}

function drawsJson(priors: Priors, drawn: readonly ParameterDraw[], provenance: Provenance): string {
  const { name, seed, base, file, parameters } = priors;
  const named = parameters.map((parameter) => ({ name: parameter.name, paths: parameter.paths }));
  const of = { provenance, priors: name, scenario: base.path, seed, set: file.set, parameters: named, draws: drawn };
  return `${JSON.stringify(of)}\n`;
}
