import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import { KNOWN_RANGES_FORMAT, type KnownRanges } from '../../report/ranges/knownRanges.ts';
import { readText } from './readText.ts';

/** Where the ranges of shipped scenarios are: beside `src`, in a checkout as in the package. */
const SHIPPED = new URL('../../../scenarios/data/', import.meta.url);

/** Whether ranges were computed for this scenario, by this kernel. */
export function areOf(known: KnownRanges, { name, hash }: { readonly name: string; readonly hash: string }): boolean {
  return known.format === KNOWN_RANGES_FORMAT && known.kernel === KERNEL && known.scenario === name && known.hash === hash; // prettier-ignore
}

/**
 * The ranges that are kept for a shipped scenario (`calibrate ranges`). Undefined for a scenario without a file, for one
 * that was changed since, and where the kernel gives other numbers now: a range of something else says nothing.
 */
export function knownRangesOf(scenario: { readonly name: string; readonly hash: string }): KnownRanges | undefined {
  if (!/^[\w-]+$/.test(scenario.name)) return undefined;
  const path = fileURLToPath(new URL(`${scenario.name}-ranges.json`, SHIPPED));
  if (!existsSync(path)) return undefined;
  const known = JSON.parse(readText(path)) as KnownRanges;
  return areOf(known, scenario) ? known : undefined;
}
