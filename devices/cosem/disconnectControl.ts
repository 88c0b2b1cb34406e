/** Class 70, Disconnect control, in control mode 4: remote disconnect and reconnect. Blue Book 4.5.8. */
import { RESULT } from '../dlms/apdu/apdu.ts';
import { bool, enumerated } from '../dlms/encoding/values.ts';
import type { CosemObject, Env, ObjectDevice } from './deviceModel.ts';
import { constant, derived, obis } from './object.ts';

/** Periods without supply, half-open; the last may still run. At most this many are kept apart. */
export interface SupplyState {
  readonly off: { from: number; to: number | undefined }[];
}
const SPANS_MAX = 1000;
const CONTROL_MODE = 4;

const SLOT = 'supply';

/** True if the supply is on at an instant. */
export function isConnected(device: ObjectDevice): boolean {
  const last = offSpans(device).at(-1);
  return last === undefined || last.to !== undefined;
}

/** Returns the periods without supply, for meters that count. */
export function offSpans(device: ObjectDevice): SupplyState['off'] {
  return device.peekSlot<SupplyState>(SLOT)?.off ?? [];
}

function disconnect({ device, at }: Env): number {
  const state = device.slot<SupplyState>(SLOT, () => ({ off: [] }));
  if (!isConnected(device)) return RESULT.success;
  if (state.off.length >= SPANS_MAX) return RESULT.temporaryFailure;
  state.off.push({ from: at, to: undefined });
  return RESULT.success;
}

function reconnect({ device, at }: Env): number {
  if (!isConnected(device)) offSpans(device).at(-1)!.to = at;
  return RESULT.success;
}

export function disconnectControl(name: string, rights: CosemObject['rights']): CosemObject {
  return {
    classId: 70,
    version: 0,
    ln: obis(name),
    attributes: [
      derived((env) => bool(isConnected(env.device))),
      // Control state: 0 disconnected, 1 connected (2, ready for reconnection, needs a button).
      derived((env) => enumerated(isConnected(env.device) ? 1 : 0)),
      constant(enumerated(CONTROL_MODE)),
    ],
    methods: [disconnect, reconnect],
    rights,
  };
}
