/** An emulated meter that is made unlike ours where a test wants it. */
import { labProfile } from '../../../devices/emulate/profile.ts';
import { serveChannel } from '../../../devices/emulate/serveChannel.ts';
import { makeUnit } from '../../../devices/emulate/unit.ts';
import type { AttributeRequest, GetResult } from '../../../devices/dlms/apdu/apdu.ts';
import type { Data } from '../../../devices/dlms/encoding/axdr.ts';
import type { AccessContext } from '../../../devices/dlms/server/logicalDevice.ts';
import type { DeviceReading } from '../../../devices/reading/deviceReading.ts';
import { parseTarget, type AskedObject } from '../../../devices/reading/readingTargets.ts';
import { memoryTransport } from '../../../devices/transport/memory.ts';
import { frameLog } from '../../../devices/transport/tap.ts';
import { readAll, standingTimers } from './served.ts';

export interface Unlike {
  /** By `class name attribute`: the value, or the number of the refusal. */
  readonly get?: Readonly<Record<string, Data | number>>;
  /** The refusal of every selective access. */
  readonly refusesSelection?: number;
  /** Longest APDU that the meter sends and takes, bytes. */
  readonly pduBytesMax?: number;
}

/** Objects whose values do not change between two associations. */
export const fixedNames = ['0.0.42.0.0.255', '1.0.1.8.0.255', '7/1.0.99.1.0.255.3', '1.0.99.1.0.255@1..40'];

export async function readUnlike(
  { get = {}, refusesSelection, pduBytesMax }: Unlike,
  { asked = [], list = 'none' }: { readonly asked?: readonly string[]; readonly list?: 'none' | 'list' | 'values' },
): Promise<{ readonly reading: DeviceReading; readonly notes: readonly string[]; readonly frames: number }> {
  const timers = standingTimers();
  const unit = makeUnit({ profile: labProfile(), device: 'esme', number: 1, timers, onPowerCut: () => undefined });
  for (const { device } of unit.devices) {
    const usual = device.get.bind(device);
    const unlike = (request: AttributeRequest, access: AccessContext): GetResult => {
      const { classId, ln, id } = request.attribute;
      if (request.selection && refusesSelection !== undefined) return { ok: false, result: refusesSelection };
      const given = get[`${classId} ${ln} ${id}`];
      if (given === undefined) return usual(request, access);
      return typeof given === 'number' ? { ok: false, result: given } : { ok: true, data: given };
    };
    Object.defineProperty(device, 'get', { value: unlike });
    if (pduBytesMax !== undefined) Object.defineProperty(device, 'pduBytesMax', { value: pduBytesMax });
  }
  const line = memoryTransport({ timers });
  const onDefect = (_: string, cause: unknown): void => {
    throw cause;
  };
  await line.listen((channel) => serveChannel(channel, unit, { timers, framing: 'wrapper', onDefect }));
  const notes: string[] = [];
  const log = frameLog({ timers });
  const objects = asked.map((text) => parseTarget(text) as AskedObject);
  const reading = await readAll({ line, framing: 'wrapper', timers, asked: objects, list, log, onNote: (note) => notes.push(note) }, 'lls'); // prettier-ignore
  return { reading, notes, frames: log.frames };
}
