// Bundles what a report page runs: its script, and the worker with the kernel. Each is one text without imports.
// `.ci/build.mjs` writes both into dist/browser for the package; a checkout bundles them when a page is made.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** By name: the entry, and the name of its file in dist/browser. */
export const PAGE_SCRIPTS = { client: 'pageClient', worker: 'whatIfWorker', full: 'fullWorker', live: 'liveClient' };

/** Those that a page holds packed (sim/browser/recode.ts). */
export const PACKED_SCRIPTS = ['worker', 'full'];

/**
 * Stands in for what a page never reaches. Scales there interpolate numbers alone, between two ends, and write them with
 * words of their own; a seed comes as its two words.
 */
const STUBS = {
  'd3-interpolate': `export const interpolateNumber = (a, b) => (a = +a, b = +b, (t) => a * (1 - t) + b * t);
    export { interpolateNumber as interpolate };
    export const interpolateRound = (a, b) => (t) => Math.round(a * (1 - t) + b * t);
    export const piecewise = () => { throw new Error('scales of a page have two ends'); };`,
  'd3-format': `const none = () => { throw new Error('a page formats numbers with src/text'); };
    export { none as format, none as formatPrefix, none as formatSpecifier, none as precisionFixed, none as precisionPrefix, none as precisionRound };`,
  'd3-time':
    'export const timeTicks = 0, timeTickInterval = 0, timeYear = 0, timeMonth = 0, timeWeek = 0, timeDay = 0, timeHour = 0, timeMinute = 0, timeSecond = 0, utcYear = 0, utcMonth = 0, utcWeek = 0, utcDay = 0, utcHour = 0, utcMinute = 0, utcSecond = 0, utcTicks = 0, utcTickInterval = 0;',
  'd3-time-format': 'export const timeFormat = 0, utcFormat = 0;',
  'seedrandom': 'export default () => { throw new Error("the seed of a page comes as words"); };',
};
const stubs = {
  name: 'stubs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(d3-interpolate|d3-format|d3-time|d3-time-format|seedrandom)$/ }, ({ path }) => ({
      path,
      namespace: 'stub',
    }));
    onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({ contents: STUBS[path] }));
  },
};

/** Loading a module of ours does nothing but define its names, so one of which no name is used is left out. */
const unused = {
  name: 'unused',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\./ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'asked' || !/[/\\](src|sim)[/\\]/.test(importer)) return undefined;
      return { ...(await resolve(path, { importer, resolveDir, kind, pluginData: 'asked' })), sideEffects: false };
    });
  },
};

/** The messages of zod in English alone: it brings those of 50 languages. */
const english = {
  name: 'english',
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** The text of one script. Equal sources give equal bytes: the policy of a page names the hash. */
export async function bundlePage(name) {
  const { outputFiles } = await build({
    entryPoints: [`${root}/sim/browser/${PAGE_SCRIPTS[name]}.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'error',
    plugins: [stubs, unused, english],
  });
  return outputFiles[0].text;
}
