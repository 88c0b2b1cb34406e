/** What an emulated unit holds, taken from the devices themselves, beside what a client reads of it on a carrier. */
import { expect } from 'vitest';
import { isSecretAttribute } from '../../../devices/decode/words/attributeNames.ts';
import { encodeData } from '../../../devices/dlms/encoding/axdr.ts';
import { toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { obisText } from '../../../devices/cosem/object.ts';
import type { Unit } from '../../../devices/emulate/unit.ts';
import { LAB_KEYS, LAB_SECRET } from '../../../devices/personas/labProfile.ts';
import type { DeviceReading } from '../../../devices/reading/deviceReading.ts';
import { readDevice, type ReadDeviceOptions, type ReadLogin } from '../../../devices/reading/readDevice.ts';
import type { Timers } from '../../../devices/transport/timers.ts';
import { shiftedTimers, wallTimers } from '../../../devices/transport/timers.ts';

/** 10:07:00 UTC on 10 January 2022. */
const AT = Date.UTC(2022, 0, 10, 10, 7) / 1000;
export const CLIENTS = { none: 16, lls: 17, gmac: 1 } as const;

/** Time that stands still, so that what is served and what is read are of one instant. Delays still pass. */
export function standingTimers(): Timers {
  return { nowMilliseconds: () => AT * 1000, after: wallTimers().after };
}

/** Time that passes as it does, from the same instant. */
export function movingTimers(): Timers {
  return shiftedTimers(wallTimers(), AT * 1000);
}

function loginOf(authentication: keyof typeof CLIENTS): ReadLogin {
  if (authentication === 'gmac') return { authentication, keys: LAB_KEYS };
  return authentication === 'lls' ? { authentication, secret: LAB_SECRET } : { authentication };
}

export function readAll(
  of: Pick<ReadDeviceOptions, 'line' | 'framing' | 'timers'> & Partial<ReadDeviceOptions>,
  authentication: keyof typeof CLIENTS,
): Promise<DeviceReading> {
  return readDevice({
    login: loginOf(authentication),
    client: CLIENTS[authentication],
    server: 1,
    title: new Uint8Array(Buffer.from('READER01')),
    answerSeconds: 20,
    asked: [],
    list: 'values',
    ...of,
  });
}

/** Values that the reading itself changes, or that speak of the association in which they are read. */
function isOfTheCall(classId: number, ln: string, id: number): boolean {
  return classId === 15 || (classId === 64 && id === 4) || ln.startsWith('00002B01');
}

/** Holds a reading to the device at a server SAP: every object and readable attribute, octet for octet. */
export function expectServed(reading: DeviceReading, unit: Unit, client: number, server = 1): void {
  expect(reading).toMatchObject({ complete: true });
  const { device } = unit.devices.find(({ sap }) => sap === server)!;
  const { role } = device.model.clients.find(({ sap }) => sap === client)!;
  const shown = device.model.objects.filter(({ rights }) => rights[role]);
  expect(reading.objects.map(({ class: classId, object }) => `${classId} ${object}`)).toEqual(
    shown.map(({ classId, ln }) => `${classId} ${obisText(ln)}`),
  );
  let compared = 0;
  for (const [i, { classId, ln, attributes }] of shown.entries()) {
    for (const id of attributes.map((_, at) => at + 2)) {
      const read = reading.objects[i]!.attributes.find(({ attribute }) => attribute === id);
      if (isOfTheCall(classId, ln, id)) continue;
      if (isSecretAttribute(classId, id)) {
        expect(read?.axdr).toBeUndefined();
        continue;
      }
      const association = { client, server, context: 1, mechanism: 0, conformance: 0, sendBytesMax: 1024, receiveBytesMax: 1024, status: 2, clientTitle: new Uint8Array(0) } as const; // prettier-ignore
      const got = device.get({ attribute: { classId, ln, id } }, { at: AT, association, authenticated: true, encrypted: true }); // prettier-ignore
      expect(read?.axdr ?? read?.problem, `${classId} ${obisText(ln)} ${id}`).toEqual(
        got.ok ? toHex(encodeData(got.data)) : expect.stringContaining('no right to read'),
      );
      compared += 1;
    }
  }
  // The comparison can fail: something was compared.
  expect(compared).toBeGreaterThan(10);
}
