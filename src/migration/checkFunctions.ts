/**
 * The comparisons behind the checks of a migration attempt. Each stands here once: the table of checks calls it with
 * facts, the kernel with its own numbers. This file belongs to the subset of TypeScript that is also compiled to
 * WebAssembly (sim/kernel/README.md).
 */
import type { Instant } from '../londonTime.ts';
import type { f64 } from '../numbers.ts';

/**
 * True if the DMC is on the EPCL at an instant. `epclChecked` is 0 if the match is not checked; the result is then
 * true.
 */
export function isEntered(at: Instant, epclEntryFrom: Instant, epclChecked: f64): boolean {
  return epclChecked === 0 || epclEntryFrom <= at;
}

/** True if no in-home display falls outside the definition. */
export function displaysFit(displayBlocked: f64): boolean {
  return displayBlocked === 0;
}

/**
 * True if the latest contact lies within a window, in seconds. `edgeSeconds` is 1 if a contact exactly as old as the
 * window passes, else 0.
 */
export function isRecent(at: Instant, lastContact: Instant, windowSeconds: f64, edgeSeconds: f64): boolean {
  return at - lastContact < windowSeconds + edgeSeconds;
}
