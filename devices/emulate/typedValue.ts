/** COSEM values as a person writes them in a profile: a type's name and a plain value. */
import type { Data } from '../dlms/encoding/axdr.ts';
import { ascii, fromHex } from '../dlms/encoding/bytes.ts';
import {
  bool,
  enumerated,
  int16,
  int8,
  octets,
  text,
  uint16,
  uint32,
  uint8,
  visible,
} from '../dlms/encoding/values.ts';

export interface ValueType {
  /** The permitted values, in words. */
  readonly expected: string;
  /** Reads a value; undefined if it does not fit. */
  readonly read: (value: unknown) => Data | undefined;
}

function whole(min: number, max: number, make: (value: number) => Data): ValueType {
  const fits = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return {
    expected: `a whole number from ${min} to ${max}`,
    read: (value) => (fits(value) ? make(value) : undefined),
  };
}

const TEXT_MAX = 1024;

function characters(make: (value: string) => Data): ValueType {
  return {
    expected: `text of up to ${TEXT_MAX} ASCII characters, in quotes`,
    read: (value) => {
      const isAscii =
        typeof value === 'string' && value.length <= TEXT_MAX && ascii(value).every((byte) => byte < 0x80);
      return isAscii && Buffer.from(value, 'latin1').toString('latin1') === value ? make(value) : undefined;
    },
  };
}

/** The types a profile may name; `text` is an octet-string of ASCII, the form most names take. */
export const VALUE_TYPES = {
  boolean: {
    expected: 'true or false',
    read: (value) => (typeof value === 'boolean' ? bool(value) : undefined),
  },
  int8: whole(-0x80, 0x7f, int8),
  int16: whole(-0x8000, 0x7fff, int16),
  int32: whole(-0x8000_0000, 0x7fff_ffff, (value) => ({ type: 'doubleLong', value })),
  uint8: whole(0, 0xff, uint8),
  uint16: whole(0, 0xffff, uint16),
  uint32: whole(0, 0xffff_ffff, uint32),
  enum: whole(0, 0xff, enumerated),
  octets: {
    expected: 'an even number of hexadecimal digits, in quotes',
    read: (value) =>
      typeof value === 'string' && /^([0-9A-Fa-f]{2}){0,1024}$/.test(value) ? octets(fromHex(value)) : undefined,
  },
  text: characters(text),
  visible: characters(visible),
} as const satisfies Readonly<Record<string, ValueType>>;

export type ValueTypeName = keyof typeof VALUE_TYPES;
