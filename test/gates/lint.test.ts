// That every ban of eslint.config.js can turn the gate red, in the folders it is for and not elsewhere. It does not
// prove that the bans suffice: a wall clock reached by a road that no ban names would pass.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workspace } from './workspace.ts';
import { isWhole } from '../sampleSize.ts';

const hasGates = isWhole('GATES', 'that every gate can turn red');

interface Planted {
  readonly name: string;
  readonly path: string;
  readonly code: string;
  /** Part of the message, which names the replacement; undefined: the file is clean. */
  readonly says: string | undefined;
}

const DRAW = 'draw(key, entity, index)';
const TABLES = "read the code from src/migration's tables";

/** One line each: a body that stands alone in a file. */
const PLANTED: readonly Planted[] = [
  ...['src/a', 'sim/a', 'devices/a'].map((folder, i) => ({
    name: `Math.random in ${folder}`,
    path: `${folder}/random${i}.ts`,
    code: 'export const u = Math.random();',
    says: DRAW,
  })),
  ...['src/report', 'src/cli/run', 'sim/a', 'devices/a'].map((folder, i) => ({
    name: `a category id in ${folder}`,
    path: `${folder}/category${i}.ts`,
    code: "export const is = (category: string): boolean => category === 'five-retries';",
    says: 'No category id outside src/clauses',
  })),
  {
    name: 'a category id in src/clauses',
    path: 'src/clauses/category.ts',
    code: "export const category = 'five-retries';",
    says: undefined,
  },
  ...['src', 'sim', 'devices/dlms'].flatMap((folder) => [
    {
      name: `Date.now in ${folder}`,
      path: `${folder}/now.ts`,
      code: 'export const t = Date.now();',
      says: 'src/time.ts',
    },
    {
      name: `new Date in ${folder}`,
      path: `${folder}/date.ts`,
      code: 'export const t = new Date(0);',
      says: 'src/time.ts',
    },
    {
      name: `performance in ${folder}`,
      path: `${folder}/performance.ts`,
      code: 'export const t = performance.now();',
      says: 'src/cli measures',
    },
    {
      name: `setTimeout in ${folder}`,
      path: `${folder}/timer.ts`,
      code: 'setTimeout(() => undefined, 1);',
      says: 'time is an argument in sim/',
    },
    {
      name: `process in ${folder}`,
      path: `${folder}/env.ts`,
      code: 'export const e = process.env;',
      says: 'passes arguments',
    },
    {
      name: `Intl in ${folder}`,
      path: `${folder}/intl.ts`,
      code: 'export const f = new Intl.NumberFormat();',
      says: 'format by hand',
    },
  ]),
  ...['src', 'sim'].flatMap((folder) => [
    {
      name: `toLocaleString in ${folder}`,
      path: `${folder}/locale.ts`,
      code: 'export const s = (1).toLocaleString();',
      says: 'format by hand',
    },
    {
      name: `localeCompare in ${folder}`,
      path: `${folder}/compare.ts`,
      code: "export const s = 'a'.localeCompare('b');",
      says: 'compare with < and >',
    },
    {
      name: `randomUUID in ${folder}`,
      path: `${folder}/uuid.ts`,
      code: 'export const s = globalThis.crypto.randomUUID();',
      says: DRAW,
    },
  ]),
  ...["process.stdout.write('a');", 'process.exitCode = 1;', "process.on('SIGINT', () => undefined);"].map(
    (code, at) => ({
      name: `a command that says ${code}`,
      path: `src/cli/run/globals${at}.ts`,
      code,
      says: 'never the globals of the process',
    }),
  ),
  {
    name: 'the present instant in src/time.ts',
    path: 'src/time.ts',
    code: 'export const t = new Date();',
    says: 'records',
  },
  {
    name: 'Date of an instant in src/interchange/format/parquet',
    path: 'src/interchange/format/parquetA.ts',
    code: 'export const t = new Date(0);',
    says: undefined,
  },
  { name: 'Date in src/cli', path: 'src/cli/now.ts', code: 'export const t = Date.now();', says: undefined },
  {
    name: 'Date in a carrier',
    path: 'devices/transport/now.ts',
    code: 'export const t = Date.now();',
    says: undefined,
  },
  { name: 'Math.pow in sim', path: 'sim/pow.ts', code: 'export const x = Math.pow(2, 0.5);', says: 'multiply' },
  { name: '** in sim', path: 'sim/power.ts', code: 'export const x = 2 ** 0.5;', says: 'multiply' },
  {
    name: 'a whole power of two in sim',
    path: 'sim/exact.ts',
    code: 'export const x = 2 ** 32 * 2 ** -53;',
    says: undefined,
  },
  {
    name: 'a whole power of another base in sim',
    path: 'sim/ten.ts',
    code: 'export const x = 10 ** 3;',
    says: 'multiply',
  },
  {
    name: 'code made at run time',
    path: 'src/made.ts',
    code: "export const f = new Function('return 1');",
    says: 'Function constructor',
  },
  { name: '**= in sim', path: 'sim/powered.ts', code: 'export let x = 2;\nx **= 2;', says: 'multiply' },
  { name: 'Math.hypot in sim', path: 'sim/hypot.ts', code: 'export const x = Math.hypot(1, 2);', says: 'last bit' },
  { name: 'Math.log in sim', path: 'sim/log.ts', code: 'export const x = Math.log(2) + Math.PI;', says: undefined },
  { name: '** in src', path: 'src/power.ts', code: 'export const x = 2 ** 31;', says: undefined },
  { name: 'a default export', path: 'src/default.ts', code: 'export default 1;', says: 'export a name' },
  {
    name: 'a renamed default export',
    path: 'test/default.ts',
    code: 'const a = 1;\nexport { a as default };',
    says: 'export a name',
  },
  { name: 'export *', path: 'devices/all.ts', code: "export * from './endpoint.ts';", says: 'list the names' },
  ...['sim', 'devices'].flatMap((folder) => [
    {
      name: `single-quoted code in ${folder}`,
      path: `${folder}/single.ts`,
      code: "export const c = 'MA112';",
      says: TABLES,
    },
    {
      name: `double-quoted code in ${folder}`,
      path: `${folder}/double.ts`,
      code: 'export const c = "MA110";',
      says: TABLES,
    },
    {
      name: `template code in ${folder}`,
      path: `${folder}/template.ts`,
      code: 'export const c = `GT01`;',
      says: TABLES,
    },
    {
      name: `list of codes in ${folder}`,
      path: `${folder}/list.ts`,
      code: "export const c = 'MA112|GT01'.split('|');",
      says: TABLES,
    },
    {
      name: `code as a key in ${folder}`,
      path: `${folder}/key.ts`,
      code: 'export const c = { GT01: 1 };',
      says: TABLES,
    },
    { name: `NO-WAN in ${folder}`, path: `${folder}/noWan.ts`, code: "export const c = 'NO-WAN';", says: TABLES },
    {
      name: `prose about a check in ${folder}`,
      path: `${folder}/prose.ts`,
      code: "export const c = 'after GT01 has failed';",
      says: undefined,
    },
  ]),
  { name: 'a code in src', path: 'src/codes.ts', code: "export const c = 'MA112';", says: undefined },
  { name: 'a word that lost', path: 'sim/words.ts', code: 'export const households = 1;', says: 'installation' },
  { name: 'more than 400 lines', path: 'src/long.ts', code: 'export {};\n'.padEnd(450, '\n'), says: 'too many lines' },
  {
    name: 'a data table of more than 400 lines',
    path: 'src/migration/errorCodes.ts',
    code: 'export {};\n'.padEnd(450, '\n'),
    says: undefined,
  },
  { name: 'any', path: 'src/any.ts', code: 'export function f(x: any): unknown {\n  return x;\n}', says: 'any' },
  {
    name: 'a promise let go',
    path: 'sim/floating.ts',
    code: 'async function f() {}\nf();',
    says: 'Promises must be awaited',
  },
  {
    name: 'a disable directive that nothing needs',
    path: 'sim/unused.ts',
    code: '// eslint-disable-next-line no-var\nexport const x = 1;',
    says: 'Unused eslint-disable',
  },
];

interface LintedFile {
  readonly filePath: string;
  readonly messages: readonly { readonly message: string; readonly severity: number }[];
}

describe.runIf(hasGates)('the style gate', () => {
  const place = workspace();
  const messages = new Map<string, readonly string[]>();
  let status: number | null = 0;

  beforeAll(() => {
    place.plant(Object.fromEntries(PLANTED.map(({ path, code }) => [path, `${code}\n`])));
    place.plant({ 'devices/endpoint.ts': 'export const endpoint = 1;\n' });
    const run = place.tool('eslint', '--format', 'json', 'src', 'sim', 'devices', 'test');
    status = run.status;
    const report = JSON.parse(
      run.output.slice(run.output.indexOf('[{'), run.output.lastIndexOf(']') + 1),
    ) as LintedFile[];
    for (const planted of PLANTED) {
      const file = report.find(({ filePath }) => filePath.endsWith(`/${planted.path}`));
      messages.set(planted.path, file?.messages.map(({ message }) => message) ?? ['not linted at all']);
    }
  });
  afterAll(() => place.remove());

  test('planted files are all at paths of their own', () => {
    expect(messages.size).toBe(PLANTED.length);
  });

  test('bad files turn it red', () => {
    expect(status).toBe(1);
  });

  for (const { name, path, says } of PLANTED) {
    test(says === undefined ? `${name} passes` : `${name} is refused`, () => {
      if (says === undefined) expect(messages.get(path)).toEqual([]);
      else expect(messages.get(path)?.join('\n')).toContain(says);
    });
  }
});
