/** Physical units, and values times ten to a scaler. Source: Blue Book, table 4. */
import type { Data } from '../../dlms/encoding/axdr.ts';
import { membersOf, numberOf } from '../../dlms/encoding/values.ts';

const UNITS: readonly string[] =
  ' a mo wk d h min s ° °C currency m m/s m3 m3(corrected) m3/h m3/h(corrected) m3/d m3/d(corrected) l kg N Nm Pa bar J J/h W VA var Wh VAh varh A C V V/m F Ω Ωm²/m Wb T A/m H Hz 1/Wh 1/varh 1/VAh V²h A²h kg/s S K 1/V²h 1/A²h 1/m3 % Ah'.split(
    ' ',
  );
const FURTHER: Readonly<Record<number, string>> = {
  60: 'Wh/m3',
  61: 'J/m3',
  62: 'Mol%',
  63: 'g/m3',
  64: 'Pa s',
  65: 'J/kg',
  66: 'g/cm2',
  67: 'atm',
  70: 'dBm',
  71: 'dBµV',
  72: 'dB',
};
const COUNT = 255;
/** A scaler beyond this is damage: no quantity needs it. */
const SCALER_MAX = 30;

/** A scaler_unit attribute. */
export interface Scaling {
  readonly scaler: number;
  readonly unit: string | undefined;
}

/** The name of a unit by its number; undefined for a plain count. */
export function unitName(unit: number): string | undefined {
  return unit === COUNT || unit === 0 ? undefined : (UNITS[unit] ?? FURTHER[unit] ?? `unit ${unit}`);
}

/** Returns the scaler and unit of a scaler_unit value; undefined if it is none. */
export function scalingOf(data: Data | undefined): Scaling | undefined {
  const members = membersOf(data);
  const [scaler, unit] = (members ?? []).map(numberOf);
  if (members?.length !== 2 || scaler === undefined || unit === undefined || Math.abs(scaler) > SCALER_MAX)
    return undefined;
  return { scaler, unit: unitName(unit) };
}

/** The value times ten to the scaler, as exact decimal text; undefined if the value is no number. */
export function scaledText(data: Data, { scaler }: Scaling): string | undefined {
  if (!('value' in data)) return undefined;
  const { value } = data;
  if (typeof value === 'number' && !Number.isInteger(value)) return String(value * 10 ** scaler);
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const digits = BigInt(value);
  if (scaler >= 0) return String(digits * 10n ** BigInt(scaler));
  const places = -scaler;
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, -places)}.${text.slice(-places)}`;
}
