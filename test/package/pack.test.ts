// That the tarball of `npm pack`, unpacked where npm would put it, runs and imports on plain Node, and that its types
// resolve. Its dependencies are those installed here, linked one by one and no others, so no network is needed; it does
// not prove that the registry has them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isWhole } from '../sampleSize.ts';
import { KIT_USERS, SHARED } from './kitUsers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'smets1-bench';

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string } | string>>;
}
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

const folder = mkdtempSync(join(tmpdir(), 'package-'));
const installed = join(folder, 'node_modules', NAME);

/** Without what npm and vitest put into the environment: a user has none of it. */
function start(command: string, args: readonly string[], cwd = folder) {
  const kept = Object.entries(process.env).filter(([key]) => !/^(npm_|NODE_OPTIONS|VITEST|TEST$|NODE_ENV)/i.test(key));
  const run = spawnSync(command, args, { cwd, encoding: 'utf8', env: Object.fromEntries(kept) });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** The faces that are there; each must be in the package, whatever its folder holds so far. */
const FACES = Object.entries(manifest.exports).flatMap(([path, target]) => {
  if (typeof target === 'string') return [];
  const source = target.default.replace('./dist/', '').replace(/\.js$/, '.ts');
  return existsSync(join(ROOT, source)) ? [{ specifier: NAME + path.slice(1), target, source }] : [];
});

/**
 * The versions of Node on which the kit is used: this one, and those that .ci/run has installed (NODE_22 and NODE_24 are
 * paths of their executables).
 */
const NODES: readonly { readonly version: string; readonly path?: string; readonly missing?: string }[] = [
  { version: `this Node (${process.version})`, path: process.execPath },
  ...[22, 24].map((major) => {
    const path = process.env[`NODE_${major}`];
    const missing = `NODE_${major} names no executable of Node ${major}: .ci/run installs one where npm has it`;
    return { version: `Node ${major}`, ...(path === undefined || path === '' ? { missing } : { path }) };
  }),
];

function unpack(): string[] {
  // .ci/run has packed before, and checked as it built (PACK_BUILT); here the check of types is left to their gate.
  if (process.env['PACK_BUILT'] !== 'yes') {
    const build = start(process.execPath, [join(ROOT, '.ci/build.mjs'), '--unchecked'], ROOT);
    if (build.status !== 0) throw new Error(`the build failed:\n${build.stdout}${build.stderr}`);
  }
  // What prepack does is done.
  const pack = start('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT);
  if (pack.status !== 0) throw new Error(`npm pack failed:\n${pack.stderr}`);
  const [tarball] = JSON.parse(pack.stdout) as [{ filename: string; files: { path: string }[] }];
  mkdirSync(installed, { recursive: true });
  const tar = start('tar', ['-xzf', join(folder, tarball.filename), '-C', installed, '--strip-components=1']);
  if (tar.status !== 0) throw new Error(tar.stderr);
  return tarball.files.map(({ path }) => path);
}

/** Prints the address of every module that is loaded. */
const TELL_MODULES = [
  'import { register } from "node:module";',
  'const tell = "export async function load(url, context, next) { process._rawDebug(url); return next(url, context); }";',
  'register("data:text/javascript," + encodeURIComponent(tell));',
].join('\n');

/** The files of the package that a command line opens as modules, from the package's folder, beside the bin itself. */
function modulesOf(args: readonly string[]): string[] {
  const tell = `data:text/javascript,${encodeURIComponent(TELL_MODULES)}`;
  const bin = join(installed, 'src/cli/smets1-bench.mjs');
  const { status, stderr } = start(process.execPath, ['--import', tell, bin, ...args]);
  expect(status, stderr).toBe(0);
  const marks = `${NAME}/`;
  const urls = stderr.split('\n').filter((line) => line.startsWith('file:') && line.includes(`/node_modules/${marks}`));
  return urls.map((url) => url.slice(url.lastIndexOf(marks) + marks.length)).filter((path) => path.startsWith('dist/'));
}

function link(path: string): void {
  const to = join(folder, 'node_modules', path);
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', path), to);
}

describe.runIf(isWhole('PACK_WHOLE', 'the package is built, packed and used'))('the package', () => {
  let files: string[] = [];

  beforeAll(() => {
    files = unpack();
    const { dependencies, peerDependencies } = manifest;
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) link(name);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds what is built, the bin and the papers, and no source, test or tool', () => {
    const others = files
      .filter((path) => !/^dist\/(bin|src|sim|devices|scenarios|browser|test\/kit|test\/cases)\//.test(path))
      .sort();
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', 'src/cli/smets1-bench.mjs'];
    expect(others.filter((path) => !papers.includes(path))).toEqual([]);
    expect(others).toContain('src/cli/smets1-bench.mjs');
    expect(files.filter((path) => /(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });

  test('the bin answers on plain Node, where no tsx is', () => {
    expect(existsSync(join(folder, 'node_modules/tsx'))).toBe(false);
    const bin = join(installed, 'src/cli/smets1-bench.mjs');
    const help = start(process.execPath, [bin, '--help']);
    expect(help.stderr).toBe('');
    expect(help.stdout).toContain('Usage: smets1-bench');
    expect(help.status).toBe(0);
    expect(start(process.execPath, [bin, '--version']).stdout).toBe(`${manifest.version}\n`);
  });

  test.each([
    // `most` is ours, a third above what is loaded today. The sources of `check engine` alone are some 150 files.
    { args: ['--version'], most: 9 },
    { args: ['--help'], most: 9 },
    { args: ['glossary', 'ESME'], most: 18 },
    { args: ['check', 'schema', 'engine'], most: 42 },
  ])('a small command opens few files: $args', ({ args, most }) => {
    const opened = modulesOf(args);
    expect(opened.length).toBeGreaterThan(0);
    expect(opened.filter((path) => !path.startsWith('dist/bin/'))).toEqual([]);
    expect(opened.length, opened.join(' ')).toBeLessThanOrEqual(most);
  });

  test('a thread opens one bundle of its own, not the modules it is made of', () => {
    const opened = new Set(modulesOf(['run', 'null', '--replications', '2', '--workers', '2']));
    const thread = ['dist/sim/kernel/run/worker.js', 'dist/sim/kernel/run/workerBoot.mjs'];
    expect(opened).toContain('dist/bin/worker.js');
    expect([...opened].filter((path) => !path.startsWith('dist/bin/')).toSorted()).toEqual(thread);
  });

  test("every command of the package's README works in it", () => {
    const text = readFileSync(join(ROOT, 'src/docs/package.md'), 'utf8');
    const commands = [...text.matchAll(/^\$ npx smets1-bench (.+)$/gm)].map(([, args = '']) => args.split(' '));
    expect(commands.length).toBeGreaterThan(4);
    for (const args of commands) {
      const { status, stderr } = start(process.execPath, [join(installed, 'src/cli/smets1-bench.mjs'), ...args]);
      expect(status, `${args.join(' ')}\n${stderr}`).toBe(0);
    }
    // The page holds the what-if: what it runs is built into the package.
    expect(readFileSync(join(folder, 'out/example.html'), 'utf8')).toContain('id="what-if-worker"');
  });

  test('the case tables are there as YAML and as JSON, and are replayed by name', () => {
    const bin = join(installed, 'src/cli/smets1-bench.mjs');
    const replayed = start(process.execPath, [bin, 'check', 'replay', 'shipped']);
    expect(replayed.stdout).toMatch(/^PASSED: 2\d\d cases asked, \d+ skipped\n$/m);
    const json = start(process.execPath, [bin, 'check', 'replay', join(installed, 'dist/test/cases/gt01.json')]);
    expect(json.stdout).toMatch(/^PASSED: \d\d cases asked\n$/);
    const script = `import cases from 'smets1-bench/cases/gt01.json' with { type: 'json' };
      const { name, resolved: { question, verdicts } } = cases[0];
      console.log(typeof name, question.attempts[0].at, Array.isArray(verdicts));`;
    const imported = start(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script]);
    expect(imported.stdout, imported.stderr).toMatch(/^string \d{4}-\d\d-\d\dT\S+Z true\n$/);
  });

  test('the bin can be started by its own name', () => {
    const run = start(join(installed, 'src/cli/smets1-bench.mjs'), ['--version']);
    expect(run.stdout).toBe(`${manifest.version}\n`);
  });

  for (const { specifier } of FACES) {
    test(`import '${specifier}' works on plain Node`, () => {
      const script = `import * as face from '${specifier}'; console.log(Object.keys(face).length > 0);`;
      const run = start(process.execPath, ['--input-type=module', '--eval', script]);
      expect(run.stderr).toBe('');
      expect(run.stdout).toBe('true\n');
    });
  }

  describe.each(NODES)('the kit on $version', ({ path, missing }) => {
    for (const user of KIT_USERS) {
      test(`a project that uses ${user.name} tells a right engine from a wrong one`, ({ skip }) => {
        if (path === undefined) return skip(missing);
        for (const name of ['vitest', '@vitest']) if (!existsSync(join(folder, 'node_modules', name))) link(name);
        for (const { file, text } of [SHARED, user]) writeFileSync(join(folder, file), text);
        const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
        const run = start(
          path,
          user.args.map((word) => (word === 'vitest' ? vitest : word)),
        );
        expect(run.status, `${run.stdout}\n${run.stderr}`).toBe(0);
      });
    }
  });

  test.skipIf(FACES.length === 0)('its types resolve for a consumer that checks them all', () => {
    for (const types of ['@types/node', 'undici-types']) link(types);
    const lines = FACES.map(({ specifier }, i) => `import * as face${i} from '${specifier}';\nvoid face${i};\n`);
    writeFileSync(join(folder, 'consumer.ts'), lines.join(''));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    const run = start(process.execPath, [tsc, ...flags, '--traceResolution', 'false', 'consumer.ts']);
    // What is wrong in the declarations of others is theirs; in ours nothing may be.
    const ours = run.stdout.split('\n').filter((line) => /^(consumer\.ts|node_modules\/smets1-bench\/)/.test(line));
    expect(ours).toEqual([]);
  });
});
