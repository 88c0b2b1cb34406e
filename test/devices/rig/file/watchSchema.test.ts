// What a watch section may say, and what is wrong with it.
import { afterAll, describe, expect, test } from 'vitest';
import { USUAL_WATCH } from '../../../../devices/rig/file/watchSchema.ts';
import { rigBench } from '../bench.ts';

describe('a watch section', () => {
  const bench = rigBench();
  afterAll(bench.stop);
  const attached = "devices: { chf: { tcp: '127.0.0.1:4059' } }\n";

  test('an empty watch section means daily and weekly probes, within working hours, read only', () => {
    expect(USUAL_WATCH).toEqual({
      contact: { timeUtc: '01:00', tries: 3, secondsBetweenTries: 10_800 },
      attempt: { weekdays: ['monday'], timeLondon: '10:00' },
      stopAtPass: false,
      migrate: false,
    });
  });

  test.each([
    ["attempt: { timeLondon: '18:30' }", 'watch.attempt.timeLondon: "18:30", expected a time from 08:00 to 18:00'],
    ['contact: { tries: 20 }', 'watch.contact.secondsBetweenTries: 20 tries within 205200 s'],
    ['contact: { everySeconds: 5 }', 'all tries before the next contact, which is due after 5 s'],
    ['attempt: { everySeconds: 60 }, lateSeconds: 60', 'watch.lateSeconds: 60, expected less than 60'],
    ["from: '2026-01-01T00:00:00Z', until: '2025-01-01T00:00:00Z'", 'expected an instant after 2026-01-01T00:00:00Z'],
    ['attempt: { weekdays: [] }', 'watch.attempt.weekdays'],
    ["glow: { url: 'mqtt://user:secret@127.0.0.1', cads: ['02534D000001'] }", 'watch.glow.url: another text'],
    ["bench: { url: 'http://127.0.0.1', unit: x }", 'watch.bench.url: another text'],
    ["glow: { url: 'mqtt://127.0.0.1', cads: ['1'] }", 'watch.glow.cads'],
    ['migrate: true', 'watch.migrate: true, expected false, or an allow-list (allow.keys)'],
    ['cadence: daily', 'watch.cadence'],
  ])('a watch section with %s is refused at its place', (watch, problem) => {
    const text = bench.problems(`name: lab\n${attached}watch: { ${watch} }\n`);
    expect(text.replaceAll(': found ', ': ')).toContain(problem);
    expect(text).toMatch(/^rig\d+\.yaml:3:\d+/m);
    expect(text).not.toContain('secret@');
  });

  test('CADs without a gas meter are refused, and migrating in memory needs no allow-list', () => {
    const glow = "watch: { glow: { url: 'mqtt://127.0.0.1', cads: ['02534D000001'] } }\n";
    expect(bench.problems(`name: lab\ninstallation: { gas: false }\n${glow}`)).toContain(
      'they tell of the gas meter, and there is none',
    );
    expect(bench.problems('name: lab\nwatch: { migrate: true }\n')).toBe('');
  });
});
