/**
 * Decides what may be written to attached hardware: nothing, unless its system title is on the rig file's list for that
 * kind of write. The title must have been learnt on the wire, in an association that proved its keys. The client core
 * asks the guard before it builds a request.
 */
import { equalBytes, toHex } from '../../dlms/encoding/bytes.ts';
import type { Descriptor } from '../../dlms/apdu/apdu.ts';
import type { Peer } from '../../headend/associate.ts';
import type { AllowList } from '../file/rigSetup.ts';

export type Writable = Exclude<keyof AllowList, 'power'>;

const SECURITY_SETUP = 64;
const IMAGE_TRANSFER = 18;
/** Invocation counters, 0.0.43.1.x.255, belong to the keys. */
const INVOCATION_COUNTER = /^00002B01..FF$/;

/** Classifies a write: keys, firmware, or anything else. */
export function kindOfWrite({ classId, ln }: Descriptor): Writable {
  if (classId === SECURITY_SETUP || INVOCATION_COUNTER.test(ln)) return 'keys';
  return classId === IMAGE_TRANSFER ? 'firmware' : 'configuration';
}

export interface GuardOptions {
  readonly allow: AllowList;
  /** Titles that the device must have, if the rig file or the ledger knows any. */
  readonly expected: () => readonly Uint8Array[];
  /** Called with the reason, each time a write is refused. */
  readonly onRefused: (why: string) => void;
}

/** Returns the guard of one attached device. */
export function guardOf({ allow, expected, onRefused }: GuardOptions): NonNullable<Peer['mayWrite']> {
  const refuse = (why: string): boolean => {
    onRefused(why);
    return false;
  };
  return (target, title) => {
    const what = kindOfWrite(target);
    if (title === undefined) return refuse(`the device gave no system title, so nothing may be written to it`);
    const text = toHex(title);
    const other = expected().find((one) => !equalBytes(one, title));
    if (other) return refuse(`the device is ${text}, and ${toHex(other)} was expected here`);
    return (
      allow[what].includes(text) || refuse(`its title on the wire, ${text}, is not on the allow-list (allow.${what})`)
    );
  };
}
