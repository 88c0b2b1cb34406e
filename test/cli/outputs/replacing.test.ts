// The one rule of outputs: an output never replaces that of another command in silence.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MANIFEST } from '../../../src/cli/shell/outDirectory.ts';
import { sha256Of } from '../../../src/cli/output/fileHash.ts';
import { calledCommands, lineOf, someOf, type Called } from './commandRows.ts';
import { makePlace, type Place } from './place.ts';

const { rows } = await calledCommands();
/** Options that name what a command writes. */
const OUTPUTS = ['out', 'html', 'junit', 'compare-out'];
const outputsOf = ({ command }: Called): readonly string[] =>
  OUTPUTS.filter((name) => command.options.some((option) => option.long === `--${name}`));
const writing = rows.filter(({ row }) => row.writes !== undefined && row.neverReplaces === undefined);

let place: Place;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => place.stop());

test('every option that names an output stands in the table, and its command has --replace', () => {
  for (const one of rows) {
    const { name, command, row } = one;
    const named = outputsOf(one);
    if (named.length === 0 || row.notCalled !== undefined || /plan$/.test(name)) continue;
    if (row.neverReplaces === undefined) {
      expect([name, Object.keys(row.writes ?? {})]).toEqual([name, named]);
      expect([name, command.options.some(({ long }) => long === '--replace')]).toEqual([name, true]);
    }
  }
});

/** Every file at a place, with its bytes: of a file with those that stand beside it, or of a folder. */
function bytesAt(path: string, kind: 'file' | 'folder'): Readonly<Record<string, string>> {
  const names = kind === 'file' ? [path, `${path}.manifest.json`].filter((name) => existsSync(name)) : filesIn(path);
  return Object.fromEntries(names.map((name) => [name, sha256Of(name)]));
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** How an output ends, so that its name tells the format. */
const ENDINGS: Readonly<Record<string, string>> = { 'html': '.html', 'junit': '.xml', 'out': '.csv', 'compare-out': '.csv' }; // prettier-ignore

describe.each(someOf(writing, 0).map((one) => [one.name, one] as const))('%s', (_, one) => {
  const { row } = one;
  const writes = Object.entries(row.writes ?? {});
  const codes = row.codes ?? [0];

  test('the same command writes the same again, another is refused and loses nothing, and --replace replaces', async () => {
    const places = writes.map(([option, kind]) => ({ option, kind, path: place.fresh(kind === 'file' ? endingOf(one, option) : '') })); // prettier-ignore
    const named = places.flatMap(({ option, path }) => [`--${option}`, path]);
    const run = async (args: readonly string[], ...more: readonly string[]) =>
      place.run(lineOf(one, [...args, ...named, ...more]));
    const bytes = () => places.map(({ path, kind }) => bytesAt(path, kind));

    const first = await run(row.args(place));
    expect({ err: codes.includes(first.code) ? '' : first.err, code: first.code }).toEqual({
      err: '',
      code: first.code,
    });
    for (const { path, kind } of places) expect(statSync(path).isDirectory()).toBe(kind === 'folder');
    const before = bytes();
    for (const files of before) expect(Object.keys(files).length).toBeGreaterThan(0);

    expect(codes).toContain((await run(row.args(place))).code);
    expect(bytes().map((files) => Object.keys(files))).toEqual(before.map((files) => Object.keys(files)));

    const own = bytes();
    const other = row.other?.(place) ?? [];
    for (const { option, path, kind } of places) {
      // Alone, so that each option is refused by itself.
      const refused = await place.run(lineOf(one, [...other, ...neededOf(one, option), `--${option}`, path]));
      expect([option, refused.code]).toEqual([option, 1]);
      expect(refused.err).toContain(path);
      expect(refused.err).toContain('--replace');
      expect(bytes()).toEqual(own);
      if (kind === 'folder') expect(JSON.parse(readFileSync(join(path, MANIFEST), 'utf8'))).toHaveProperty('files');
    }
    expect(codes).toContain((await run(other, '--replace')).code);
    expect(bytes()).not.toEqual(own);
  });

  test('a file of somebody else is refused and stays as it is', async () => {
    for (const [option, kind] of writes) {
      if (kind === 'folder') continue;
      const path = place.fresh(endingOf(one, option));
      writeFileSync(path, 'mine');
      const refused = await place.run(lineOf(one, [...row.args(place), ...neededOf(one, option), `--${option}`, path]));
      expect([option, refused.code]).toEqual([option, 1]);
      expect(refused.err).toContain(path);
      expect(readFileSync(path, 'utf8')).toBe('mine');
    }
  });

  test('the manifest of a folder names every file in it, each with its hash', async () => {
    for (const [option, kind] of writes) {
      if (kind === 'file') continue;
      const path = place.fresh();
      expect(codes).toContain((await place.run(lineOf(one, [...row.args(place), `--${option}`, path]))).code);
      const { files } = JSON.parse(readFileSync(join(path, MANIFEST), 'utf8')) as { files: Record<string, { sha256: string }> }; // prettier-ignore
      // The cells of a sweep are in a store that further sweeps fill; cells.csv names those of this one.
      const kept = filesIn(path).filter(
        (name) => name !== join(path, MANIFEST) && !name.startsWith(join(path, 'cells/')),
      );
      expect(kept.map((name) => name.slice(path.length + 1)).toSorted()).toEqual(Object.keys(files).toSorted());
      for (const name of kept)
        expect([name, files[name.slice(path.length + 1)]?.sha256]).toEqual([name, sha256Of(name)]);
    }
  });
});

/** The ending of an output's name. */
function endingOf({ name }: Called, option: string): string {
  if (name === 'report html' || option === 'html') return '.html';
  return name === 'calibrate ranges' ? '.json' : (ENDINGS[option] ?? '');
}

/** Outputs without which a command does not begin, where they are not the one that is tried. */
function neededOf({ name }: Called, option: string): readonly string[] {
  if (option === 'out') return [];
  if (name === 'decide') return ['--out', place.fresh('.csv')];
  return name === 'sweep' || name === 'sweep merge' ? ['--out', place.fresh()] : [];
}
