// The gate of style and determinism (src/README.md, src/docs/style.md). Each ban's message names what to use instead.
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Data tables, read row by row and never as a whole: the only files that may pass 400 lines. */
const DATA_TABLES = ['src/migration/errorCodes.ts'];

const ban = (selector, message) => ({ selector, message });

const FACE = [
  ban('ExportDefaultDeclaration', 'No default exports: export a name, so that one thing has one name everywhere.'),
  ban('ExportSpecifier[exported.name="default"]', 'No default exports: export a name.'),
  ban('ExportAllDeclaration', 'No `export *`: list the names; the face of a folder is a short list.'),
];

const FOLDERS = [
  ban(
    'CallExpression[callee.name="mkdirSync"] Property[key.name="recursive"]',
    'Below /proc that call never returns: use makeFolders (src/interchange/makeFolders.ts).',
  ),
];

const GUARDS = [
  ban(
    'MemberExpression[object.name="vi"][property.name="mock"]',
    'Outside CI the files of a worker share its modules, so a hoisted mock depends on which file came first: hand the thing in.',
  ),
  ban(
    'CallExpression[callee.name=/^(test|(before|after)(All|Each))$/][arguments.2.raw=/^[0-9]{1,3}(_?[0-9]{3})?$/], CallExpression[callee.name=/^(before|after)(All|Each)$/] > Literal.arguments',
    'A test has the one time-out of vitest.config.ts: a shorter one lets the load of the machine decide.',
  ),
];

/** Words that lost to another in the glossary (src/docs/glossary.md), as identifiers or parts of one. */
const WORDS = [
  ['household|premises|dwelling', 'installation'],
  ['errCode|failureCode|faultCode', 'errorCode'],
  ['keystore|keyStore', 'keyring (or keyLedger at the head-end)'],
  ['changeOfSupplier', 'CoS (cos)'],
  ['exclusionType|exclusionReason', 'category (ExclusionCategory)'],
  ['attemptType|attemptKindType', 'kind'],
].map(([losers, winner]) => ban(`Identifier[name=/^(${losers})/i]`, `The glossary's word is ${winner}.`));

const CLOCKS = [
  ban(
    'MemberExpression[property.name=/^toLocale/]',
    "Depends on the machine's locale: format by hand, in src/time.ts or the report.",
  ),
  ban('MemberExpression[property.name="localeCompare"]', "Depends on the machine's locale: compare with < and >."),
  ban(
    'MemberExpression[property.name=/^(getRandomValues|randomUUID|randomBytes|randomInt)$/]',
    'Randomness is addressed, not consumed: draw(key, entity, index) of sim/world/dice/draws.',
  ),
];

/** The code of a check belongs to a row of a table in src/migration; a backend reads it there. */
const CODE = '(MA110|MA112|GT01|NO-WAN)';
const CODES_MESSAGE = "No error-code literal outside src/: read the code from src/migration's tables.";
/**
 * A literal that is nothing but codes; prose that names a check (`the GT01 window`) is no copy of a table's row. A
 * slash would end the pattern inside a selector, hence \\x2f.
 */
const ONLY_CODES = `^[\\s,;|\\x2f]*(${CODE}[\\s,;|\\x2f]*)+$`;
const CODES = [
  ban(`Literal[value=/${ONLY_CODES}/]`, CODES_MESSAGE),
  ban(`TemplateElement[value.cooked=/${ONLY_CODES}/]`, CODES_MESSAGE),
  ban(`Identifier[name=/^${CODE}$/]`, CODES_MESSAGE),
];

const CATEGORY = '(master-key|uneconomic-to-test|no-wan-before|no-wan-attempting|gt01|five-retries)';
const CATEGORY_MESSAGE =
  'No category id outside src/clauses: ask a column of CATEGORY_ROWS, or take `category` from the row of the clause.';
const CATEGORIES = [
  ban(`Literal[value=/^${CATEGORY}$/]`, CATEGORY_MESSAGE),
  ban(`TemplateElement[value.cooked=/^${CATEGORY}$/]`, CATEGORY_MESSAGE),
];

const SAME_ON_EVERY_NODE =
  '(abs|ceil|floor|round|trunc|min|max|sign|imul|clz32|fround|sqrt|cbrt|log|log1p|exp|expm1|sin|cos|tan|atan|E|PI|LN2|LN10|SQRT2)';
const ARITHMETIC = [
  ban(
    // Whole powers of two are exact everywhere, and read better than their digits.
    'BinaryExpression[operator="**"]:not([left.raw="2"][right.raw=/^\\d+$/], [left.raw="2"][right.argument.raw=/^\\d+$/]), AssignmentExpression[operator="**="]',
    'The last bit of ** differs between Node versions: multiply, or Math.exp(y * Math.log(x)).',
  ),
  ban(
    'MemberExpression[object.name="Math"][property.name="pow"]',
    'The last bit of Math.pow differs between Node versions: multiply, or Math.exp(y * Math.log(x)).',
  ),
  ban(
    `MemberExpression[object.name="Math"]:not([property.name=/^${SAME_ON_EVERY_NODE}$|^(pow|random)$/])`,
    'Not known to agree in the last bit between Node versions: build it from log, exp, sin, cos, tan, atan, sqrt, cbrt.',
  ),
];

const RANDOM = {
  object: 'Math',
  property: 'random',
  message: 'Randomness is addressed, not consumed: draw(key, entity, index) of sim/world/dice/draws.',
};
const NOW = {
  object: 'Date',
  property: 'now',
  message: 'No wall clock: instants come from the records and the scenario.',
};
const NO_DATE = { name: 'Date', message: 'No wall clock and no Date: Instant and its functions in src/time.ts.' };
const NO_TIMERS = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'No timers: time is an argument in sim/; deadlines of a wire belong to Timers in devices/transport/timers.',
}));
const NO_HOST = [
  { name: 'performance', message: 'No wall clock: src/cli measures and hands the clock in.' },
  { name: 'process', message: 'No environment: src/cli reads it and passes arguments.' },
  { name: 'Intl', message: "Depends on the machine's locale: format by hand, in src/time.ts or the report." },
  {
    name: 'crypto',
    message: 'Randomness is addressed, not consumed: draw(key, entity, index) of sim/world/dice/draws.',
  },
];
const restrictGlobals = (...globals) => ['error', ...NO_TIMERS, ...NO_HOST, ...globals];

export default defineConfig(
  globalIgnores(['dist', 'coverage', 'out', 'node_modules']),
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'eqeqeq': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-control-regex': 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-debugger': 'error',
      'no-unused-private-class-members': 'error',
      'no-useless-catch': 'error',
      'no-eval': 'error',
      'no-new-func': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', ...FACE, ...WORDS],
      '@typescript-eslint/consistent-type-imports': 'error',
      // Whoever returns a promise of nothing to a table of functions may be synchronous today.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // It holds for indexed access (`as T` after a checked bound) that the compiler's own option asks for.
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**'],
    rules: {
      'no-restricted-properties': ['error', RANDOM],
      'no-restricted-globals': restrictGlobals(NO_DATE),
      'no-restricted-syntax': ['error', ...FACE, ...WORDS, ...CLOCKS, ...CATEGORIES],
    },
  },
  {
    files: ['src/cli/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...FACE, ...WORDS, ...CATEGORIES, ...FOLDERS] },
  },
  {
    files: ['src/clauses/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...FACE, ...WORDS, ...CLOCKS] },
  },
  {
    // Commands use the Io that they are given, so that a command line can run in anybody's process.
    files: ['src/cli/**/*.ts'],
    ignores: ['src/cli/main.ts', 'src/cli/shell/processIo.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        RANDOM,
        ...['stdout', 'stderr', 'stdin', 'exit', 'exitCode', 'on', 'once', 'off', 'env'].map((property) => ({
          object: 'process',
          property,
          message: 'Commands use the Io that they are given (src/cli/shell/io.ts), never the globals of the process.',
        })),
      ],
    },
  },
  {
    // Temporary files are named by the process that writes them, until they are whole.
    files: ['src/interchange/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...NO_TIMERS, ...NO_HOST.filter(({ name }) => name !== 'process'), NO_DATE],
    },
  },
  {
    // Instants to text, Parquet's own timestamps; the present instant stays out of reach even here.
    files: ['src/time.ts', 'src/interchange/format/parquet*.ts', 'src/interchange/parquet/*.ts'],
    rules: {
      'no-restricted-globals': restrictGlobals(),
      'no-restricted-properties': ['error', RANDOM, NOW],
      'no-restricted-syntax': [
        'error',
        ...FACE,
        ...WORDS,
        ...CLOCKS,
        ban('NewExpression[callee.name="Date"][arguments.length=0]', 'No wall clock: instants come from the records.'),
      ],
    },
  },
  {
    files: ['sim/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', RANDOM],
      'no-restricted-globals': restrictGlobals(NO_DATE),
      'no-restricted-syntax': ['error', ...FACE, ...WORDS, ...CLOCKS, ...CODES, ...CATEGORIES, ...ARITHMETIC],
    },
  },
  {
    files: ['devices/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', RANDOM],
      'no-restricted-syntax': ['error', ...FACE, ...WORDS, ...CODES, ...CATEGORIES, ...FOLDERS],
    },
  },
  {
    // Endpoints are sans-I/O: bytes in, bytes out, the instant as an argument (src/docs/style.md).
    files: ['devices/{dlms,cosem,personas,headend,iec62056_21,link}/**/*.ts'],
    // COSEM's date-time octets hold calendar fields.
    ignores: ['devices/cosem/dateTime.ts'],
    rules: { 'no-restricted-globals': restrictGlobals(NO_DATE) },
  },
  {
    files: ['devices/cosem/dateTime.ts'],
    rules: { 'no-restricted-globals': restrictGlobals(), 'no-restricted-properties': ['error', RANDOM, NOW] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...FACE, ...WORDS, ...GUARDS],
      // `test()` and `describe()` return promises that the runner awaits, and a stub may be empty or loosely typed.
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: DATA_TABLES, rules: { 'max-lines': 'off' } },
  { files: ['*.config.{js,ts}', '.dependency-cruiser.cjs'], rules: { 'no-restricted-syntax': 'off' } },
  // vitest.config.ts lies outside the project of tsconfig.json, so the rules that need types cannot see it.
  {
    files: ['*.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },
);
