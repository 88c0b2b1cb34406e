import { assert } from '../../src/assert.ts';
import { passed } from './framePolicy.ts';
import type { Admission, Direction, FrameInFlight, FramePolicy } from './framePolicy.ts';

/**
 * One scripted fault. `frame` is which frame it hits, from 1: of that direction, or of both counted together with
 * `direction: 'either'`. The names of datagram impairments are netem's; a list by frame number is ns-3's ListErrorModel.
 */
export type ScriptedFault = { readonly frame: number; readonly direction: Direction | 'either' } & FaultAction;

export type FaultAction =
  | { readonly fault: 'drop' }
  /** Later frames queue behind it, as on a stream. */
  | { readonly fault: 'delay'; readonly delayMilliseconds: number }
  /** The second copy follows `delayMilliseconds` after the first. */
  | { readonly fault: 'duplicate'; readonly delayMilliseconds?: number }
  /** Held back so that frames sent within `delayMilliseconds` after it arrive first. */
  | { readonly fault: 'reorder'; readonly delayMilliseconds?: number }
  /** XORs `mask` (default FF) into the byte at `offset` (default the middle one; negative counts from the end). */
  | { readonly fault: 'corrupt'; readonly offset?: number; readonly mask?: number }
  /** Only the first `keepBytes` (default half) arrive. */
  | { readonly fault: 'truncate'; readonly keepBytes?: number }
  /** Both ends lose the link at this frame, which arrives first only if `delivered`. */
  | { readonly fault: 'cut'; readonly delivered?: boolean };

const REORDER_MILLISECONDS = 1000;
const FAULTS_MAX = 10_000;

/** Scripted faults with a count of those that struck, so that a loop over n can tell when a run has passed clean. */
export interface FaultScript extends FramePolicy {
  readonly struck: number;
}

/** Several faults on one frame apply in the order of the list, each to what the one before left over. */
export function faultScript(faults: readonly ScriptedFault[]): FaultScript {
  assert(faults.length <= FAULTS_MAX, `a fault script holds at most ${FAULTS_MAX} faults`);
  for (const fault of faults) assert(Number.isInteger(fault.frame) && fault.frame >= 1, 'frames are counted from 1');
  let struck = 0;
  return {
    get struck() {
      return struck;
    },
    admit(frame) {
      const hits = faults.filter((fault) => hit(fault, frame));
      if (hits.length === 0) return passed(frame.bytes);
      struck += hits.length;
      const admission = hits.reduce<Admission>((before, fault) => apply(fault, before), passed(frame.bytes));
      return { ...admission, note: hits.map((fault) => fault.fault).join(', ') };
    },
  };
}

function hit(fault: ScriptedFault, frame: FrameInFlight): boolean {
  if (fault.direction === 'either') return fault.frame === frame.frame;
  return fault.direction === frame.direction && fault.frame === frame.nth;
}

function apply(action: FaultAction, before: Admission): Admission {
  switch (action.fault) {
    case 'drop':
      return { ...before, deliveries: [] };
    case 'delay':
      return shifted(before, action.delayMilliseconds, false);
    case 'reorder':
      return shifted(before, action.delayMilliseconds ?? REORDER_MILLISECONDS, true);
    case 'duplicate': {
      const copies = shifted(before, action.delayMilliseconds ?? 0, false).deliveries;
      return { ...before, deliveries: [...before.deliveries, ...copies] };
    }
    case 'corrupt':
      return changed(before, (bytes) => corrupted(bytes, action.offset, action.mask ?? 0xff));
    case 'truncate':
      return changed(before, (bytes) => bytes.slice(0, action.keepBytes ?? bytes.length >> 1));
    case 'cut':
      return { ...before, deliveries: action.delivered === true ? before.deliveries : [], cut: true };
  }
}

function shifted(admission: Admission, delayMilliseconds: number, overtakable: boolean): Admission {
  const deliveries = admission.deliveries.map((delivery) => ({
    ...delivery,
    delayMilliseconds: delivery.delayMilliseconds + delayMilliseconds,
    overtakable: delivery.overtakable || overtakable,
  }));
  return { ...admission, deliveries };
}

function changed(admission: Admission, change: (bytes: Uint8Array) => Uint8Array): Admission {
  const deliveries = admission.deliveries.map((delivery) => ({ ...delivery, bytes: change(delivery.bytes) }));
  return { ...admission, deliveries };
}

function corrupted(bytes: Uint8Array, offset: number | undefined, mask: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  const wanted = offset ?? copy.length >> 1;
  const at = wanted < 0 ? copy.length + wanted : wanted;
  if (at >= 0 && at < copy.length) copy[at] = copy[at]! ^ mask;
  return copy;
}
