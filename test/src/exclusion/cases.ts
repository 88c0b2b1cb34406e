// The case tables of test/cases, read by the form that the kit publishes.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { caseDifferences } from '../../kit/cases/caseDifferences.ts';
import { parseCases, type Case } from '../../kit/cases/caseForm.ts';
import type { Engine } from '../../kit/index.ts';

const FOLDER = new URL('../../cases/', import.meta.url);

/** Every case of every file of test/cases. `file` is the name of the file without its ending. */
export function readCases(): readonly Case[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(new URL(file, FOLDER), 'utf8');
      return parseCases(text, file).map((one) => ({ ...one, file: basename(file, '.yaml') }));
    });
}

/** How an engine's answer differs from what a case expects, in words. */
export function differences(one: Case, engine: Engine): readonly string[] {
  return caseDifferences(one, engine(one.history, one.rules, one.asOf));
}
