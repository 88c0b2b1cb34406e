/** A device that is emulated from the read-out of another shows what the other showed, under identifiers of its own. */
import { expect, test } from 'vitest';
import { modelOf, servedOver } from './clone.ts';
import { compareReadings } from '../../../devices/reading/compareReadings.ts';
import { ReadingFault, profileFromReading } from '../../../devices/emulate/modelFromReading.ts';
import { labProfile } from '../../../devices/emulate/profile.ts';
import type { DeviceReading } from '../../../devices/reading/deviceReading.ts';

const all = { structure: false, isIgnored: () => false };
/** Where the copy has to differ: identifiers, and what speaks of the call itself. */
const OWN =
  /^read-out$|0\.0\.42\.0\.0\.255|0\.0\.96\.1\.|0\.0\.41\.0\.0\.255|0\.0\.43\.|0\.0\.40\.|0\.0\.44\.0\.0\.255/;

test.each(['esme', 'gsme', 'chf'] as const)(
  'the copy of an %s reads as the original does, but for identifiers',
  async (kind) => {
    for (const authentication of ['lls', 'gmac'] as const) {
      const original = await servedOver({ profile: labProfile(), device: kind }, authentication);
      const copy = await servedOver({ profile: modelOf(original), device: 'esme', number: 7 }, authentication);
      const odd = compareReadings(original, copy, all).filter(({ where }) => !OWN.test(where));
      expect(odd).toEqual([]);
      if (authentication === 'gmac') expect(copy.title).not.toBe(original.title);
    }
  },
);

test('no title, name or serial number of the original is in the copy', async () => {
  const original = await servedOver({ profile: labProfile(), device: 'esme' }, 'gmac');
  const copy = JSON.stringify(await servedOver({ profile: modelOf(original), device: 'esme', number: 7 }, 'gmac'));
  for (const own of ['534D424500000001', 'SMBE00000001', 'E00000001', '1900000000001']) {
    expect(JSON.stringify(original)).toContain(own);
    expect(copy).not.toContain(own);
  }
});

test('a part of a profile is selected from the entries that were read', async () => {
  const original = await servedOver({ profile: labProfile(), device: 'esme' }, 'lls');
  const objects = ['1.0.99.1.0.255@2022-01-10T08:00:00Z..2022-01-10T09:00:00Z', '1.0.99.1.0.255@2..3'];
  const [a, b] = await Promise.all(
    [labProfile(), modelOf(original)].map((profile) => servedOver({ profile, device: 'esme', objects }, 'lls')),
  );
  expect(b!.objects).toEqual(a!.objects);
  expect(b!.objects[0]!.attributes[0]!.value).toHaveLength(3);
});

test('a read-out that cannot be served is refused, and says where', async () => {
  const original = await servedOver({ profile: labProfile(), device: 'esme' }, 'none');
  const bad = JSON.parse(JSON.stringify(original)) as DeviceReading;
  bad.objects.find(({ class: classId }) => classId === 8)!.attributes[0]!.axdr = '09FF';
  expect(() => profileFromReading(labProfile(), bad)).toThrow(/objects\.\d+, attribute 2: its axdr is no value/);
  expect(() => profileFromReading(labProfile(), { ...original, objects: [] })).toThrow(ReadingFault);
  expect(() => profileFromReading(labProfile(), { ...original, by: 'driver' })).toThrow('expected one of DLMS objects');
});
