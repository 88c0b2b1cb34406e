import type { FleetMember, EventResult } from './fleetMember.ts';
import type { FleetSetup } from './fleetSetup.ts';
import type { Timers } from '../transport/timers.ts';
export interface AttachedFleetOptions {
  readonly x?: 1;
}
export async function attachedMembers(
  _setup: FleetSetup,
  _o: AttachedFleetOptions & {
    wall: Timers;
    start: number;
    end: number;
    onResult: (m: FleetMember, r: EventResult) => void;
  },
) {
  return { members: [] as FleetMember[], ledgers: [] as string[], close: async () => undefined };
}
