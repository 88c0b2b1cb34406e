// A hub that is reached through a program: what it tells becomes facts, the checks on them become records, and what it cannot do
// is carried out by nobody and counted by nobody. The programs here are scripts; a real driver's device is another matter.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { VARIOUS1 } from '../../../../src/rules/builtInRules.ts';
import { evaluate } from '../../../../src/exclusion/reference/evaluate.ts';
import { DAY, formatInstant, HOUR } from '../../../../src/time.ts';
import { SAMPLE_DRIVER } from '../../../../devices/hardware/driver.ts';
import { fileURLToPath } from 'node:url';
import { ALLOWED, emulated, failures, rigBench, TITLES, type Ran } from '../bench.ts';

const bench = rigBench();
afterAll(bench.stop);
const now = Math.floor(Date.now() / 1000);

/** A driver whose settings say what it can and tells; it keeps a list of what it was asked for. */
writeFileSync(
  join(bench.folder, 'scripted.mjs'),
  `import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const capabilities = process.argv[2].split(',').filter((one) => one !== '');
let settings = {};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { hello, id, op, arg } = JSON.parse(line);
  if (hello) return say({ hello: 1, driver: 'scripted', capabilities });
  if (op === 'open') settings = arg.settings ?? {};
  if (settings.log) appendFileSync(settings.log, op + (arg.action ? ' ' + arg.action : '') + '\\n');
  const told = op === 'lastContact' ? settings[arg.link] : settings[op];
  if (told === 'crash') process.exit(7);
  if (told === 'noAnswer' || told === 'badData') return say({ id, ok: false, observation: told, message: 'scripted' });
  if (op === 'lastContact') return say({ id, ok: true, result: { at: told ?? null } });
  if (op === 'probe') return say({ id, ok: true, result: { answered: true, sysTitle: settings.title } });
  if (op === 'read') return say({ id, ok: true, result: { value: 1 } });
  say({ id, ok: true });
});
`,
);

let rigs = 0;
const quoted = (value: unknown): string => JSON.stringify(value);
const scripted = (capabilities: string, settings: object, more = ''): string =>
  `name: d${(rigs += 1)}
devices:
  chf: { driver: { command: [${quoted(process.execPath)}, scripted.mjs, '${capabilities}'], endpoint: 'rack1:hub7', settings: ${quoted(settings)}, reads: ['1.8.0'] } }
${more}`;
const all = 'probe,lastContact,read';
const at = (secondsAgo: number): string => formatInstant(now - secondsAgo);

test("the sample driver's contacts and steps are recorded, and nobody carries out the rotation", async () => {
  const run = await bench.run(
    `name: sample\ndevices: { chf: { driver: { command: [${quoted(process.execPath)}, ${quoted(fileURLToPath(SAMPLE_DRIVER))}], reads: ['1.8.0', '7.3.0'] } } }\n`,
  );
  // It hears of both whenever it is asked; who is asked twice may be so in two seconds.
  expect(new Set(run.contacts.map(({ link, source }) => `${link} ${source}`))).toEqual(
    new Set(['wan driver', 'han driver']),
  );
  expect(failures(run)).toEqual(['rotateKeys notCarriedOut null']);
  expect(run.rows.at(-1)!.why).toBe('a driver can neither rotate keys nor configure a device');
  expect([run.attempts, run.undone.length, run.frames, run.ledgers]).toEqual([[], 1, [], []]);
});

describe('facts from the driver, through the checks, to the records', () => {
  test.each([
    ['a WAN contact of 8 days ago', { wan: at(8 * DAY), han: at(HOUR) }, 'wanRecent stale MA112'],
    ['no WAN contact ever', { wan: null, han: at(HOUR) }, 'wanRecent stale MA112'],
    ['a gas meter that was heard 73 hours ago', { wan: at(HOUR), han: at(73 * HOUR) }, 'hanRecent stale GT01'],
    ['a gas meter that was never heard', { wan: at(HOUR), han: null }, 'hanRecent stale GT01'],
    [
      'a hub that does not answer its driver, of which nothing is known',
      { wan: 'noAnswer' },
      'wanRecent noAnswer MA112',
    ],
    [
      'registers that do not answer',
      { wan: at(HOUR), han: at(HOUR), read: 'noAnswer' },
      'deviceState noAnswer SYN-TD01',
    ],
  ])('a fact from the driver passes through the checks to the records: %s', async (_, settings, told) => {
    const run = await bench.run(scripted(all, settings));
    const steps = failures(run).filter((text) => !text.startsWith('contact'));
    expect(steps).toEqual([told]);
    expect(run.attempts).toMatchObject([{ kind: 'migration', outcome: told.split(' ')[2], cause: 'device' }]);
    expect(run.undone).toEqual([]);
  });

  test('an earlier fact stays valid if the driver does not report a new one', async () => {
    const known = `installation: { known: { lastWanContact: '${at(DAY)}', lastHanContact: '${at(DAY)}' } }\n`;
    const run = await bench.run(scripted('probe', {}, known));
    expect(failures(run)).toEqual(['contact notCarriedOut null', 'rotateKeys notCarriedOut null']);
  });

  test('a contact dated ahead of this clock is no evidence', async () => {
    const run = await bench.run(scripted(all, { wan: at(-DAY), han: at(HOUR) }));
    expect(run.contacts.filter(({ link }) => link === 'wan')).toEqual([]);
    expect(run.notes.join()).toContain('ahead of this clock');
  });

  test('three weeks of driver facts are three strikes, and the records go straight into the engine', async () => {
    const attempts: Ran['attempts'][number][] = [];
    for (const weeksAgo of [3, 2, 1]) {
      const run = await bench.run(scripted(all, { wan: at(60 * DAY), han: null }));
      attempts.push(...run.attempts.map((attempt) => ({ ...attempt, at: attempt.at - weeksAgo * 7 * DAY })));
    }
    const { installation } = bench.setup('name: x\n');
    const { verdicts } = evaluate({ installation, attempts, events: [] }, VARIOUS1, now);
    expect(verdicts.map(({ category }) => category)).toEqual(['no-wan-attempting']);
  });
});

describe('what a driver does not declare is carried out by nobody, and counted by nobody', () => {
  test.each([
    ['no lastContact, and nothing known', 'probe,read', 'contact notCarriedOut null,wanRecent notCarriedOut null'],
    ['neither probe nor read', 'lastContact', 'deviceState notCarriedOut null'],
  ])(
    'a step that the driver does not declare is carried out and counted by nobody: %s',
    async (_, capabilities, told) => {
      const run = await bench.run(scripted(capabilities, { wan: at(HOUR), han: at(HOUR) }));
      expect(failures(run).join()).toBe(told);
      expect(run.attempts).toEqual([]);
      expect(run.undone).toHaveLength(1);
    },
  );

  test('an instruction is not carried out, because a driver can neither send firmware nor configure', async () => {
    const run = await bench.run(scripted(all, { wan: at(HOUR), han: at(HOUR) }, 'schedule: { preparation: {} }\n'));
    expect(failures(run)[0]).toBe('preparation notCarriedOut null');
    expect(run.attempts).toEqual([]);
  });
});

test('a driver that dies is a recorded fault of the system, and no clause counts it', async () => {
  const run = await bench.run(scripted(all, { wan: at(HOUR), han: at(HOUR), read: 'crash' }));
  expect(failures(run)).toEqual(['deviceState systemFault SYN-SY01']);
  expect(run.attempts).toMatchObject([{ cause: 'system' }]);
});

test('a driver that cannot be started is a fault that the user can mend', async () => {
  await expect(bench.run(`name: none\ndevices: { chf: { driver: { command: [./not-there] } } }\n`)).rejects.toThrow(
    'could not be started',
  );
});

describe('a driver beside a carrier switches the power', () => {
  const cut = 'faults: [{ attempt: 1, step: deviceState, effect: silence, silence: powerCut }]\n';
  const rig = (port: number, log: string, allow: string): string =>
    `name: p${(rigs += 1)}
devices:
  chf: { tcp: '127.0.0.1:${port}', driver: { command: [${quoted(process.execPath)}, scripted.mjs, 'probe,power'], endpoint: 'socket 4', settings: { log: ${quoted(log)}, title: '${TITLES.chf}' } } }
${cut}${allow}`;

  test.each([
    ['by title', `allow: { power: ['${TITLES.chf}'] }\n`],
    ['by endpoint', "allow: { power: ['socket 4'] }\n"],
  ])('a driver switches the power off before the step and on after it, if it is allowed %s', async (_, allow) => {
    const home = await emulated();
    const log = join(bench.folder, `power${rigs}`);
    const run = await bench.run(rig(home.port, log, allow));
    const asked = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('power'));
    expect(asked).toEqual(['power off', 'power on']);
    expect(run.rows.flatMap(({ notRealised }) => notRealised)).toEqual([]);
    await home.close();
  });

  test('a driver does not switch the power without permission, and says so', async () => {
    const home = await emulated();
    const log = join(bench.folder, `power${rigs}`);
    const run = await bench.run(rig(home.port, log, ALLOWED));
    expect(readFileSync(log, 'utf8')).not.toContain('power');
    expect(run.rows.flatMap(({ notRealised }) => notRealised).join()).toContain('switching the power is not allowed');
    await home.close();
  });
});
