/** Classes 3 and 4, Register and Extended register. Blue Book 4.3.2, 4.3.3. */
import { RESULT } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { enumerated, int8, structure } from '../dlms/encoding/values.ts';
import { constant, derived, obis } from './object.ts';
import type { CosemObject, Env } from './deviceModel.ts';

/** Physical units of Blue Book table 4. */
export const UNIT = { cubicMetre: 13, watt: 27, wattHour: 30, ampere: 33, volt: 35, count: 255 } as const;

export interface RegisterRow {
  readonly name: string;
  readonly read: (env: Env) => Data;
  /** The value times ten to this power is in `unit`. */
  readonly scaler: number;
  readonly unit: number;
  readonly rights: CosemObject['rights'];
}

/** Registers of a meter are never reset. The method exists and refuses. */
const refuse = (): number => RESULT.readWriteDenied;

export function register(row: RegisterRow): CosemObject {
  const scalerUnit = constant(structure(int8(row.scaler), enumerated(row.unit)));
  return {
    classId: 3,
    version: 0,
    ln: obis(row.name),
    attributes: [derived(row.read), scalerUnit],
    methods: [refuse],
    rights: row.rights,
  };
}

/** Returns an extended register, with a status and the instant of capture. */
export function extendedRegister(
  row: RegisterRow & { readonly status: (env: Env) => Data; readonly capturedAt: (env: Env) => Data },
): CosemObject {
  const plain = register(row);
  return { ...plain, classId: 4, attributes: [...plain.attributes, derived(row.status), derived(row.capturedAt)] };
}
