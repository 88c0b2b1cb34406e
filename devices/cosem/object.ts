/** Builds object rows: names, rights, and the usual kinds of attributes. */
import { type GetResult, RESULT } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import type { Attribute, CosemObject, Env, Rights, Role } from './deviceModel.ts';

/** Converts `0.0.42.0.0.255` to hex. The text is a programmer's input, so anything but six numbers throws. */
export function obis(text: string): string {
  const numbers = text.split('.').map(Number);
  if (numbers.length !== 6 || numbers.some((n) => !Number.isInteger(n) || n < 0 || n > 255)) {
    throw new Error(`obis: six numbers of 0 to 255 expected, got ${text}`);
  }
  return numbers
    .map((n) => n.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

/** Converts hex to `0.0.42.0.0.255`. */
export function obisText(ln: string): string {
  return (ln.match(/../g) ?? []).map((pair) => parseInt(pair, 16)).join('.');
}

/**
 * Returns the rights of some roles: attributes from attribute 2 on (everybody who sees the object may read attribute
 * 1).
 */
export function rights(table: Readonly<Partial<Record<Role, string>>>): CosemObject['rights'] {
  const rows = Object.entries(table).map(([role, text]) => {
    const [attributes = '', methods = ''] = text.split(' ');
    return [role, { attributes: `r${attributes}`, methods }];
  });
  return Object.fromEntries(rows) as CosemObject['rights'];
}

/** Maps letters to class 15 access modes and their meaning. */
const ATTRIBUTE_MODES = '-rwbRWB';
const METHOD_MODES = '-xX';

export function attributeMode(rightsOfRole: Rights, id: number): number {
  return Math.max(0, ATTRIBUTE_MODES.indexOf(rightsOfRole.attributes[id - 1] ?? '-'));
}

export function methodMode(rightsOfRole: Rights, id: number): number {
  return Math.max(0, METHOD_MODES.indexOf(rightsOfRole.methods[id - 1] ?? '-'));
}

/** True if a mode allows reading (or writing) by an APDU with this protection. */
export function allows(mode: number, what: 'read' | 'write', authenticated: boolean): boolean {
  if (mode > 3 && !authenticated) return false;
  const bits = mode > 3 ? mode - 3 : mode;
  return (bits & (what === 'read' ? 1 : 2)) !== 0;
}

/** Turns the result of an attribute into the result of a read. */
export function asGetResult(value: Data | number): GetResult {
  return typeof value === 'number' ? { ok: false, result: value } : { ok: true, data: value };
}

/** Returns a constant attribute: the same for every device, and never written. */
export function constant(value: Data): Attribute {
  return { read: () => value };
}

/** Returns an attribute that is read from the device. */
export function derived(read: (env: Env) => Data): Attribute {
  return { read };
}

/** Returns a writable attribute of the default's type. The device stores a value only if it differs from the model. */
export function stored(key: string, initial: Data, accepts: (value: Data) => boolean = () => true): Attribute {
  return {
    read: (env) => env.device.values.get(key) ?? initial,
    write: (env, value) => {
      const isText = (data: Data): boolean => data.type === 'octetString' || data.type === 'visibleString';
      if (value.type !== initial.type && !(isText(value) && isText(initial))) return RESULT.typeUnmatched;
      if (!accepts(value)) return RESULT.scopeOfAccessViolated;
      env.device.values.set(key, value);
      return RESULT.success;
    },
  };
}
