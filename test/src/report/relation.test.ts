import { expect, test } from 'vitest';
import type { PublishedLine } from '../../../src/report/published.ts';
import { relationOf } from '../../../src/report/volumes.ts';

const LINE: PublishedLine = { category: 'five-retries', cohorts: ['IOC'], published: 100, isInput: false };
const FITTED = new Set(['five-retries/IOC']);

test.each([
  [LINE, FITTED, false, 'fitted'],
  [LINE, FITTED, true, 'fitted-before-change'],
  [LINE, new Set<string>(), false, 'not-fitted'],
  [LINE, new Set<string>(), true, 'not-fitted'],
  [{ ...LINE, cohorts: ['FOC'] as const }, FITTED, false, 'not-fitted'],
  [{ ...LINE, isInput: true }, FITTED, true, 'input'],
] as const)('the relation of %j to a fit of %j, changed since: %s, is %s', (line, fitted, changed, relation) => {
  expect(relationOf(line, { fitted, changed })).toBe(relation);
});
