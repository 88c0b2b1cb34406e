// That every arrow of .dependency-cruiser.cjs can turn the gate red, and that a gate which checks nothing is red too.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workspace, type GateRun } from './workspace.ts';
import { isWhole } from '../sampleSize.ts';

const hasGates = isWhole('GATES', 'that every gate can turn red');

/** A house in order: one file for each arrow that is allowed. */
const SOUND: Readonly<Record<string, string>> = {
  'src/index.ts': "export { a } from './migration/a.ts';\n",
  'src/migration/a.ts': 'export const a = 1;\n',
  'src/interchange/csv.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
  'src/cli/main.ts': "import { kit } from '../../test/kit/index.ts';\nimport 'commander';\nexport const main = kit;\n",
  'sim/index.ts': "export { w } from './world/w.ts';\n",
  'sim/world/w.ts': "import { a } from '../../src/migration/a.ts';\nexport const w = a;\n",
  'sim/kernel/pool.ts': "import { Worker } from 'node:worker_threads';\nexport const pool = Worker;\n",
  'devices/index.ts': "export { tcp } from './transport/tcp.ts';\n",
  'devices/link.ts': "import { w } from '../sim/world/w.ts';\nexport const link = w;\n",
  'devices/transport/tcp.ts': "import { connect } from 'node:net';\nexport const tcp = connect;\n",
  'scenarios/quiet.yaml': 'name: quiet\n',
  ...Object.fromEntries(
    ['src', 'sim', 'devices', 'scenarios', 'test'].map((name) => [`${name}/README.md`, `# ${name}\n`]),
  ),
  'test/kit/index.ts': "import { w } from '../../sim/world/w.ts';\nexport const kit = w;\n",
  'test/a.test.ts': "import { main } from '../src/cli/main.ts';\nimport 'vitest';\nexport const t = main;\n",
};

const importing = (path: string) => `import '${path}';\nexport {};\n`;

interface Planted {
  readonly name: string;
  readonly path: string;
  readonly code: string;
  readonly rule: string;
}

const PLANTED: readonly Planted[] = [
  { name: 'sim from src', path: 'src/b1.ts', code: importing('../sim/world/w.ts'), rule: 'src-knows-no-world' },
  {
    name: 'a type of sim from src',
    path: 'src/b2.ts',
    code: "import type { w } from '../sim/world/w.ts';\nexport type W = typeof w;\n",
    rule: 'src-knows-no-world',
  },
  { name: 'the kit from src', path: 'src/b3.ts', code: importing('../test/kit/index.ts'), rule: 'src-knows-no-world' },
  { name: 'src/cli from src', path: 'src/b4.ts', code: importing('./cli/main.ts'), rule: 'cli-is-the-root' },
  { name: 'src/cli from sim', path: 'sim/b5.ts', code: importing('../src/cli/main.ts'), rule: 'cli-is-the-root' },
  { name: 'devices from sim', path: 'sim/b6.ts', code: importing('../devices/link.ts'), rule: 'sim-knows-no-wire' },
  {
    name: 'sim/kernel from devices',
    path: 'devices/b7.ts',
    code: importing('../sim/kernel/pool.ts'),
    rule: 'devices-know-the-world-only',
  },
  {
    name: 'sim/index from devices',
    path: 'devices/b8.ts',
    code: importing('../sim/index.ts'),
    rule: 'devices-know-the-world-only',
  },
  {
    name: 'a test from src/cli',
    path: 'src/cli/b9.ts',
    code: importing('../../test/a.test.ts'),
    rule: 'tests-are-not-imported',
  },
  {
    name: 'a test from test/kit',
    path: 'test/kit/b10.ts',
    code: importing('../a.test.ts'),
    rule: 'the-kit-is-published',
  },
  {
    name: 'the face from inside',
    path: 'src/exclusion/b11.ts',
    code: importing('../index.ts'),
    rule: 'faces-look-outward-root',
  },
  { name: 'node:fs from src', path: 'src/b12.ts', code: importing('node:fs'), rule: 'src-is-pure' },
  { name: 'fs without node: from src', path: 'src/b13.ts', code: importing('fs'), rule: 'src-is-pure' },
  {
    name: 'node:net from src/interchange',
    path: 'src/interchange/b14.ts',
    code: importing('node:net'),
    rule: 'interchange-reads-and-writes-files',
  },
  { name: 'node:fs from sim', path: 'sim/world/b15.ts', code: importing('node:fs'), rule: 'sim-has-no-io' },
  {
    name: 'node:fs from sim/kernel',
    path: 'sim/kernel/b16.ts',
    code: importing('node:fs'),
    rule: 'kernel-has-workers-only',
  },
  {
    name: 'node:fs from sim/scenario',
    path: 'sim/scenario/b17.ts',
    code: importing('node:fs'),
    rule: 'sim-has-no-io',
  },
  {
    name: 'node:net from a persona',
    path: 'devices/personas/b18.ts',
    code: importing('node:net'),
    rule: 'endpoints-are-sans-io',
  },
  { name: 'commander from sim', path: 'sim/b19.ts', code: importing('commander'), rule: 'libraries-in-their-room-cli' },
  {
    name: 'hyparquet from sim',
    path: 'sim/b20.ts',
    code: importing('hyparquet'),
    rule: 'libraries-in-their-room-parquet',
  },
  {
    name: 'mqtt from a persona',
    path: 'devices/personas/b21.ts',
    code: importing('mqtt'),
    rule: 'libraries-in-their-room-wire',
  },
  {
    name: 'seedrandom from the kernel',
    path: 'sim/kernel/b22.ts',
    code: importing('seedrandom'),
    rule: 'libraries-in-their-room-dice',
  },
  {
    name: 'a development dependency',
    path: 'src/b23.ts',
    code: importing('vitest'),
    rule: 'published-code-needs-published-packages',
  },
  { name: 'an import of nothing', path: 'src/b24.ts', code: importing('./nowhere.ts'), rule: 'resolvable' },
  { name: 'a cycle', path: 'src/b25.ts', code: importing('./b26.ts'), rule: 'no-cycles' },
  {
    name: 'a cycle of types',
    path: 'src/b26.ts',
    code: "import type { B } from './b25.ts';\nexport type C = B;\n",
    rule: 'no-cycles',
  },
  { name: 'code among the scenarios', path: 'scenarios/b27.mjs', code: 'export {};\n', rule: 'data only' },
  { name: 'a folder beside the five', path: 'lib/b28.ts', code: 'export {};\n', rule: 'not of the top level' },
];

describe.runIf(hasGates)('the arrows gate', () => {
  const place = workspace();
  let sound: GateRun;
  let broken: GateRun;
  let empty: GateRun;

  beforeAll(() => {
    empty = place.node('.ci/arrows.mjs');
    place.plant(SOUND);
    sound = place.node('.ci/arrows.mjs');
    place.plant(Object.fromEntries(PLANTED.map(({ path, code }) => [path, code])));
    broken = place.node('.ci/arrows.mjs');
  });
  afterAll(() => place.remove());

  test('a checkout without code is red: there was nothing to check', () => {
    expect(empty.output).toContain('no code was found to check');
    expect(empty.status).toBe(1);
  });

  test('every allowed arrow passes', () => {
    const files = Object.keys(SOUND).filter((path) => path.endsWith('.ts')).length;
    expect(sound.output).toMatch(new RegExp(`^arrows: ${files} files, \\d+ imports, 0 faults\\s*$`));
    expect(sound.status).toBe(0);
  });

  test('a forbidden arrow turns it red', () => {
    expect(broken.status).toBe(1);
  });

  for (const { name, path, rule } of PLANTED) {
    test(`${name} is refused by ${rule}`, () => {
      const lines = broken.output.split('\n').filter((line) => line.includes(rule));
      expect(lines.join('\n')).toContain(rule === 'not of the top level' ? 'lib' : path);
    });
  }

  test('no arrow that is allowed is refused beside them', () => {
    for (const path of Object.keys(SOUND)) expect(broken.output).not.toMatch(new RegExp(`^${path}`, 'm'));
  });
});

test.runIf(hasGates)('a folder without its door-plate turns the arrows gate red', () => {
  const place = workspace();
  try {
    place.plant({ 'src/a.ts': 'export {};\n', 'src/README.md': '# src\n' });
    const run = place.node('.ci/arrows.mjs');
    expect(run.output).toContain('sim/README.md');
    expect(run.output).not.toContain('src/README.md');
    expect(run.status).toBe(1);
  } finally {
    place.remove();
  }
});

describe.runIf(hasGates)('the arrows gate beside a compiler that dependency-cruiser does not know', () => {
  test('files it did not read are named', () => {
    const place = workspace();
    try {
      place.plant({ ...SOUND, '.dependency-cruiser.cjs': "module.exports = { options: { exclude: 'sim' } };\n" });
      const run = place.node('.ci/arrows.mjs');
      expect(run.output).toContain('sim/world/w.ts: dependency-cruiser did not read it');
      expect(run.status).toBe(1);
    } finally {
      place.remove();
    }
  });
});
