/** The sources of evidence that a watch has by its rig file, also those that never speak. */
import { placeText } from '../file/places.ts';
import type { DeviceSetup, RigSetup } from '../file/rigSetup.ts';
import { GLOW } from '../../mqtt/glowEvidence.ts';
import { watchOf } from './watchRig.ts';

/** One source of evidence of a watch. */
export interface EvidenceSource {
  /** The name by which its evidence stands in records, or the beginning of that name. */
  readonly source: string;
  /** What it is, in words. */
  readonly what: string;
}

/** The hub of the scheduled contact, each CAD, and the unit whose devices report on the bus of a bench. */
export function evidenceSources(setup: RigSetup): readonly EvidenceSource[] {
  const { glow, bench } = watchOf(setup);
  return [
    { source: placeText((setup.devices[0] as DeviceSetup).place), what: 'the hub, at each contact' },
    ...(glow?.cads ?? []).map((cad) => ({ source: `${GLOW}${cad.toUpperCase()}`, what: 'a CAD in Glow form' })),
    ...(bench ? [{ source: `mqtt:${bench.bench}/${bench.unit}/`, what: 'link reports of the devices of a unit' }] : []),
  ];
}
