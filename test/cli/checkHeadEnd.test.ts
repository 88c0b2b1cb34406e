// `check head-end` as it is typed: a head-end behind a pipe is told what to rotate, and the laws find what is wrong with it.
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandLine } from './harness.ts';

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

function check(command: string, ...more: readonly string[]) {
  return commandLine(['check', 'head-end', '--command', command, '--laws', 'clear link', ...more]);
}

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
