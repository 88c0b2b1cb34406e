/** Compares two read-outs: objects, rights, types, results and values. */
import type { DeviceReading, PlainValue, ReadAttribute, ReadObject } from './deviceReading.ts';
import { valueText } from './readingText.ts';

export interface Difference {
  /** `Register 1.0.1.8.0.255 attribute 2`, or a place of the document. */
  readonly where: string;
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

export interface CompareOptions {
  /** True compares what there is, and not what it holds: objects, versions, rights, types, results. */
  readonly structure: boolean;
  /** True for an object, or an attribute of one, that is not compared. */
  readonly isIgnored: (object: string, attribute: number | undefined) => boolean;
}

type Scalar = string | number | boolean | null | undefined;

const NONE = 'not there';
const VALUE_MAX = 120;

export function compareReadings(a: DeviceReading, b: DeviceReading, options: CompareOptions): readonly Difference[] {
  const head = (['by', 'title', 'identification', 'complete'] as const)
    .filter((field) => !(options.structure && field === 'title'))
    .flatMap((field) => differ('read-out', field, a[field], b[field]));
  const objects = paired(a.objects, b.objects, ({ class: classId, object }) => `${classId} ${object}`).flatMap(([one, other]) => compareObjects(one, other, options)); // prettier-ignore
  const sets = paired(a.sets, b.sets, ({ address }) => address)
    .filter(([one, other]) => !options.isIgnored((one ?? other)!.address, undefined))
    .flatMap(([one, other]) => {
      const { address } = (one ?? other)!;
      if (!one || !other) return [presence(address, one, other)];
      return [
        ...differ(address, 'unit', one.unit, other.unit),
        ...differ(address, 'problem', one.problem, other.problem),
        ...(options.structure ? [] : differ(address, 'value', one.value, other.value)),
      ];
    });
  return [...head, ...objects, ...sets];
}

function compareObjects(a: ReadObject | undefined, b: ReadObject | undefined, options: CompareOptions): Difference[] {
  const { object, name } = (a ?? b)!;
  if (options.isIgnored(object, undefined)) return [];
  if (!a || !b) return [presence(name, a, b)];
  const methods = paired(a.methods ?? [], b.methods ?? [], ({ method }) => String(method)).flatMap(([one, other]) =>
    differ(name, `access of method ${(one ?? other)!.method}`, one?.access, other?.access),
  );
  const attributes = paired(a.attributes, b.attributes, (one) => `${one.attribute} ${one.range ?? ''}`).flatMap(
    ([one, other]) => compareAttributes(name, one, other, { ...options, object }),
  );
  return [...differ(name, 'version', a.version, b.version), ...attributes, ...methods];
}

function compareAttributes(
  name: string,
  a: ReadAttribute | undefined,
  b: ReadAttribute | undefined,
  { structure, isIgnored, object }: CompareOptions & { readonly object: string },
): Difference[] {
  const { attribute, name: own } = (a ?? b)!;
  if (isIgnored(object, attribute)) return [];
  const where = `${name} attribute ${attribute}${own === undefined ? '' : ` (${own})`}`;
  if (!a || !b) return [presence(where, a, b)];
  return [
    ...differ(where, 'access', a.access, b.access),
    ...differ(where, 'result', a.problem, b.problem),
    ...differ(where, 'type', a.type, b.type),
    ...differ(where, 'unit', a.unit, b.unit),
    ...differ(where, 'columns', columnsText(a), columnsText(b)),
    ...(structure ? [] : compareValues(where, a, b)),
  ];
}

function columnsText({ columns }: ReadAttribute): string | undefined {
  return columns?.map(({ class: classId, object, attribute, scaler = 0, unit = '' }) => `${classId}/${object}.${attribute} ${scaler} ${unit}`).join(', '); // prettier-ignore
}

function compareValues(where: string, a: ReadAttribute, b: ReadAttribute): Difference[] {
  if (a.axdr === b.axdr && whole(a.value) === whole(b.value)) return [];
  if (!a.columns || !b.columns || !Array.isArray(a.value) || !Array.isArray(b.value))
    return [{ where, what: 'value', a: a.scaled ?? text(a.value) ?? NONE, b: b.scaled ?? text(b.value) ?? NONE }];
  // Of a profile, the first entry that differs says more than all of them.
  const [ones, others] = [a.value, b.value] as [readonly PlainValue[], readonly PlainValue[]];
  const rows = Array.from({ length: Math.max(ones.length, others.length) }, (_, i) => i);
  const odd = rows.filter((i) => whole(ones[i]) !== whole(others[i]));
  const [first = 0] = odd;
  const what = `entries: ${odd.length} of ${rows.length} differ, the first is entry ${first + 1}`;
  return [{ where, what, a: text(ones[first]) ?? NONE, b: text(others[first]) ?? NONE }];
}

function whole(value: PlainValue | undefined): string | undefined {
  return value === undefined ? undefined : valueText(value);
}

/** A value for a line: long ones are cut, so they are never compared in this form. */
function text(value: PlainValue | undefined): string | undefined {
  const shown = whole(value);
  return shown !== undefined && shown.length > VALUE_MAX ? `${shown.slice(0, VALUE_MAX)}...` : shown;
}

function presence(where: string, a: unknown, b: unknown): Difference {
  return { where, what: 'presence', a: a === undefined ? NONE : 'there', b: b === undefined ? NONE : 'there' };
}

function differ(where: string, what: string, a: Scalar, b: Scalar): Difference[] {
  if (a === b) return [];
  const words = (value: Scalar): string => (value === undefined ? NONE : String(value));
  return [{ where, what, a: words(a), b: words(b) }];
}

/** Pairs items of equal key, in the order of the first, then what only the second has. A key may stand several times. */
function paired<T>(
  a: readonly T[],
  b: readonly T[],
  keyOf: (item: T) => string,
): readonly [T | undefined, T | undefined][] {
  const left = new Map<string, T[]>();
  for (const item of b) left.set(keyOf(item), [...(left.get(keyOf(item)) ?? []), item]);
  const pairs = a.map((item): [T | undefined, T | undefined] => [item, left.get(keyOf(item))?.shift()]);
  return [...pairs, ...[...left.values()].flat().map((item): [undefined, T] => [undefined, item])];
}
