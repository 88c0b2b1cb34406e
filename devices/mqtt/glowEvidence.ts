import type { Instant } from '../../src/time.ts';
import { CLOCK_AHEAD_SECONDS_MAX } from './contact.ts';
import type { Contact } from './contact.ts';
import type { GlowMessage, GlowMeter } from './glowMessage.ts';

/** The prefix of a CAD's name in evidence. */
export const GLOW = 'glow:';

/** State that is kept between messages. It is plain data, so it can be kept for the next run. */
export interface GlowWatch {
  /** For each CAD, the latest date of its gas meter's data. */
  readonly gasDated: Readonly<Record<string, Instant>>;
  /** CADs whose last electricity message named the meter point of another home. */
  readonly strangers?: readonly string[];
}

export const GLOW_WATCH_EMPTY: GlowWatch = { gasDated: {} };

/** Most CADs watched at once. If a broker reports more, that is noted and the others are ignored. */
const CADS_MAX = 10_000;

/** The known meter points of an installation, as text. */
export interface MeterPoints {
  readonly mpan?: string;
  readonly mprn?: string;
}

export interface GlowContext {
  /** The instant at which the message arrived, by our clock. */
  readonly receivedAt: Instant;
  /** Returns the installation of a CAD; undefined if the CAD is not ours and is ignored. */
  readonly installationOf: (cad: string) => string | undefined;
  /** Returns the known meter points of an installation. Default: none is known. */
  readonly pointsOf?: (installation: string) => MeterPoints;
}

export interface GlowObservation {
  readonly watch: GlowWatch;
  readonly contacts: readonly Contact[];
  /** The reason why a message was no evidence, if the user should know. It holds no meter point. */
  readonly note?: string;
}

/**
 * Adds one message to what is known. The gas meter was in contact if the timestamp of its data *advanced*, and at that timestamp.
 * No other sign counts: a message is repeated every few seconds from the mirror, `cumulative` stands still where no gas is used,
 * and `STATE.han` is the link from CAD to hub. The first timestamp of a CAD is only where the count begins. Nobody knows whether
 * the meter or the mirror makes it advance; it is the best there is.
 *
 * Data without a reading above 0 are no evidence, because a CAD reports zero after it has lost its hub. Nor are data of a CAD
 * that names a meter point other than the installation's.
 */
export function observeGlow(watch: GlowWatch, message: GlowMessage, context: GlowContext): GlowObservation {
  const unchanged: GlowObservation = { watch, contacts: [] };
  if (message.kind !== 'gasmeter' && message.kind !== 'electricitymeter') return unchanged;
  const installation = context.installationOf(message.cad);
  if (installation === undefined) return unchanged;
  const points = context.pointsOf?.(installation) ?? {};
  if (message.kind === 'electricitymeter') return observeElectricity(watch, message, points);
  return observeGas(watch, message, { ...context, installation, points });
}

/** Electricity data show no contact with the gas meter. They may show that the CAD stands in another home. */
function observeElectricity(watch: GlowWatch, { cad, meterPoint }: GlowMeter, points: MeterPoints): GlowObservation {
  const isOther = differ(meterPoint, points.mpan);
  const strangers = watch.strangers ?? [];
  const isListed = strangers.includes(cad);
  if (meterPoint === undefined || isOther === isListed) return { watch, contacts: [] };
  if (!isOther) return { watch: { ...watch, strangers: strangers.filter((one) => one !== cad) }, contacts: [] };
  return {
    watch: { ...watch, strangers: [...strangers, cad].slice(-CADS_MAX) },
    contacts: [],
    note: otherHome(cad, 'MPAN'),
  };
}

function observeGas(
  watch: GlowWatch,
  message: GlowMeter,
  context: GlowContext & { readonly installation: string; readonly points: MeterPoints },
): GlowObservation {
  const { cad, at } = message;
  const nothing = (note?: string): GlowObservation => ({ watch, contacts: [], ...(note !== undefined && { note }) });
  if (differ(message.meterPoint, context.points.mprn)) return nothing(otherHome(cad, 'MPRN'));
  if (watch.strangers?.includes(cad)) return nothing(otherHome(cad, 'MPAN'));
  if (at === undefined) return nothing(`glow ${cad}: the gas meter's data ${UNDATED[message.undated ?? 'absent']}`);
  if (at > context.receivedAt + CLOCK_AHEAD_SECONDS_MAX) {
    return nothing(`glow ${cad}: the gas meter's data is dated in the future`);
  }
  if (message.cumulativeKwh === undefined && message.otherUnit === undefined) {
    return nothing(`glow ${cad}: the gas meter's data hold no reading above 0, so they are no evidence`);
  }
  const before = Object.hasOwn(watch.gasDated, cad) ? watch.gasDated[cad] : undefined;
  if (before === undefined && Object.keys(watch.gasDated).length >= CADS_MAX) {
    return nothing(`glow ${cad}: ignored, ${CADS_MAX} CADs are watched already`);
  }
  if (before !== undefined && at === before) return nothing();
  if (before !== undefined && at < before) return nothing(`glow ${cad}: the gas meter's data went back in time`);
  const next: GlowWatch = { ...watch, gasDated: { ...watch.gasDated, [cad]: at } };
  if (before === undefined) return { watch: next, contacts: [] };
  const contact: Contact = { installation_id: context.installation, at, link: 'han', source: `${GLOW}${cad}` };
  return { watch: next, contacts: [contact] };
}

const UNDATED = {
  absent: 'is not dated',
  unclear: 'has a date in no form that is understood (expected RFC 3339 with a zone)',
  outside: 'is dated before 2012 or after 2037: the CAD has no clock, so it is not dated',
} as const;

function otherHome(cad: string, point: 'MPAN' | 'MPRN'): string {
  return `glow ${cad}: it names another ${point} than the installation's, so what it says of the gas meter is no evidence`;
}

/** True if both points are known and differ. Leading zeros say nothing. */
function differ(said: string | undefined, known: string | undefined): boolean {
  const bare = (text: string): string => text.replace(/^0+/, '');
  return said !== undefined && known !== undefined && bare(said) !== bare(known);
}

/**
 * Says what Glow alone can show of a gas meter: that it was heard within the window, or nothing. A CAD that is silent,
 * or whose data stand still, may itself be at fault, so silence never counts as a failed check.
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
