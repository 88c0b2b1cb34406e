import { INSTANT_MAX, INSTANT_MIN } from '../../src/time.ts';
import type { Instant } from '../../src/time.ts';

/**
 * A date that a device gave, or the reason why it is unusable: it is absent, in an unknown form, or outside 2012 to
 * 2037.
 */
export type DeviceDate =
  { readonly ok: true; readonly at: Instant } | { readonly ok: false; readonly why: 'absent' | 'unclear' | 'outside' };

/** RFC 3339: a date and a time with a zone. The zone may lack its colon, as some firmware writes it. */
const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,]\d{1,9})?(?:([Zz])|([+-])(\d{2}):?(\d{2}))$/;

/**
 * Reads a date as devices write them: RFC 3339 with `Z` or any offset. A fraction of a second is cut off. A date without a zone
 * is unclear: it could be UTC or local time. A day that is in no calendar is unclear, too.
 */
export function deviceDate(text: string | undefined): DeviceDate {
  if (text === undefined || text.trim() === '') return { ok: false, why: 'absent' };
  const found = RFC3339.exec(text);
  if (found === null) return { ok: false, why: 'unclear' };
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [number, number, number, number, number, number]; // prettier-ignore
  const [offsetHours, offsetMinutes] = [Number(found[9] ?? 0), Number(found[10] ?? 0)];
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isReal = local.getUTCMonth() === month - 1 && local.getUTCDate() === day;
  if (!isReal || hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) {
    return { ok: false, why: 'unclear' };
  }
  const offset = (offsetHours * 60 + offsetMinutes) * 60 * (found[8] === '-' ? -1 : 1);
  const at = local.getTime() / 1000 - offset;
  return at < INSTANT_MIN || at > INSTANT_MAX ? { ok: false, why: 'outside' } : { ok: true, at };
}
