import type { Option } from 'commander';
import { nearest } from '../../document/nearest.ts';
import { percentage } from '../../text/numberWords.ts';
import { givenParameter, switchesOf, type GivenParameter, type Switch } from '../../../sim/calibrate/priors/givenParameters.ts'; // prettier-ignore
import { UsageError } from '../shell/exit.ts';
import { repeatable } from '../shell/options.ts';
import type { Library } from './libraryFolder.ts';

/** `--given`: what is known of the process, in the place of a prior that lists values. */
export function givenOption(): Option {
  return repeatable('--given <name=value>', 'a switch of the priors that is known, such as "retries stop when=effective"'); // prettier-ignore
}

/**
 * The switches that are given, in the order of the command line.
 * @throws UsageError if the priors have no such switch or value, or one is given twice
 */
export function givenOf({ priors }: Library, texts: readonly string[]): readonly GivenParameter[] {
  const switches = switchesOf(priors);
  const found = texts.map((text) => {
    const at = text.lastIndexOf('=');
    const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    if (at < 1) throw new UsageError(`--given ${text}: expected NAME=VALUE\n${listed(switches)}`);
    if (!switches.some((own) => own.name === name)) throw new UsageError(`--given ${text}: ${unknown(name, switches)}`);
    const given = givenParameter(priors, name, value);
    if (given === undefined) throw new UsageError(`--given ${text}: found ${value}, expected ${switches.filter((own) => own.name === name).map(valuesText).join()}`); // prettier-ignore
    return given;
  });
  const twice = found.find(({ name }, i) => found.findIndex((own) => own.name === name) !== i);
  if (twice !== undefined) throw new UsageError(`--given ${twice.name}: it is given twice`);
  return found;
}

function unknown(name: string, switches: readonly Switch[]): string {
  const near = nearest(name, switches.map((own) => own.name)); // prettier-ignore
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  return `the priors list no values for ${name}${meant}\n${listed(switches)}`;
}

function listed(switches: readonly Switch[]): string {
  if (switches.length === 0) return '  The priors of the library list no values for any parameter.';
  return ['  Only parameters whose prior lists values can be given:', ...switches.map((own) => `    ${switchText(own)}`)].join('\n'); // prettier-ignore
}

function valuesText({ values }: Switch): string {
  return values.map(({ value, chance }) => `${value} ${percentage(chance, 0)}`).join(', ');
}

/** A switch with the chance of each value under its prior. */
export function switchText(own: Switch): string {
  return `${own.name} (${valuesText(own)})`;
}

/** What is given, as it was typed. */
export function givenText(given: readonly GivenParameter[]): string {
  return given.map(({ name, value }) => `${name}=${value}`).join(', ');
}

/** The settings of all that is given. */
export function givenSettings(given: readonly GivenParameter[]): readonly string[] {
  return given.flatMap(({ settings }) => settings);
}
