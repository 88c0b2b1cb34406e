/**
 * Decides how the columns of a Parquet file are read: which physical types can hold the cells of a record column, and
 * what their values mean. A type that fits no column is refused when its first value is met. A column that is null
 * throughout is thus accepted whatever its type.
 */
import type { SchemaElement } from 'hyparquet';
import { ZONELESS_MEND, type Zoneless } from '../record/instantText.ts';
import type { Column, ColumnType } from '../record/records.ts';

export type PhysicalType =
  'BOOLEAN' | 'INT32' | 'INT64' | 'INT96' | 'FLOAT' | 'DOUBLE' | 'BYTE_ARRAY' | 'FIXED_LEN_BYTE_ARRAY';

/** The kind of value that a column holds. */
export type Kind =
  | { readonly is: 'text' }
  | { readonly is: 'uuid' }
  | { readonly is: 'boolean' }
  /** 0 if the number is signed; otherwise the width of the unsigned number in bits. */
  | { readonly is: 'whole'; readonly unsignedBits: 0 | 32 | 64 }
  /** A floating-point number. It is accepted if it is whole and exact. */
  | { readonly is: 'real' }
  /** An integer that is divided by ten to the power of `scale`. */
  | { readonly is: 'decimal'; readonly scale: number }
  | { readonly is: 'timestamp'; readonly perSecond: 1e3 | 1e6 | 1e9; readonly zone: Exclude<Zoneless, 'refuse'> }
  /** The old timestamp of Hive and Spark: nanoseconds of a day, and a Julian day. */
  | { readonly is: 'int96'; readonly zone: Exclude<Zoneless, 'refuse'> }
  /** Values that cannot be read. The first one that is not null ends the reading. */
  | { readonly is: 'wrong'; readonly found: string; readonly expected: string };

export interface ColumnReading {
  readonly physical: PhysicalType;
  /** The number of bytes of a FIXED_LEN_BYTE_ARRAY; otherwise 0. */
  readonly width: number;
  readonly kind: Kind;
}

/** Decides how a column of a file is read as a column of a record. */
export function readingOf(element: SchemaElement, column: Column, zoneless: Zoneless): ColumnReading {
  const physical = element.type as PhysicalType;
  return { physical, width: element.type_length ?? 0, kind: kindOf(element, column, zoneless) };
}

function kindOf(element: SchemaElement, column: Column, zoneless: Zoneless): Kind {
  const wrong: Kind = { is: 'wrong', found: describe(element), expected: wanted(column) };
  if (element.repetition_type === 'REPEATED') return wrong;
  if (isText(element)) return { is: 'text' };
  if (column.type === 'instant') return timestampKind(element, zoneless) ?? wrong;
  if (element.type === 'BOOLEAN') return isYesNo(column) ? { is: 'boolean' } : wrong;
  if (element.logical_type?.type === 'UUID') return column.type === 'id' ? { is: 'uuid' } : wrong;
  return NUMERIC.has(column.type) ? (numberKind(element) ?? wrong) : wrong;
}

function isText({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  if (type !== 'BYTE_ARRAY') return false;
  const plain = converted === undefined || converted === 'UTF8' || converted === 'ENUM';
  return plain && (logical === undefined || logical.type === 'STRING' || logical.type === 'ENUM');
}

const PER_SECOND = { MILLIS: 1e3, MICROS: 1e6, NANOS: 1e9 } as const;

function timestampKind(element: SchemaElement, zoneless: Zoneless): Kind | undefined {
  const { type, converted_type: converted, logical_type: logical } = element;
  const zone = zoneless === 'refuse' ? undefined : zoneless;
  const without: Kind = { is: 'wrong', found: `${describe(element)} without a time zone`, expected: ZONELESS_MEND };
  if (type === 'INT96') return zone ? { is: 'int96', zone } : without;
  if (type !== 'INT64') return undefined;
  if (logical?.type === 'TIMESTAMP') {
    const perSecond = PER_SECOND[logical.unit];
    if (logical.isAdjustedToUTC) return { is: 'timestamp', perSecond, zone: 'utc' };
    return zone ? { is: 'timestamp', perSecond, zone } : without;
  }
  // The format's rules of compatibility say that the older annotations mean UTC.
  if (converted === 'TIMESTAMP_MILLIS') return { is: 'timestamp', perSecond: 1e3, zone: 'utc' };
  return converted === 'TIMESTAMP_MICROS' ? { is: 'timestamp', perSecond: 1e6, zone: 'utc' } : undefined;
}

const NUMERIC: ReadonlySet<ColumnType> = new Set<ColumnType>(['id', 'subject', 'meterPoint', 'count', 'number']);

function numberKind(element: SchemaElement): Kind | undefined {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (logical?.type === 'DECIMAL' || converted === 'DECIMAL') {
    const scale = (logical?.type === 'DECIMAL' ? logical.scale : element.scale) ?? 0;
    return scale >= 0 && scale <= DECIMAL_SCALE_MAX ? { is: 'decimal', scale } : undefined;
  }
  if (logical !== undefined && logical.type !== 'INTEGER') return undefined;
  if (converted !== undefined && !/^U?INT_/.test(converted)) return undefined;
  if (type === 'FLOAT' || type === 'DOUBLE') return { is: 'real' };
  if (type !== 'INT32' && type !== 'INT64') return undefined;
  return { is: 'whole', unsignedBits: isUnsigned(element) ? (type === 'INT32' ? 32 : 64) : 0 };
}

const DECIMAL_SCALE_MAX = 38;

export function isUnsigned({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return logical?.type === 'INTEGER' ? !logical.isSigned : (converted ?? '').startsWith('UINT_');
}

/** True if the choices of a column are yes and no, which other programs write as BOOLEAN. */
export function isYesNo({ allowed }: Column): boolean {
  return allowed?.length === 2 && allowed[0] === 'yes' && allowed[1] === 'no';
}

const WHOLE = 'INT32, INT64, DECIMAL or whole DOUBLE';
const WANTED: Readonly<Record<ColumnType, string>> = {
  id: `${WHOLE}, UUID or STRING`,
  subject: `STRING, ${WHOLE}`,
  instant: 'TIMESTAMP (ms, us or ns) or STRING',
  meterPoint: `${WHOLE}, or STRING`,
  choice: 'STRING',
  text: 'STRING',
  count: `${WHOLE}, or STRING`,
  number: `STRING, ${WHOLE}`,
  instants: 'STRING',
};

function wanted(column: Column): string {
  return isYesNo(column) ? 'STRING (yes or no) or BOOLEAN' : WANTED[column.type];
}

function describe(element: SchemaElement): string {
  const logical = element.logical_type?.type ?? element.converted_type;
  return `type ${element.type}${logical ? ` (${logical})` : ''}`;
}
