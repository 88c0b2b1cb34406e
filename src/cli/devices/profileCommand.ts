import { basename, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { fitLinks, type Estimate, type LinkCounts, type LinkFitResult } from '../../../sim/world/profile/fitLink.ts';
import { fitLengths, type LengthsFit } from '../../../sim/world/fitLengths.ts';
import { counted } from '../../text/table.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { writeNew } from '../shell/fileErrors.ts';
import type { Io } from '../shell/io.ts';
import { filesOrigin, originOf } from '../output/outputOrigin.ts';
import { oneOf, whole } from '../shell/options.ts';
import { linkLooks, type LinkLooks } from './linkLooks.ts';

interface Given {
  readonly name?: string;
  readonly out?: string;
  readonly installations?: number;
  readonly extends?: string;
  readonly format: 'yaml' | 'json';
}

/** `devices profile DIR`: fits a link profile to what a watch, a rig or a fleet saw. */
export function addProfileCommand(devices: Command, { action }: Shell): void {
  devices
    .command('profile')
    .description('Fit a WAN profile to what a watch, a rig or a fleet saw; scenarios and fleets take it.')
    .argument('<dir>', 'a directory of rig --watch, rig --out or fleet --out')
    .option('--name <name>', 'what the profile is called (default: the name of the directory)', profileName)
    .option('--installations <n>', 'write a whole fleet file of so many homes with this WAN', whole(1, 100_000))
    .option('--extends <file>', 'write `extends: FILE`, so that a scenario or a fleet gains the profile')
    .option('--out <file>', 'write it there (default: standard output)')
    .option(
      '--format <format>',
      'yaml: the profile, its origin in comments; json: the figures',
      oneOf('yaml', 'json'),
      'yaml',
    )
    .addHelpText(
      'after',
      `
Every call that was answered or not is a look at the link. What our own side missed is no look and no outage: the time between
two looks is a longer step. Up times are taken for exponential. The lengths of outages are exponential too, unless ten or more of
them tell a Weibull distribution from it at the five per cent level. Then that is written, and the mean up time is the one that
keeps the share of time down. Outages shorter than the time between two looks are reckoned with, not seen. Ranges hold nine
times in ten, that of a shape near 2 eight times. The HAN is not fitted: it is not called by itself.

Examples:
  smets1-bench devices profile out/watch
  smets1-bench devices profile out/watch --name sick --installations 10000 --out sick.yaml
  smets1-bench fleet sick.yaml --out out/sick
  smets1-bench devices profile out/watch --name sick --extends scenarios/various1.yaml --out sick-world.yaml
  smets1-bench run sick-world.yaml --set populations.ioc-dormant.wan=sick`,
    )
    .action(action(profile));
}

function profile(io: Io, directory: string, given: Given): void {
  const looks = linkLooks(directory);
  const result = fitLinks(looks.links);
  if (!result.ok)
    throw new UsageError(`${directory}: nothing is fitted: ${result.why}\n  ${countWords(result.counts, looks)}`);
  const name = given.name ?? /[a-z0-9][A-Za-z0-9-]*/.exec(basename(resolve(directory)))?.[0] ?? 'fitted';
  const provenance = originOf(io, { inputs: filesOrigin([looks.path]) });
  const latency = latencyFit(looks.roundTrips);
  const lengths = fitLengths(looks.links);
  const text =
    given.format === 'json'
      ? `${JSON.stringify({ format: 1, provenance, name, from: looks.kind, ...result.fit, lengths, ours: looks.ours, latency }, null, 2)}\n`
      : yamlOf({ command: provenance.command, name, fit: result.fit, lengths, looks, latency, given });
  if (given.out === undefined) io.out.write(text);
  else writeNew(given.out, text, `--out ${given.out}`);
}

function profileName(text: string): string {
  if (!/^[a-z0-9][A-Za-z0-9-]{0,31}$/.test(text))
    throw new InvalidArgumentError('expected letters, digits and hyphens that begin with a small letter or a digit.');
  return text;
}

interface Latency {
  readonly roundTrips: number;
  readonly millisecondsMedian: Estimate;
  readonly sigma: number;
}

/** Fewer round trips than this say nothing of the latency. Our choice. */
const ROUND_TRIPS_MIN = 5;
const NINETY = 1.645;

/** The median and the spread of round trips; undefined if there are too few. */
function latencyFit(roundTrips: readonly number[]): Latency | undefined {
  const logs = roundTrips.filter((one) => one > 0).map(Math.log);
  const n = logs.length;
  if (n < ROUND_TRIPS_MIN) return undefined;
  const mean = logs.reduce((sum, one) => sum + one, 0) / n;
  const sigma = Math.sqrt(logs.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1));
  const half = (NINETY * sigma) / Math.sqrt(n);
  return {
    roundTrips: n,
    millisecondsMedian: { value: Math.exp(mean), from: Math.exp(mean - half), to: Math.exp(mean + half) },
    sigma,
  };
}

type Fit = Extract<LinkFitResult, { ok: true }>['fit'];

function yamlOf(of: {
  readonly command: string;
  readonly name: string;
  readonly fit: Fit;
  readonly lengths: LengthsFit | undefined;
  readonly looks: LinkLooks;
  readonly latency: Latency | undefined;
  readonly given: Given;
}): string {
  const { name, fit, lengths, looks, latency, given } = of;
  const weibull = lengths?.lengths === 'weibull' ? lengths : undefined;
  const { counts } = fit;
  const dead = counts.deadLinks / counts.links;
  const isDead = counts.deadLinks > 0;
  // Without these it is a part to copy, not a file that runs.
  const isDocument = given.extends !== undefined || given.installations !== undefined;
  const lines = [
    `# ${of.command}`,
    `# A WAN profile fitted to what a ${looks.kind} saw. Ranges hold nine times in ten.`,
    `# ${countWords(counts, looks)}`,
    ...(counts.outages < FEW ? [`# Only ${counts.outages} outages were seen to begin: the ranges are wide.`] : []),
    ...(fit.isHeavyTailed && weibull === undefined
      ? [`# The longest outage, ${round(counts.longestDays)} days, is hardly possible here: the lengths have a heavier tail, which is not fitted.`] // prettier-ignore
      : []),
    `# ${lengthsWords(lengths)}`,
    '# Not fitted: the shape of the up times (given: exponential), wake-ups that are lost, the hazard of dying, the HAN.',
    ...(given.extends === undefined ? [] : [`extends: ${JSON.stringify(given.extends)}`]),
    ...(isDocument ? [`name: ${name}`] : []),
    ...(given.installations === undefined ? [] : [`title: homes with a WAN like that of ${name}`]),
    'links:',
    '  wan:',
    `    ${name}:`,
    '      contact: { mode: daily, windowHours: 2, tries: 3, retryHours: 3 } # given, as in a usual watch',
    '      classes:',
    '        fitted:',
    ...(weibull ? weibullLines(fit, weibull) : exponentialLines(fit)),
    ...(isDead
      ? [`        dead: { share: ${round(dead)}, dead: true } # ${counts.deadLinks} of ${counts.links} links`]
      : []),
    `      # down for a share of ${round(fit.shareDown.value)} of the time (${rangeWords(fit.shareDown)})`,
    ...(latency === undefined
      ? ['      # latency: not fitted, too few steps were measured']
      : [
          `      latency: { millisecondsMedian: ${round(latency.millisecondsMedian.value)}, sigma: ${round(latency.sigma)} } # fitted to ${latency.roundTrips}: median ${rangeWords(latency.millisecondsMedian)}`,
        ]),
    ...(given.installations === undefined
      ? []
      : ['groups:', '  homes:', `    installations: ${given.installations}`, `    wan: ${name}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function exponentialLines({ upDaysMean, downDaysMean }: Fit): string[] {
  return [
    `          upDaysMean: ${round(upDaysMean.value)} # fitted: ${rangeWords(upDaysMean)}`,
    '          down:',
    `            - { share: 1, duration: { kind: exponential, daysMean: ${round(downDaysMean.value)} } } # fitted: ${rangeWords(downDaysMean)}`,
  ];
}

/** Many short outages are seen by nobody. The share of time down is, and fixes how often they come. */
function weibullLines({ shareDown }: Fit, { daysScale, daysMean, shape }: LengthsFit): string[] {
  const upDays = (daysMean * (1 - shareDown.value)) / shareDown.value;
  return [
    `          upDaysMean: ${round(upDays)} # follows from the share of time down and the mean outage of ${round(daysMean)} days`,
    '          down:',
    `            - { share: 1, duration: { kind: weibull, daysScale: ${round(daysScale)}, shape: ${round(shape.value)} } } # fitted: shape ${rangeWords(shape)}`,
  ];
}

/** What is known of the shape of the lengths. */
function lengthsWords(lengths: LengthsFit | undefined): string {
  if (lengths === undefined) return 'The lengths are taken for exponential: too few outages tell a shape.';
  const shape = `a Weibull shape of ${rangeWords(lengths.shape)}, where 1 is exponential`;
  const { outages, gain } = lengths;
  return lengths.lengths === 'weibull'
    ? `The lengths of ${outages} outages are Weibull: ${shape}; twice the log-likelihood gains ${round(gain)}.`
    : `The lengths are taken for exponential: ${outages} outages allow ${shape}, and do not tell it from that.`;
}

/** Fewer outages than this give wide ranges, which is said. Our choice. */
const FEW = 10;

function countWords(counts: LinkCounts, looks: LinkLooks): string {
  const { links, looks: calls, silentLooks, outages, cutAtStart, cutAtEnd, days } = counts;
  return `${counted(links, 'link')} over ${round(days)} days: ${counted(calls, 'call')}, ${silentLooks} silent, ${outages} outages seen to begin, ${cutAtStart} cut off at the start and ${cutAtEnd} at the end; ${looks.ours} calls of ours are no evidence`;
}

function rangeWords({ from, to }: Estimate): string {
  return `${round(from)} to ${Number.isFinite(to) ? round(to) : 'anything'}`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
