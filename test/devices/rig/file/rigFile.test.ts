// What is wrong with a rig file is told at once, where it stands, what was found, what was expected - and never a secret.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isMpan, isMprn } from '../../../../src/installation/identifiers.ts';
import { RIG_FIELDS } from '../../../../devices/rig/file/rigFileSchema.ts';
import { rigFieldTable, rigJsonSchema } from '../../../../devices/rig/file/rigSchemaText.ts';
import { startingRig } from '../../../../devices/rig/file/startingRig.ts';
import { stepsJsonSchema } from '../../../../devices/rig/run/stepRow.ts';
import { expectMeanings, expectReadmeTable } from '../../../schemaTexts.ts';
import { rigBench } from '../bench.ts';

const bench = rigBench();
afterAll(bench.stop);
const RIGS = new URL('../../../../scenarios/rigs/', import.meta.url).pathname;

test('a name is enough: an installation in memory that migrates', () => {
  const setup = bench.setup('name: least\n');
  expect(setup.clock).toBe('nominal');
  expect(setup.devices.map(({ name, place }) => `${name} ${place.kind}`)).toEqual([
    'chf emulated',
    'esme emulated',
    'gsme emulated',
  ]);
  expect(isMpan(setup.installation.mpan) && isMprn(setup.installation.gas!.mprn)).toBe(true);
});

test('a meter without an address is where its hub is; time is the wall’s where anything is attached', () => {
  const { devices, clock } = bench.setup(
    "name: x\ndevices: { chf: { tcp: '[::1]:4059', framing: hdlc, physical: 17 }, gsme: { emulated: true } }\n",
  );
  expect(clock).toBe('wall');
  expect(
    devices.map(({ place, call }) => [place.kind, call.server, call.framing, call.physical, call.timeoutSeconds]),
  ).toEqual([
    ['tcp', 1, 'hdlc', 17, 30],
    ['tcp', 2, 'hdlc', 17, 30],
    ['emulated', 3, 'wrapper', 0, 1830],
  ]);
  expect(devices[0]!.place).toEqual({ kind: 'tcp', host: '::1', port: 4059 });
});

describe('wrong files', () => {
  test.each<[string, string, string]>([
    ['an unknown name', 'name: x\nfautls: []\n', 'rig1.yaml:2:1 › fautls: found an unknown name'],
    ['no name', 'title: x\n', 'name: found nothing, expected'],
    [
      'an address that is none',
      "name: x\ndevices:\n  chf: { tcp: '4059' }\n",
      ':3:15 › devices.chf.tcp: found "4059", expected HOST:PORT',
    ],
    [
      'two places',
      "name: x\ndevices: { esme: { tcp: 'a:1', serial: COM3 } }\n",
      'found tcp and serial, expected one place',
    ],
    [
      'a wrapper on a serial line',
      'name: x\ndevices: { esme: { serial: COM3, framing: wrapper } }\n',
      'expected hdlc or 62056-21 over a serial line',
    ],
    [
      'an optical port over MQTT',
      "name: x\ndevices: { esme: { mqtt: { url: 'mqtt://a', rig: r }, framing: 62056-21 } }\n",
      'expected wrapper or hdlc over mqtt',
    ],
    [
      'framing of a meter behind its hub',
      "name: x\ndevices: { chf: { tcp: 'a:1' }, esme: { framing: hdlc } }\n",
      'devices.esme.framing: found "hdlc", expected nothing',
    ],
    [
      'a gas meter without gas',
      "name: x\ninstallation: { gas: false }\ndevices: { gsme: { tcp: 'a:1' } }\n",
      'the installation has no gas',
    ],
    [
      'LLS without a secret',
      "name: x\ndevices: { esme: { tcp: 'a:1', authentication: lls } }\n",
      'devices.esme.secret: found nothing, expected a secret',
    ],
    [
      'a meter point with wrong check digits',
      "name: x\ninstallation: { electricity: { mpan: '1234567890123' } }\n",
      'installation.electricity.mpan',
    ],
    [
      'two devices of one title',
      "name: x\ndevices:\n  chf: { systemTitle: '4142434445464748' }\n  esme: { systemTitle: '4142434445464748' }\n",
      'devices.esme.systemTitle: found "4142434445464748", expected a title of its own',
    ],
    [
      'a title that is none',
      'name: x\nallow: { keys: [mine] }\n',
      'allow.keys[0]: found "mine", expected a system title',
    ],
    [
      'a fault that the step has no code for',
      'name: x\nfaults: [{ attempt: 1, step: wanRecent, effect: badData }]\n',
      'expected what wanRecent has a code for: none, silence, systemFault',
    ],
    [
      'a silence that the step does not notice',
      'name: x\nfaults: [{ attempt: 1, step: wanRecent, effect: silence, silence: hanLost }]\n',
      'expected one that wanRecent notices',
    ],
    [
      'an attempt that is not made',
      'name: x\nfaults: [{ attempt: 6, step: wanRecent, effect: silence }]\n',
      'faults[0].attempt: found 6, expected an attempt from 1 to 5',
    ],
    [
      'a step that is not taken',
      'name: x\ninstallation: { gas: false }\nfaults: [{ attempt: 1, step: hanRecent, effect: silence }]\n',
      'there is no gas meter in these attempts',
    ],
    [
      'weeks at the wall’s time',
      "name: x\ndevices: { chf: { tcp: 'a:1' } }\nschedule: { attempts: { max: 3 } }\n",
      'schedule.attempts.max: found 3, expected 1 at most with clock wall',
    ],
    [
      'an outage that ends before it begins',
      "name: x\noutages: [{ link: wan, from: '2022-02-01T00:00:00Z', to: '2022-01-01T00:00:00Z' }]\n",
      'outages[0].to',
    ],
    [
      'an attached hub’s HAN',
      "name: x\nschedule: { clock: nominal }\ndevices: { chf: { tcp: 'a:1' } }\noutages: [{ link: han, from: '2022-01-01T00:00:00Z', to: '2022-02-01T00:00:00Z' }]\n",
      "an attached hub's own network is not ours to take down",
    ],
    [
      'an event with another value',
      "name: x\nevents: [{ at: '2022-01-20T00:00:00Z', event: esme-dormant, value: maybe }]\n",
      'events[0].value: found "maybe", expected yes|no',
    ],
    ['rules that there are not', 'name: x\nrules: various-2\n', 'rules: found "various-2", no rule set of this name'],
  ])('%s', (_, text, told) => {
    expect(bench.problems(text).replace(/rig\d+\.yaml/, 'rig1.yaml')).toContain(told);
  });

  test('the nearest valid name is said', () => {
    expect(bench.problems('name: x\ninstallation: { cohrt: IOC }\n')).toContain('Did you mean `cohort`?');
  });

  test('an unknown path of a chain of files is told where it stands', () => {
    writeFileSync(join(bench.folder, 'base.yaml'), "name: base\ndevices: { chf: { tcp: 'a:1' } }\n");
    const setup = bench.setup('extends: base.yaml\nname: over\ninstallation: { cohort: FOC }\n');
    expect([setup.document.name, setup.installation.cohort, setup.devices[0]!.place.kind]).toEqual([
      'over',
      'FOC',
      'tcp',
    ]);
  });
});

describe('secrets', () => {
  const KEY = '00112233445566778899AABBCCDDEEFF';
  test('one that stands in the file itself is refused and not shown', () => {
    const told = bench.problems(
      `name: x\ndevices: { chf: { tcp: 'a:1', keys: { guek: '${KEY}', gak: { env: G } }, secret: hunter2 } }\n`,
    );
    expect(told).toContain('devices.chf.keys.guek: found a value that is not shown here');
    expect(told).not.toContain(KEY.slice(4));
    expect(told).not.toContain('hunter2');
  });

  test('variables and files that are not there, or hold something else, are told by name', () => {
    writeFileSync(join(bench.folder, 'short.hex'), KEY.slice(2));
    const told = bench.problems(
      "name: x\ndevices: { chf: { tcp: 'a:1', keys: { guek: { env: NOT_SET }, gak: { file: short.hex }, kek: { file: none.hex } } } }\n",
    );
    expect(told).toContain(
      'keys.guek.env: found a variable that cannot be read (it is not set), expected 32 hexadecimal digits',
    );
    expect(told).toContain('keys.gak.file: found a file with something else');
    expect(told).toContain('keys.kek.file: found a file that cannot be read (ENOENT)');
    expect(told).not.toContain(KEY.slice(4));
  });

  test('a resolved rig has no text form of them', () => {
    writeFileSync(join(bench.folder, 'key.hex'), `${KEY}\n`);
    const text =
      "name: x\ndevices: { chf: { tcp: 'a:1', keys: { guek: { file: key.hex }, gak: { env: G }, kek: { env: G } } } }\n";
    const setup = bench.setup(text, { G: KEY.toLowerCase() });
    expect(Buffer.from(setup.devices[0]!.secrets.masterKey!).toString('hex').toUpperCase()).toBe(KEY);
    expect(JSON.stringify(setup)).not.toMatch(new RegExp(KEY.slice(4), 'i'));
  });

  test('a URL with a password is refused without repeating it', () => {
    const told = bench.problems("name: x\ndevices: { chf: { mqtt: { url: 'mqtt://u:hunter2@h:1', rig: a } } }\n");
    expect(told).toContain('holds a user name or a password');
    expect(told).not.toContain('hunter2');
  });
});

describe('what is generated from the schema is committed; `-u` rewrites', () => {
  test('scenarios/rigs/rig.schema.json and steps.schema.json', async () => {
    await expect(rigJsonSchema()).toMatchFileSnapshot(`${RIGS}rig.schema.json`);
    await expect(stepsJsonSchema()).toMatchFileSnapshot(`${RIGS}steps.schema.json`);
  });

  test('the table of scenarios/README.md', () => expectReadmeTable('rig fields', rigFieldTable()));

  test('every field says what it means', () => expectMeanings(RIG_FIELDS, 90));
});

test('every sample is right', () => {
  const samples = readdirSync(RIGS).filter((name) => name.endsWith('.yaml'));
  expect(samples.length).toBeGreaterThanOrEqual(5);
  for (const name of samples) expect(bench.problems(`extends: ${RIGS}${name}\n`), name).toBe('');
});

test.each([
  {},
  { tcp: '127.0.0.1:4059' },
  { device: 'esme', serial: '/dev/ttyUSB0' },
  { device: 'gsme', mqtt: 'mqtt://127.0.0.1:1883' },
  { driver: "node my hub's.mjs" },
] as const)('a starting rig is right as it stands: %j', (given) => {
  const text = startingRig({ name: 'my', device: 'chf', ...given });
  expect(bench.problems(text)).toBe('');
  // What it suggests in comments is right, too, once it is let in.
  const [head, body] = [text.slice(0, text.indexOf('name:')), text.slice(text.indexOf('name:'))];
  const let_in = head + body.replaceAll(/^# (?=(allow|ledger|schedule|outages|faults|events):| {2})/gm, '');
  expect(bench.problems(let_in), let_in).toBe('');
});
