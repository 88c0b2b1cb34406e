// Text of files reaches the terminal with its control characters shown: a title cannot clear the screen.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { syntheticMpan } from '../../src/installation/identifiers.ts';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'control-characters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Clears a screen, and turns the direction of writing. */
const EVIL = '\u001b[2J\u202e';
// eslint-disable-next-line no-control-regex
const ACTING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
/** As `visible` shows it, or as JSON quotes a name. */
const SHOWN = /\\(x1b|u001b)\[2J/;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const BASE = 'various-1-proposed-2021-11-03';
const RULES = file('rules.yaml', `extends: ${BASE}\nname: mine\ntitle: "a \\e[2J\\u202E title"\n`);

test.each([
  ['rules print', ['rules', 'print', RULES]],
  ['rules diff', ['rules', 'diff', BASE, RULES]],
  ['rules check', ['rules', 'check', file('wrong.yaml', `"na\\e[2J\\u202Eme": 1\n`)]],
  ['run of a file with such a name', ['run', join(folder, `${EVIL}.yaml`)]],
  ['rig check', ['rig', 'check', file('rig.yaml', `name: lab\n"de\\e[2J\\u202Evices": []\n`)]],
  ['an option that nobody knows', ['run', `--${EVIL}`]],
  ['emulate', ['emulate', '--profile', file('profile.yaml', `"tit\\e[2J\\u202Eles": 1\n`)]],
  ['devices probe', ['devices', 'probe', `/dev/${EVIL}`]],
])('%s shows control characters of foreign text and does not pass them on', async (_, args) => {
  const { out, err } = await commandLine(args);
  expect(out + err).toMatch(SHOWN);
  expect(out + err).not.toMatch(ACTING);
});

test('explain shows control characters of the records and does not pass them on', async () => {
  const mpan = String(syntheticMpan(10, 7));
  const installations = file(
    'i.csv',
    `installation_id,cohort,mpan,esme_dormant,electricity_payment_mode,electricity_supplier
7,IOC,${mpan},no,credit,A${EVIL}
`,
  );
  const attempts = file(
    'a.csv',
    `installation_id,at,kind,outcome
`,
  );
  const { out } = await commandLine(['explain', '--installations', installations, '--attempts', attempts, '--installation', '7']); // prettier-ignore
  expect(out).toMatch(SHOWN);
  expect(out).not.toMatch(ACTING);
});

test('JSON output is passed on unchanged, because its own escapes make it harmless', async () => {
  const { out } = await commandLine(['rules', 'print', RULES, '--format', 'json']);
  expect((JSON.parse(out) as { title: string }).title).toBe(`a ${EVIL} title`);
});
