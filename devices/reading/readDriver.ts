/** Reads a device through a driver: what it can tell of itself, of its links, and of the objects that are asked for. */
import type { Driver, DriverAnswer } from '../hardware/driver.ts';
import { READING_FORMAT, type DeviceReading, type ReadSet } from './deviceReading.ts';

export interface ReadDriverOptions {
  readonly driver: Driver;
  /** Handed to the driver with `open`. */
  readonly endpoint: string;
  readonly objects: readonly string[];
  /** Seconds since 1970, for `readAt`. */
  readonly nowMilliseconds: () => number;
}

/** Opens the device and reads. Rejects with a DriverError if the driver itself fails. The caller closes the driver. */
export async function readDriver(options: ReadDriverOptions): Promise<DeviceReading> {
  const { driver, endpoint, objects, nowMilliseconds } = options;
  const sets: ReadSet[] = [];
  const opened = await driver.open(endpoint);
  let title: string | undefined;
  const can = driver.capabilities;
  if (opened.ok) {
    if (can.includes('probe')) {
      const probed = await driver.probe();
      if (probed.ok) title = probed.value.sysTitle?.toUpperCase();
      sets.push(setOf('probe', probed, ({ answered, detail, model }) => ({ value: [answered ? 'answered' : 'silent', model && `${model.maker} ${model.model} ${model.fw ?? ''}`.trim(), detail].filter(Boolean).join(', ') }))); // prettier-ignore
    }
    for (const link of can.includes('lastContact') ? (['wan', 'han'] as const) : []) {
      sets.push(setOf(`lastContact ${link}`, await driver.lastContact(link), ({ at }) => ({ value: at })));
    }
    for (const object of objects) {
      if (!can.includes('read')) sets.push({ address: object, problem: 'the driver cannot read' });
      else sets.push(setOf(object, await driver.read(object), ({ value, unit, at }) => ({ value, ...(unit !== undefined && { unit }), ...(at !== undefined && { at }) }))); // prettier-ignore
    }
  }
  const problem = opened.ok ? undefined : `the driver could not open it: ${opened.observation}, ${opened.message}`;
  return {
    format: READING_FORMAT,
    source: endpoint === '' ? `driver:${driver.name}` : `driver:${driver.name}:${endpoint}`,
    readAt: new Date(nowMilliseconds()).toISOString(),
    by: 'driver',
    ...(title !== undefined && { title }),
    complete: opened.ok,
    ...(problem !== undefined && { problem }),
    objects: [],
    sets,
  };
}

function setOf<T>(address: string, answer: DriverAnswer<T>, shown: (value: T) => Partial<ReadSet>): ReadSet {
  if (answer.ok) return { address, ...shown(answer.value) };
  const { observation, message } = answer;
  return { address, problem: message === '' ? observation : `${observation}: ${message}` };
}
