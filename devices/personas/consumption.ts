/**
 * Computes a meter's consumption as a pure function of its seed and the instant: a daily wave around a mean, integrated
 * in closed form. A register therefore needs no memory, and a profile entry read years later shows what the register
 * showed then.
 */
import type { ObjectDevice } from '../cosem/deviceModel.ts';
import { isConnected, offSpans } from '../cosem/disconnectControl.ts';

const DAY = 86_400;
/** Below 1, so that power is never negative and registers never run back. */
const WAVE = 0.6;

/** Mean rates. The rate of one device lies between half and one and a half times the mean. Our assumption. */
const MEAN = {
  /** Watts: about 3,100 kWh a year. */
  electricity: 354,
  /** Cubic decimetres an hour: about 1,100 m3 a year. */
  gas: 126,
} as const;

export type Commodity = keyof typeof MEAN;

/** A well-mixed number in [0, 1) from a seed. */
function unit(seed: number): number {
  let word = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return ((word ^ (word >>> 16)) >>> 0) / 0x1_0000_0000;
}

function mean(seed: number, commodity: Commodity): number {
  return MEAN[commodity] * (0.5 + unit(seed));
}

/** Watts, or cubic decimetres an hour, drawn at an instant while connected. */
export function rateAt(seed: number, commodity: Commodity, at: number): number {
  const angle = (2 * Math.PI * at) / DAY + 6 * unit(seed + 1);
  return mean(seed, commodity) * (1 + WAVE * Math.sin(angle));
}

/** The integral of the rate between two instants, in watt-hours or cubic decimetres. */
function between(seed: number, commodity: Commodity, span: { readonly from: number; readonly to: number }): number {
  const phase = 6 * unit(seed + 1);
  const wave = (at: number): number => -Math.cos((2 * Math.PI * at) / DAY + phase) * (DAY / (2 * Math.PI)) * WAVE;
  return (mean(seed, commodity) * (span.to - span.from + wave(span.to) - wave(span.from))) / 3600;
}

/** Returns the register at an instant. Nothing was drawn before installation, or while the supply was off. */
export function drawn(device: ObjectDevice, commodity: Commodity, at: number): number {
  const { seed, installedAt } = device.identity;
  if (at <= installedAt) return 0;
  let total = between(seed, commodity, { from: installedAt, to: at });
  for (const { from, to } of offSpans(device)) {
    if (from < at) total -= between(seed, commodity, { from, to: Math.min(to ?? at, at) });
  }
  return Math.floor(total);
}

/** Returns the present rate; zero while the supply is off. */
export function rateNow(device: ObjectDevice, commodity: Commodity, at: number): number {
  return isConnected(device) ? Math.round(rateAt(device.identity.seed, commodity, at)) : 0;
}
