/**
 * The aspect of a device to which an object belongs. It says what a failed step asked for, in the catalogue's terms.
 */
import type { Aspect } from '../../src/migration/askedCodes.ts';
import type { Descriptor } from '../dlms/apdu/apdu.ts';
import { CONTACT_OFFSET } from './objects.ts';
import type { About } from './procedure.ts';

/**
 * Aspects by class (Blue Book): clock, image transfer, disconnect control, activity calendar, GSM diagnostic, security
 * setup.
 */
const OF_CLASS: Readonly<Record<number, Aspect>> = {
  3: 'registers',
  4: 'registers',
  5: 'registers',
  8: 'clock',
  18: 'firmware',
  20: 'tariff',
  21: 'tariff',
  47: 'signal',
  64: 'keys',
  70: 'switch',
};
/** A-B:0.2.x, the version of a firmware. */
const FIRMWARE = /^....0002..FF$/;
/** A-B:99.98.x, an event log. */
const EVENT_LOG = /^....6362..FF$/;

/** Returns the aspect; `other` if no object was named, or if the object is none of these. */
export function aspectOf(about: About | undefined, { writes = false, isHub = false } = {}): Aspect {
  if (about === undefined) return 'other';
  const { target } = about;
  if (target.ln === CONTACT_OFFSET.ln) return 'schedule';
  if (EVENT_LOG.test(target.ln)) return 'log';
  if (FIRMWARE.test(target.ln)) return 'firmware';
  if (isHub && isRegister(target)) return 'mirror';
  const aspect = target.classId === PROFILE ? 'registers' : (OF_CLASS[target.classId] ?? 'other');
  return aspect === 'clock' && writes ? 'time' : aspect;
}

const PROFILE = 7;

function isRegister({ classId }: Descriptor): boolean {
  return OF_CLASS[classId] === 'registers';
}
