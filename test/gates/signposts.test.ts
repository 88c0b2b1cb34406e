// That the gates of signposts and of the package faces turn red for each thing that they look for.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workspace, type GateRun, type Workspace } from './workspace.ts';
import { isWhole } from '../sampleSize.ts';

const hasGates = isWhole('GATES', 'that every gate can turn red');

const SOUND = {
  'src/index.ts': '/** A number that counts nothing; it stands here as an example. */\nexport const a = 1;\n',
  'sim/index.ts': '/** A number that counts nothing; it stands here as an example. */\nexport const b = 1;\n',
  'devices/index.ts': '/** A number that counts nothing; it stands here as an example. */\nexport const c = 1;\n',
  'test/kit/index.ts': '/** A number that counts nothing; it stands here as an example. */\nexport const d = 1;\n',
  'src/docs/meaning.md': '# What it means\n\n## The parts\n\nSee [the parts](#the-parts) and `src/index.ts`.\n',
};

const PLANTED: readonly (readonly [string, string, string, string])[] = [
  [
    'a comment that names a file',
    'src/one.ts',
    '// See src/docs/nothing.md.\nexport {};\n',
    'names src/docs/nothing.md',
  ],
  ['a docstring that names a folder', 'src/two.ts', '/** As in sim/nowhere. */\nexport {};\n', 'names sim/nowhere'],
  ['a link to a document', 'src/three.md', 'See [this](docs/none.md).\n', 'links to docs/none.md'],
  ['a link to a heading', 'src/four.md', 'See [this](docs/meaning.md#the-whole).\n', 'no such heading'],
  ['a long table cell', 'src/five.md', `| a | b |\n| - | - |\n| ${'x '.repeat(40)} | y |\n`, 'a cell of 79 characters'],
  ['a long line of prose', 'src/six.md', `${'word '.repeat(30)}\n`, 'a line of'],
];

describe.runIf(hasGates)('the gate of signposts', () => {
  let place: Workspace;
  let sound: GateRun;
  let broken: GateRun;

  beforeAll(() => {
    place = workspace();
    place.plant(SOUND);
    spawnSync('git', ['init', '-q', place.folder]);
    sound = place.node('.ci/signposts.mjs');
    place.plant(Object.fromEntries(PLANTED.map(([, path, text]) => [path, text])));
    broken = place.node('.ci/signposts.mjs');
  });
  afterAll(() => place.remove());

  test('a tree whose signposts lead somewhere has no fault in its own files', () => {
    expect(sound.output).not.toMatch(/^src\//m);
  });

  test.each(PLANTED)('%s that is not as it should be is refused', (_, path, __, says) => {
    const lines = broken.output.split('\n').filter((line) => line.startsWith(path));
    expect(lines.join('\n')).toContain(says);
    expect(broken.status).toBe(1);
  });
});

test.runIf(hasGates)('the gate of the faces names an export without a docstring', () => {
  const place = workspace();
  try {
    place.plant(SOUND);
    expect(place.node('.ci/faces.mjs')).toMatchObject({ status: 0 });
    place.plant({ 'sim/index.ts': 'export const b = 1;\n' });
    const run = place.node('.ci/faces.mjs');
    expect(run.output).toContain('sim/index.ts:1: b, which sim/index.ts exports, has no docstring');
    expect(run.status).toBe(1);
  } finally {
    place.remove();
  }
});
