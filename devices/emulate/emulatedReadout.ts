/** The readout of a meter's optical port: its serial number, its clock, and its registers as OBIS data sets. */
import { formatInstant } from '../../src/time.ts';
import type { CosemDevice } from '../cosem/device.ts';
import { obisText } from '../cosem/object.ts';
import { UNIT } from '../cosem/register.ts';
import { numberOf, membersOf } from '../dlms/encoding/values.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import type { DataSet } from '../iec62056_21/readout.ts';

/** The name of a unit in the readout, and the power of ten between it and the COSEM unit. */
const SHOWN: Readonly<Record<number, { readonly unit: string; readonly power: number }>> = {
  [UNIT.wattHour]: { unit: 'kWh', power: -3 },
  [UNIT.watt]: { unit: 'kW', power: -3 },
  [UNIT.cubicMetre]: { unit: 'm3', power: 0 },
  [UNIT.volt]: { unit: 'V', power: 0 },
  [UNIT.ampere]: { unit: 'A', power: 0 },
};
const REGISTER_CLASSES: readonly number[] = [3, 4];
const WIDTH = 10;

export function readoutOf(device: CosemDevice, at: number): readonly DataSet[] {
  const [date, time] = formatInstant(device.clockAt(at)).split('T') as [string, string];
  const registers = device.model.objects
    .filter(({ classId }) => REGISTER_CLASSES.includes(classId))
    .flatMap(({ classId, ln }) => registerSet(device, { classId, ln, at }));
  return [
    { address: '0.0.0', value: device.identity.serial },
    { address: '0.9.1', value: time.slice(0, 8).replaceAll(':', '') },
    { address: '0.9.2', value: date.slice(2).replaceAll('-', '') },
    ...registers,
  ];
}

/** A register with a reader's rights, because a read-out shows what a display would. */
function registerSet(device: CosemDevice, { classId, ln, at }: { classId: number; ln: string; at: number }): DataSet[] {
  const valueOf = (id: number): Data | undefined => device.readAs(device.readerSap, { classId, ln, id }, at);
  const value = numberOf(valueOf(2));
  const scaling = membersOf(valueOf(3)) ?? [];
  const [scaler, unit] = scaling.map(numberOf);
  if (value === undefined || scaler === undefined) return [];
  const shown = SHOWN[unit ?? 0];
  const decimals = Math.max(0, -(scaler + (shown?.power ?? 0)));
  const scaled = value * Number(`1e${scaler + (shown?.power ?? 0)}`);
  const text = scaled.toFixed(decimals).padStart(decimals > 0 ? WIDTH : 0, '0');
  return [{ address: shortName(ln), value: text, ...(shown && { unit: shown.unit }) }];
}

/** Returns `1.8.0` for electricity objects and `7-0:3.0.0` for other media. */
function shortName(ln: string): string {
  const [a, b, c, d, e] = obisText(ln).split('.');
  return a === '1' && b === '0' ? `${c}.${d}.${e}` : `${a}-${b}:${c}.${d}.${e}`;
}
