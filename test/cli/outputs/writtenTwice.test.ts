// What a command writes is the same wherever it goes, and says where it comes from; also of commands that never replace.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MANIFEST } from '../../../src/cli/shell/outDirectory.ts';
import { calledCommands, lineOf, someOf, type Called } from './commandRows.ts';
import { makePlace, type Place } from './place.ts';

const { rows } = await calledCommands();
const writing = rows.filter(({ row }) => Object.keys(row.writes ?? {}).length > 0 && row.notCalled === undefined);

let place: Place;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => place.stop());

/** How an output ends, so that its name tells the format. */
const ENDINGS: Readonly<Record<string, string>> = { 'html': '.html', 'junit': '.xml', 'out': '.csv', 'compare-out': '.csv' }; // prettier-ignore
const OUT_ENDINGS: Readonly<Record<string, string>> = { 'report html': '.html', 'calibrate ranges': '.json', 'devices profile': '.yaml' }; // prettier-ignore

/** The files of a folder by their names in it, or of a file with those beside it. The name that was given is taken out. */
function textsAt(path: string, kind: 'file' | 'folder', given: readonly string[]): ReadonlyMap<string, string> {
  const names =
    kind === 'file'
      ? ['', '.manifest.json', '.notes.csv', '.refused.csv'].filter((ending) => existsSync(path + ending))
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(path.length))
          .toSorted();
  const text = (name: string): string =>
    given.reduce((left, one, i) => left.replaceAll(basename(one), `OUTPUT-${i}`), readFileSync(path + name, 'latin1'));
  return new Map(names.map((name) => [name, timeless(text(name))]));
}

/** How long a case of JUnit took is no result. */
function timeless(text: string): string {
  return text.startsWith('<?xml') ? text.replaceAll(/ time="[\d.]+"/g, '') : text;
}

async function written(one: Called) {
  const outputs = Object.entries(one.row.writes ?? {}).map(([option, kind]) => {
    const ending = option === 'out' ? (OUT_ENDINGS[one.name] ?? ENDINGS['out']) : ENDINGS[option];
    return { option, kind, path: place.fresh(kind === 'file' ? ending : '') };
  });
  const args = [...one.row.args(place)];
  // The row of a library names the one that others read.
  const own = args.indexOf('--out');
  if (own !== -1) args.splice(own, 2);
  const { code, err } = await place.run(lineOf(one, [...args, ...outputs.flatMap(({ option, path }) => [`--${option}`, path])])); // prettier-ignore
  expect({ code, err: (one.row.codes ?? [0]).includes(code) ? '' : err }).toEqual({ code, err: '' });
  const given = outputs.map(({ path }) => path);
  return outputs.map(({ option, kind, path }) => ({ option, kind, texts: textsAt(path, kind, given) }));
}

describe.each(someOf(writing, 3).map((one) => [one.name, one] as const))('%s', (_, one) => {
  test('the same command writes the same bytes at another place, and a folder states its command and every file', async () => {
    const [first, second] = [await written(one), await written(one)];
    for (const [i, { option, kind, texts }] of first.entries()) {
      const again = second[i]?.texts ?? new Map<string, string>();
      expect([option, [...again.keys()]]).toEqual([option, [...texts.keys()]]);
      const differing = [...texts].filter(([name, text]) => again.get(name) !== text).map(([name]) => name);
      expect([option, differing]).toEqual([option, []]);
      expect(texts.size).toBeGreaterThan(0);
      if (kind === 'file' || one.name === 'calibrate') continue;
      const manifest = JSON.parse(texts.get(`/${MANIFEST}`) ?? '{}') as { readonly provenance?: { readonly command: string; readonly set: readonly string[]; readonly scenarios: readonly { readonly hash: string }[] }; readonly files?: object }; // prettier-ignore
      const words = one.row.originWords ?? lineOf(one, []).join(' ');
      expect(manifest.provenance?.command).toMatch(new RegExp(`^smets1-bench ${words}( |$)`));
      expect(Array.isArray(manifest.provenance?.set)).toBe(true);
      for (const { hash } of manifest.provenance?.scenarios ?? []) expect(hash).toMatch(/^[0-9a-f]{12}$/);
      const kept = [...texts.keys()].filter((name) => name !== `/${MANIFEST}` && !name.startsWith('/cells/'));
      expect(kept.map((name) => name.slice(1))).toEqual(Object.keys(manifest.files ?? {}).toSorted());
    }
  });
});
