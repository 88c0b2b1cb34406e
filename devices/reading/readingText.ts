/** A read-out as lines for people, and as CSV: a row a value, and a row a cell of a profile. */
import { unitName } from '../decode/words/unitNames.ts';
import type { DeviceReading, PlainValue, ReadAttribute, ReadObject } from './deviceReading.ts';

const NAME_WIDTH = 30;
const LINE_MAX = 400;

export function readingLines(reading: DeviceReading): readonly string[] {
  return [headText(reading), ...reading.objects.flatMap(objectLines), ...reading.sets.map(setText)];
}

function headText(reading: DeviceReading): string {
  const { source, by, client, server, authentication, title, identification } = reading;
  const login = by === 'dlms' ? `, client ${client} (${authentication}), server ${server}` : '';
  const given = [title && `title ${title}`, identification && `identification ${identification}`].filter(Boolean);
  return `${source}${login}${given.length === 0 ? '' : `, ${given.join(', ')}`}`;
}

function objectLines({ name, version, attributes, methods }: ReadObject): readonly string[] {
  const head = version === undefined ? name : `${name}, version ${version}`;
  const able = (methods ?? []).filter(({ access }) => access !== 'no access');
  const last = able.map(({ method, access }) => `method ${method}: ${access}`).join(', ');
  return [head, ...attributes.flatMap(attributeLines), ...(last === '' ? [] : [`  ${last}`])];
}

function attributeLines(attribute: ReadAttribute): readonly string[] {
  const { name, access, range, columns, problem } = attribute;
  const asked = range === undefined ? '' : ` @${range}`;
  const head = `  ${String(attribute.attribute).padStart(2)} ${`${name ?? ''}${asked}`.padEnd(NAME_WIDTH)} `;
  if (problem !== undefined) return [`${head}${problem}`];
  if (attribute.type === undefined) return [`${head}${access ?? ''}`.trimEnd()];
  if (columns && Array.isArray(attribute.value))
    return [`${head}${attribute.value.length} entries`, ...entryLines(attribute)];
  return [cut(`${head}${quantityText(attribute)}`)];
}

function cut(line: string): string {
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}...` : line;
}

function quantityText(attribute: ReadAttribute): string {
  const { name, value } = attribute;
  // The list itself is what the lines around it show.
  if (name === 'object_list' && Array.isArray(value)) return `${value.length} objects`;
  if (name === 'scaler_unit' && Array.isArray(value)) {
    const [scaler, unit] = value as readonly PlainValue[];
    if (typeof scaler === 'number' && typeof unit === 'number') return `10^${scaler} ${unitName(unit) ?? ''}`.trimEnd();
  }
  return plainQuantity(attribute);
}

function plainQuantity({ value = null, scaled, unit, type }: ReadAttribute): string {
  const number = scaled ?? valueText(value);
  return unit === undefined ? number || `no octets (${type})` : `${number} ${unit}`;
}

/** A value on one line. */
export function valueText(value: PlainValue): string {
  if (Array.isArray(value)) return `[${(value as readonly PlainValue[]).map(valueText).join(', ')}]`;
  return value === null ? 'null' : String(value);
}

function entryLines({ columns = [], value }: ReadAttribute): readonly string[] {
  const heads = columns.map(({ object, attribute, unit }) => `${object}${attribute === 2 ? '' : `.${attribute}`}${unit === undefined ? '' : ` (${unit})`}`); // prettier-ignore
  const rows = (value as readonly PlainValue[]).map((entry) => cellsOf(entry, columns));
  return [`     ${heads.join('  ')}`, ...rows.map((row) => cut(`     ${row.join('  ')}`))];
}

function cellsOf(entry: PlainValue, columns: NonNullable<ReadAttribute['columns']>): readonly string[] {
  const cells = Array.isArray(entry) ? (entry as readonly PlainValue[]) : [entry];
  return cells.map((cell, i) => scaledCell(cell, columns[i]?.scaler ?? 0));
}

function scaledCell(cell: PlainValue, scaler: number): string {
  if (scaler === 0 || typeof cell !== 'number' || !Number.isSafeInteger(cell)) return valueText(cell);
  return scaler > 0 ? String(cell * 10 ** scaler) : (cell / 10 ** -scaler).toFixed(-scaler);
}

function setText({ address, value, unit, at, problem }: DeviceReading['sets'][number]): string {
  if (problem !== undefined) return `${address.padEnd(NAME_WIDTH)} ${problem}`;
  const shown = `${value ?? 'null'}${unit === undefined ? '' : ` ${unit}`}${at === undefined ? '' : `, at ${at}`}`;
  return `${address.padEnd(NAME_WIDTH)} ${shown}`;
}

export const READING_COLUMNS = ['class', 'object', 'attribute', 'name', 'entry', 'column', 'value', 'unit', 'problem'];

/** The rows of a CSV: a value each; of a profile, a cell each, with its entry from 1 and its column's object. */
export function readingRows({ objects, sets }: DeviceReading): readonly (readonly string[])[] {
  return [
    ...objects.flatMap((object) => object.attributes.flatMap((attribute) => attributeRows(object, attribute))),
    ...sets.map(({ address, value, unit, problem }) => ['', address, '', '', '', '', value === undefined || value === null ? '' : String(value), unit ?? '', problem ?? '']), // prettier-ignore
  ];
}

function attributeRows(
  { class: classId, object }: ReadObject,
  attribute: ReadAttribute,
): readonly (readonly string[])[] {
  const head = [String(classId), object, String(attribute.attribute), attribute.name ?? ''];
  const { columns, value, scaled, unit, problem } = attribute;
  if (columns && Array.isArray(value)) {
    return (value as readonly PlainValue[]).flatMap(
      (entry, i) =>
      cellsOf(entry, columns).map((cell, at) => [...head, String(i + 1), columns[at]?.object ?? '', cell, columns[at]?.unit ?? '', '']), // prettier-ignore
    );
  }
  const shown = scaled ?? (value === undefined ? '' : valueText(value));
  return [[...head, '', '', shown, unit ?? '', problem ?? '']];
}
