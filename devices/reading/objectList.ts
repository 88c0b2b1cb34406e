/** The association list of a device: its objects, and what this client may do with them. Blue Book, class 15, attribute 2. */
import type { Data } from '../dlms/encoding/axdr.ts';
import { toHex } from '../dlms/encoding/bytes.ts';
import { bytesOf, membersOf, numberOf } from '../dlms/encoding/values.ts';

export interface ListedAttribute {
  readonly id: number;
  readonly mode: number;
}

export interface ListedObject {
  readonly classId: number;
  readonly version: number;
  readonly ln: string;
  readonly attributes: readonly ListedAttribute[];
  readonly methods: readonly ListedAttribute[];
}

const ASSOCIATION_LN = 15;
/** From this version of class 15 on, access modes are bits and no numbers. */
const BITS_SINCE = 3;

/** Reads the list. Entries that are none are counted and left out. */
export function readObjectList(list: Data): { readonly objects: readonly ListedObject[]; readonly odd: number } {
  let odd = 0;
  const objects = (membersOf(list) ?? []).flatMap((entry): ListedObject[] => {
    const [classId, version, ln, rights] = membersOf(entry) ?? [];
    const name = bytesOf(ln);
    const id = numberOf(classId);
    if (id === undefined || name?.length !== 6) {
      odd += 1;
      return [];
    }
    const [attributes, methods] = membersOf(rights) ?? [];
    return [{ classId: id, version: numberOf(version) ?? 0, ln: toHex(name), attributes: rows(attributes), methods: rows(methods) }]; // prettier-ignore
  });
  return { objects, odd };
}

function rows(data: Data | undefined): ListedAttribute[] {
  return (membersOf(data) ?? []).flatMap((entry) => {
    const [id, mode] = (membersOf(entry) ?? []).slice(0, 2);
    const number = numberOf(id);
    // Some devices give a method's access as a boolean.
    const access = mode?.type === 'boolean' ? Number(mode.value) : numberOf(mode);
    return number === undefined || access === undefined ? [] : [{ id: number & 0xff, mode: access & 0xff }];
  });
}

const MODES = ['no access', 'read', 'write', 'read and write', 'authenticated read', 'authenticated write', 'authenticated read and write']; // prettier-ignore
const METHOD_MODES = ['no access', 'access', 'authenticated access'];

/** Words of the access modes of a list, and which of them let an attribute be read. */
export function accessWords(objects: readonly ListedObject[]): {
  readonly attribute: (mode: number) => string;
  readonly method: (mode: number) => string;
  readonly mayRead: (mode: number) => boolean;
} {
  const version = objects.find(({ classId }) => classId === ASSOCIATION_LN)?.version ?? 0;
  if (version >= BITS_SINCE) {
    return { attribute: bitWords, method: bitWords, mayRead: (mode) => (mode & 1) !== 0 };
  }
  return {
    attribute: (mode) => MODES[mode] ?? `access mode ${mode}`,
    method: (mode) => METHOD_MODES[mode] ?? `access mode ${mode}`,
    // A mode that no standard names may be a right to read: the device itself decides.
    mayRead: (mode) => ![0, 2, 5].includes(mode),
  };
}

const BITS = ['read', 'write', 'authenticated request', 'encrypted request', 'signed request', 'authenticated response', 'encrypted response', 'signed response']; // prettier-ignore

function bitWords(mode: number): string {
  const words = BITS.filter((_, bit) => (mode & (1 << bit)) !== 0);
  return words.length === 0 ? 'no access' : words.join(', ');
}
