// `check head-end` as it is typed: a head-end behind a pipe is told what to rotate, and the laws find what is wrong with it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandLine, unbroken } from './harness.ts';
import { sampleCommand } from './sampleCommand.ts';

const folder = mkdtempSync(join(tmpdir(), 'head-end-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A head-end of one line: `answer` is the expression of what it writes for a rotation. */
function headEnd(name: string, answer: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(
    path,
    `import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { rotate } = JSON.parse(line);
  process.stdout.write(${answer} + '\\n');
});`,
  );
  return `"${process.execPath}" "${path}"`;
}

const check = (command: string, ...more: readonly string[]) => head(command, '--laws', 'clear link', ...more);

test('a head-end that says "rotated" and does nothing is found out', async () => {
  const { code, out } = await check(headEnd('liar', 'JSON.stringify({ number: rotate.number, rotated: true })'));
  expect(out).toMatch(/BROKEN +keys are rotated over a clear link[\s\S]*has a key that it began with/);
  expect(out).toMatch(/^FAILED: 1 law of 1 broken$/m);
  expect(code).toBe(4);
});

test('a head-end that writes something that is no answer is found out', async () => {
  const { code, out } = await check(headEnd('babbler', '"hello"'));
  expect(out).toMatch(/a line that answers no rotation: hello/);
  expect(code).toBe(4);
});

test('a command that does not exist, or no command, is an error of usage', async () => {
  expect((await check('/no/such/head-end')).code).toBe(1);
  expect((await commandLine(['check', 'head-end'])).err).toMatch(/Which head-end\?/);
  expect((await check('true', '--laws', 'nothing like it')).err).toMatch(/no law of head-ends/);
});

async function head(command: string, ...more: readonly string[]) {
  const answer = await commandLine(['check', 'head-end', '--command', command, ...more]);
  return { ...answer, out: unbroken(answer.out) };
}

const sample = (name: string) => sampleCommand(`headends/${name}`);

test.each(['clear link', 'impostor'])('the right sample keeps the law of the %s, over the pipe', async (law) => {
  const { code, out } = await head(sample('rightHeadEnd.ts'), '--laws', law);
  expect(out).toMatch(/^PASSED: 1 law$/m);
  expect(code).toBe(0);
});

test('the wrong sample is found out, and the frames of the case are written without a key', async () => {
  const out = join(folder, 'capture');
  const answer = await head(sample('wrongHeadEnd.ts'), '--laws', 'no two devices', '--out', out);
  expect(answer.out).toMatch(/the gak of device \d+ is the guek of device \d+ as well/);
  expect(answer.out).toMatch(/Its frames: .*\.pcap$/m);
  expect(answer.code).toBe(4);
  const [name = ''] = readdirSync(out).filter((file) => file.endsWith('.pcap'));
  const bytes = readFileSync(join(out, name));
  expect(bytes.readUInt32LE(0)).toBe(0xa1b2c3d4);
  expect(bytes.includes(Buffer.alloc(16, 0x42))).toBe(false);
});

/** A head-end that says "rotated" and then does something else. */
const MISBEHAVING: readonly (readonly [string, string, RegExp])[] = [
  ['hangs', '', /hung for 1000 ms/],
  ['crashes', 'process.exit(3)', /the head-end's process ended with code 3/],
  ['babbles without an end', "process.stdout.write('x'.repeat(1 << 21))", /a line of more than \d+ octets/],
  ['answers what was never asked', 'say({ number: 99999, rotated: true })', /a line that answers no rotation/],
  // Both answers leave in one write, so that the second is there before the law ends.
  ['answers twice', "process.stdout.write((JSON.stringify({ number, rotated: false }) + '\\n').repeat(2))", /rotation \d+ a second time/], // prettier-ignore
  [
    'closes its input',
    "import('node:fs').then((fs) => fs.closeSync(0)); setInterval(() => 0, 1000)",
    /hung|closed its standard input/,
  ],
];
test.concurrent.each(MISBEHAVING)('a head-end that %s is told so in a sentence of its own', async (name, does, why) => {
  const path = join(folder, `${name.replaceAll(' ', '-')}.mjs`);
  writeFileSync(
    path,
    `import { createInterface } from 'node:readline';
const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  const { number } = JSON.parse(line).rotate;
  ${does}
});`,
  );
  const law = name === 'answers twice' ? 'under a Master Key' : 'clear link';
  const { code, out } = await head(`"${process.execPath}" "${path}"`, '--laws', law, '--answer-seconds', '1');
  expect(out).toMatch(why);
  expect(code).toBe(4);
});

test('check schema head-end prints what a head-end reads and writes', async () => {
  const { code, out } = await commandLine(['check', 'schema', 'head-end']);
  const schema = JSON.parse(out) as { $defs: { rotate: { properties: { rotate: { required: string[] } } } } };
  expect(schema.$defs.rotate.properties.rotate.required).toEqual(
    expect.arrayContaining(['number', 'host', 'port', 'systemTitle', 'guek', 'gak', 'kek']),
  );
  expect(code).toBe(0);
});
