/** Read-outs of emulated devices in memory, at an instant that stands still. */
import { profileFromReading } from '../../../devices/emulate/modelFromReading.ts';
import { labProfile, type Profile } from '../../../devices/emulate/profile.ts';
import type { DeviceChoice } from '../../../devices/emulate/profileSchema.ts';
import { serveChannel } from '../../../devices/emulate/serveChannel.ts';
import { makeUnit } from '../../../devices/emulate/unit.ts';
import { readingSchema, type DeviceReading } from '../../../devices/reading/deviceReading.ts';
import { parseTarget, type AskedObject } from '../../../devices/reading/readingTargets.ts';
import { memoryTransport } from '../../../devices/transport/memory.ts';
import { readAll, standingTimers } from '../reading/served.ts';

/** The profile of a copy, from the JSON text of a read-out. */
export function modelOf(reading: DeviceReading): Profile {
  return profileFromReading(labProfile(), readingSchema.parse(JSON.parse(JSON.stringify(reading))));
}

export interface ServedOver {
  readonly profile: Profile;
  readonly device: DeviceChoice;
  readonly number?: number;
  /** What to read. Default: everything. */
  readonly objects?: readonly string[];
}

export async function servedOver(
  { profile, device, number = 1, objects }: ServedOver,
  authentication: 'none' | 'lls' | 'gmac',
): Promise<DeviceReading> {
  const timers = standingTimers();
  const unit = makeUnit({ profile, device, number, timers, onPowerCut: () => undefined });
  const line = memoryTransport({ timers });
  const onDefect = (_: string, cause: unknown): void => {
    throw cause;
  };
  await line.listen((channel) => serveChannel(channel, unit, { timers, framing: 'wrapper', onDefect }));
  const asked = (objects ?? []).map((text) => parseTarget(text) as AskedObject);
  return readAll({ line, framing: 'wrapper', timers, ...(objects && { asked, list: 'none' }) }, authentication);
}
