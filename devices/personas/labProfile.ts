/**
 * The default lab profile: the SAPs, secrets and keys that third-party DLMS tools' own examples use, so that they drive
 * an emulated device unchanged. These keys are public: they protect nothing and must never reach real hardware.
 */
import { instant } from '../../src/time.ts';
import { ascii, concat, fromHex, Writer } from '../dlms/encoding/bytes.ts';
import { CONFORMANCE } from '../dlms/apdu/initiate.ts';
import type { DeviceIdentity, ModelClient } from '../cosem/deviceModel.ts';
import type { KeySet } from '../cosem/deviceKeyring.ts';

/** GUEK, GBEK, GAK and KEK of the lab. */
export const LAB_KEYS: KeySet = {
  guek: fromHex('000102030405060708090A0B0C0D0E0F'),
  gbek: fromHex('0F0E0D0C0B0A09080706050403020100'),
  gak: fromHex('D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF'),
  kek: fromHex('31313131313131313131313131313131'),
};

/** The secret of the LLS client. */
export const LAB_SECRET = ascii('Gurux');

const READING = CONFORMANCE.blockGet | CONFORMANCE.multipleReferences | CONFORMANCE.get | CONFORMANCE.selectiveAccess;
const WRITING =
  CONFORMANCE.set |
  CONFORMANCE.action |
  CONFORMANCE.blockSet |
  CONFORMANCE.blockAction |
  CONFORMANCE.generalProtection |
  CONFORMANCE.dataNotification;

/** Client SAPs: 16 public, 17 reader, 1 management. */
export const LAB_CLIENTS: readonly ModelClient[] = [
  { sap: 16, role: 'public', mechanism: 0, contexts: [1], conformance: READING, associationInstance: 1 },
  {
    sap: 17,
    role: 'reader',
    mechanism: 1,
    contexts: [1, 3],
    secret: LAB_SECRET,
    conformance: READING | WRITING,
    associationInstance: 2,
  },
  {
    sap: 1,
    role: 'management',
    mechanism: 5,
    contexts: [3, 1],
    conformance: READING | WRITING,
    associationInstance: 3,
  },
];

/** Longest APDU that a lab device takes, bytes. */
export const LAB_PDU_BYTES_MAX = 1024;

/** The kinds of emulated devices. */
export const DEVICE_KINDS = ['chf', 'esme', 'gsme'] as const;

/** A kind of emulated device: `chf`, `esme` or `gsme`. */
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** Registers of lab devices were zero then. */
const INSTALLED_AT = instant('2016-01-01T00:00:00Z');
const TITLE_LETTERS: Readonly<Record<DeviceKind, string>> = { chf: 'C', esme: 'E', gsme: 'G' };

/** Identity of the lab's n-th device of a kind: title `SMB`, kind letter, number; distinct for distinct (kind, number). */
export function labIdentity(kind: DeviceKind, number: number): DeviceIdentity {
  const digits = String(number).padStart(8, '0');
  const letter = TITLE_LETTERS[kind];
  const meterPoint = kind === 'chf' ? '' : kind === 'esme' ? `19${digits.padStart(11, '0')}` : `70${digits}`;
  return {
    systemTitle: concat(ascii(`SMB${letter}`), new Writer().u32(number).bytes()),
    name: `SMB${letter}${digits}`,
    serial: `${letter}${digits}`,
    meterPoint,
    firmware: '1.0.0',
    keys: LAB_KEYS,
    seed: number,
    installedAt: INSTALLED_AT,
  };
}
