/** Names of classes, objects, attributes and APDUs, as a reader of a capture wants to see them. Source: Blue Book, Green Book. */
import type { Descriptor } from '../../dlms/apdu/apdu.ts';
import { RESULT_NAMES } from '../../dlms/apdu/codeNames.ts';
import { obisText } from '../../cosem/object.ts';

const CLASSES: Readonly<Record<number, string>> = {
  1: 'Data',
  3: 'Register',
  4: 'Extended register',
  5: 'Demand register',
  6: 'Register activation',
  7: 'Profile generic',
  8: 'Clock',
  9: 'Script table',
  10: 'Schedule',
  11: 'Special days table',
  12: 'Association SN',
  15: 'Association LN',
  17: 'SAP assignment',
  18: 'Image transfer',
  19: 'IEC local port setup',
  20: 'Activity calendar',
  21: 'Register monitor',
  22: 'Single action schedule',
  23: 'IEC HDLC setup',
  27: 'Modem configuration',
  28: 'Auto answer',
  29: 'Auto connect',
  40: 'Push setup',
  41: 'TCP-UDP setup',
  42: 'IPv4 setup',
  43: 'MAC address setup',
  44: 'PPP setup',
  45: 'GPRS modem setup',
  47: 'GSM diagnostic',
  48: 'IPv6 setup',
  61: 'Register table',
  62: 'Compact data',
  63: 'Status mapping',
  64: 'Security setup',
  70: 'Disconnect control',
  71: 'Limiter',
  72: 'M-Bus client',
  104: 'ZigBee network control',
  105: 'ZigBee tunnel setup',
  111: 'Account',
  112: 'Credit',
  113: 'Charge',
  115: 'Token gateway',
};

/** Patterns of logical names with the object's name and its likely classes. The first match wins. */
const OBJECTS: readonly (readonly [RegExp, string | undefined, (readonly number[])?])[] = [
  [/^0\.\d+\.1\.0\.\d+\.255$/, 'clock', [8]],
  [/^0\.0\.42\.0\.0\.255$/, 'logical device name'],
  [/^0\.\d+\.40\.0\.\d+\.255$/, 'association', [15, 12]],
  [/^0\.0\.41\.0\.0\.255$/, 'SAP assignment', [17]],
  [/^0\.\d+\.43\.0\.\d+\.255$/, 'security setup', [64]],
  [/^0\.\d+\.43\.1\.\d+\.255$/, 'invocation counter'],
  [/^0\.\d+\.44\.0\.\d+\.255$/, 'image transfer', [18]],
  [/^0\.\d+\.96\.1\.\d+\.255$/, 'device ID'],
  [/^0\.\d+\.96\.3\.10\.255$/, 'disconnect control', [70]],
  [/^0\.\d+\.96\.11\.\d+\.255$/, 'event code'],
  [/^0\.\d+\.97\.97\.\d+\.255$/, 'error register'],
  [/^0\.\d+\.97\.98\.\d+\.255$/, 'alarm register'],
  [/^0\.\d+\.25\.9\.\d+\.255$/, 'push setup', [40]],
  [/^0\.\d+\.25\.6\.\d+\.255$/, 'GSM diagnostic', [47]],
  [/^0\.\d+\.25\.4\.\d+\.255$/, undefined, [45]],
  [/^1\.\d+\.98\.\d+\.\d+\.\d+$/, undefined, [7]],
  [/^0\.\d+\.98\.\d+\.\d+\.\d+$/, 'billing profile', [7]],
  [/^0\.\d+\.99\.98\.\d+\.255$/, 'event log', [7]],
  [/^[01]\.\d+\.99\.\d+\.\d+\.\d+$/, 'load profile', [7]],
  [/^1\.\d+\.0\.2\.\d+\.255$/, 'firmware'],
  [/^1\.\d+\.1\.8\.\d+\.\d+$/, 'active energy import'],
  [/^1\.\d+\.2\.8\.\d+\.\d+$/, 'active energy export'],
  [/^1\.\d+\.3\.8\.\d+\.\d+$/, 'reactive energy import'],
  [/^1\.\d+\.4\.8\.\d+\.\d+$/, 'reactive energy export'],
  [/^1\.\d+\.1\.7\.\d+\.\d+$/, 'active power import'],
  [/^1\.\d+\.2\.7\.\d+\.\d+$/, 'active power export'],
  [/^1\.\d+\.(31|51|71)\.7\.\d+\.\d+$/, 'current'],
  [/^1\.\d+\.(32|52|72)\.7\.\d+\.\d+$/, 'voltage'],
  [/^7\.\d+\.3\.\d+\.\d+\.\d+$/, 'gas volume'],
];

/** The classes that an object of this logical name may have, likely ones first; empty if the name tells none. */
export function likelyClasses(ln: string): readonly number[] {
  const obis = obisText(ln);
  return OBJECTS.find(([pattern]) => pattern.test(obis))?.[2] ?? [];
}

/** `Register 1.0.1.8.0.255 (active energy import)`. */
export function objectText(classId: number, ln: string): string {
  const obis = obisText(ln);
  const name = OBJECTS.find(([pattern]) => pattern.test(obis))?.[1];
  return `${CLASSES[classId] ?? `class ${classId}`} ${obis}${name === undefined ? '' : ` (${name})`}`;
}

/** `read write denied (3)`. */
export function resultText(code: number): string {
  return `${RESULT_NAMES[code] ?? 'result'} (${code})`;
}

/** Names of APDUs by their first byte, where the content is not taken apart. */
export const APDU_NAMES: Readonly<Record<number, string>> = {
  0x01: 'initiate-request',
  0x05: 'read-request',
  0x06: 'write-request',
  0x08: 'initiate-response',
  0x0c: 'read-response',
  0x0d: 'write-response',
  0x0e: 'confirmed-service-error',
  0x0f: 'data-notification',
  0x16: 'unconfirmed-write-request',
  0x18: 'information-report',
  0x60: 'AARQ',
  0x61: 'AARE',
  0x62: 'RLRQ',
  0x63: 'RLRE',
  0xc0: 'get-request',
  0xc1: 'set-request',
  0xc2: 'event-notification',
  0xc3: 'action-request',
  0xc4: 'get-response',
  0xc5: 'set-response',
  0xc7: 'action-response',
  0xd8: 'exception-response',
  0xd9: 'access-request',
  0xda: 'access-response',
  0xdb: 'general-glo-ciphering',
  0xdc: 'general-ded-ciphering',
  0xdd: 'general-ciphering',
  0xdf: 'general-signing',
  0xe0: 'general-block-transfer',
};

/** Names of attributes and methods that were made, by logical name and then by class, number and kind. */
const TARGET_WORDS = new Map<string, Map<number, string>>();
/** Most names kept. A device has some hundreds. */
const NAMES_MAX = 8192;
let namesKept = 0;

/** `Register 1.0.1.8.0.255 (active energy import) attribute 2`. Kept, because a capture names the same few over and over. */
export function targetWords({ classId, ln, id }: Descriptor, isMethod: boolean): string {
  const key = classId * 512 + (isMethod ? 256 : 0) + id;
  const words = TARGET_WORDS.get(ln)?.get(key);
  if (words !== undefined) return words;
  const made = `${objectText(classId, ln)} ${isMethod ? 'method' : 'attribute'} ${id}`;
  if (namesKept >= NAMES_MAX) {
    TARGET_WORDS.clear();
    namesKept = 0;
  }
  namesKept += 1;
  const ofObject = TARGET_WORDS.get(ln) ?? new Map<number, string>();
  TARGET_WORDS.set(ln, ofObject.set(key, made));
  return made;
}
