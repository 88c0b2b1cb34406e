import type { Instant } from '../../src/time.ts';
import { CLOCK_AHEAD_SECONDS_MAX } from './contact.ts';
import type { Contact } from './contact.ts';
import type { GlowMessage } from './glowMessage.ts';

/** What is remembered of each CAD: the latest instant its gas meter's data was dated. Plain data, so it can be kept. */
export interface GlowWatch {
  readonly gasDated: Readonly<Record<string, Instant>>;
}

export const GLOW_WATCH_EMPTY: GlowWatch = { gasDated: {} };

/** CADs watched at once; a broker that invents more is noted and ignored. */
const CADS_MAX = 10_000;

export interface GlowObservation {
  readonly watch: GlowWatch;
  readonly contacts: readonly Contact[];
  /** Why a gas meter's message was no evidence, where somebody should know. */
  readonly note?: string;
}

/**
 * Adds one message to what is known. The gas meter was in contact if, and when, the timestamp of its data *advanced*:
 * not when a message was published (every few seconds, from the mirror), not when `cumulative` rose (zero use is not
 * silence), and not because `STATE.han` is well (that is the link CAD-to-hub). The first timestamp of a CAD is only
 * where the count begins. Whether an advance is the meter's doing or the mirror's is not known; it is the best there is.
 */
export function observeGlow(
  watch: GlowWatch,
  message: GlowMessage,
  context: { readonly receivedAt: Instant; readonly installationOf: (cad: string) => string | undefined },
): GlowObservation {
  const unchanged: GlowObservation = { watch, contacts: [] };
  if (message.kind !== 'gasmeter') return unchanged;
  const { cad, at } = message;
  const installation = context.installationOf(cad);
  if (installation === undefined) return unchanged;
  if (at === undefined) return { ...unchanged, note: `glow ${cad}: the gas meter's data is not dated` };
  if (at > context.receivedAt + CLOCK_AHEAD_SECONDS_MAX) {
    return { ...unchanged, note: `glow ${cad}: the gas meter's data is dated in the future` };
  }
  const before = Object.hasOwn(watch.gasDated, cad) ? watch.gasDated[cad] : undefined;
  if (before === undefined && Object.keys(watch.gasDated).length >= CADS_MAX) {
    return { ...unchanged, note: `glow ${cad}: ignored, ${CADS_MAX} CADs are watched already` };
  }
  if (before !== undefined && at === before) return unchanged;
  if (before !== undefined && at < before) {
    return { ...unchanged, note: `glow ${cad}: the gas meter's data went back in time` };
  }
  const next: GlowWatch = { gasDated: { ...watch.gasDated, [cad]: at } };
  if (before === undefined) return { watch: next, contacts: [] };
  return { watch: next, contacts: [{ installation_id: installation, at, link: 'han', source: `glow:${cad}` }] };
}

/**
 * What Glow alone allows to be said of a gas meter: that it was heard within the window, or nothing. A CAD that has
 * fallen silent or stands still may itself be at fault, so silence never counts as a failed check.
 */
export function gasMeterFromGlow(
  contacts: readonly Contact[],
  question: { readonly installation: string; readonly at: Instant; readonly windowSeconds: number },
): 'heard' | 'unknown' {
  const heard = contacts.some(
    (contact) =>
      contact.link === 'han' &&
      contact.installation_id === question.installation &&
      contact.at <= question.at &&
      contact.at >= question.at - question.windowSeconds,
  );
  return heard ? 'heard' : 'unknown';
}
