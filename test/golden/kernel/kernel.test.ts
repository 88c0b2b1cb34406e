// KERNEL enters the keys of stored results. It must be raised when the same scenario and seed give other numbers.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { changedInputs, kernelDigests, refusal, type KernelDigests } from './digests.ts';

const FILE = fileURLToPath(new URL('./digests.json', import.meta.url));

test('KERNEL is raised when the same scenario and seed give other numbers (npm run golden rewrites)', () => {
  const before = JSON.parse(readFileSync(FILE, 'utf8')) as KernelDigests;
  const now = kernelDigests();
  expect(refusal(before, now)).toBeUndefined();
  expect(now).toEqual(before);
});

test('a changed digest is refused under the same number, and taken under a higher one', () => {
  const before: KernelDigests = { kernel: 5, digests: { a: '1', b: '2' } };
  expect(refusal(before, { kernel: 5, digests: { a: '1', c: '9' } })).toBeUndefined();
  expect(refusal(before, { kernel: 5, digests: { a: '1', b: '3' } })).toContain('raise KERNEL');
  expect(changedInputs(before, { kernel: 5, digests: { a: '1', b: '3' } })).toEqual(['b']);
  expect(refusal(before, { kernel: 6, digests: { a: '1', b: '3' } })).toBeUndefined();
  expect(refusal(before, { kernel: 4, digests: { a: '1', b: '2' } })).toContain('never used twice');
});
