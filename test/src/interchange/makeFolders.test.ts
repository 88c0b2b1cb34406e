import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeFolders } from '../../../src/interchange/makeFolders.ts';

const place = mkdtempSync(join(tmpdir(), 'folders-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('folders for outputs', () => {
  test('all missing folders of a path are made, and a second call changes nothing', () => {
    makeFolders(join(place, 'a/b/c'));
    makeFolders(join(place, 'a/b/c'));
    expect(statSync(join(place, 'a/b/c')).isDirectory()).toBe(true);
  });

  test('the permissions that are asked for hold for every folder that is made', () => {
    makeFolders(join(place, 'private/keys'), { mode: 0o700 });
    expect(statSync(join(place, 'private')).mode & 0o777).toBe(0o700);
    expect(statSync(join(place, 'private/keys')).mode & 0o777).toBe(0o700);
  });

  test('a file in the way is an error, and it stays a file', () => {
    writeFileSync(join(place, 'file'), 'x');
    expect(() => makeFolders(join(place, 'file'))).toThrow(/EEXIST/);
    expect(() => makeFolders(join(place, 'file/below'))).toThrow(/ENOTDIR/);
    expect(statSync(join(place, 'file')).isFile()).toBe(true);
  });

  test.skipIf(!existsSync('/proc/self'))('a folder below /proc is an error, and the call returns', () => {
    expect(() => makeFolders('/proc/none/below')).toThrow(/ENOENT/);
  });
});
