/**
 * What may be written to attached hardware: nothing, unless its system title, as it was learnt on the wire in an association
 * that proved its keys, is on the rig file's list for that kind of thing. Asked by the client core before a byte is made.
 */
import { equalBytes, toHex } from '../../dlms/bytes.ts';
import type { Descriptor } from '../../dlms/apdu.ts';
import type { Peer } from '../../headend/associate.ts';
import type { AllowList } from '../file/rigSetup.ts';

export type Writable = Exclude<keyof AllowList, 'power'>;

const SECURITY_SETUP = 64;
const IMAGE_TRANSFER = 18;
/** 0.0.43.1.x.255: invocation counters belong to the keys. */
const INVOCATION_COUNTER = /^00002B01..FF$/;

/** What a write is: of keys, of firmware, or of anything else. */
export function kindOfWrite({ classId, ln }: Descriptor): Writable {
  if (classId === SECURITY_SETUP || INVOCATION_COUNTER.test(ln)) return 'keys';
  return classId === IMAGE_TRANSFER ? 'firmware' : 'configuration';
}

export interface GuardOptions {
  readonly allow: AllowList;
  /** Titles that the device must have, where the rig file or the ledger knows one. */
  readonly expected: () => readonly Uint8Array[];
  /** Told, each time, why something was not written. */
  readonly onRefused: (why: string) => void;
}

/** The guard of one attached device. */
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
