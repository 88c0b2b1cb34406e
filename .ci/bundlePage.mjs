// Bundles what a report page runs: its script, and the worker with the kernel. Each is one text without imports.
// `.ci/build.mjs` writes both into dist/browser for the package; a checkout bundles them when a page is made.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** By name: the entry, and the name of its file in dist/browser. */
export const PAGE_SCRIPTS = { client: 'pageClient', worker: 'whatIfWorker', full: 'fullWorker', live: 'liveClient' };

/** Those that a page holds packed (sim/browser/recode.ts). */
export const PACKED_SCRIPTS = ['worker', 'full'];

/**
 * Stands in for what a page does not need of a package. Its scales are linear, between two ends, and are written with words
 * of their own; what it hashes is text, by callers of ours; a seed comes as its two words. A test holds the drawings and the
 * hashes of a page equal to those of Node.
 */
const STUBS = {
  'd3-scale': `import { nice, ticks } from 'd3-array';
    export function scaleLinear() {
      let [domain, range] = [[0, 1], [0, 1]];
      const scale = (value) => {
        const share = (value - domain[0]) / (domain[1] - domain[0]);
        return range[0] * (1 - share) + range[1] * share;
      };
      scale.domain = (ends) => (ends ? ((domain = ends), scale) : domain);
      scale.range = (ends) => (ends ? ((range = ends), scale) : range);
      scale.nice = (count) => scale.domain(nice(...domain, count));
      scale.ticks = (count) => ticks(...domain, count);
      return scale;
    }`,
  './utils.js': `export const abytes = (bytes) => bytes;
    export const aexists = () => {}, aoutput = () => {}, clean = () => {}, oidNist = () => {};
    export const createView = ({ buffer, byteOffset, byteLength }) => new DataView(buffer, byteOffset, byteLength);
    export const rotr = (word, shift) => (word << (32 - shift)) | (word >>> shift);
    export const createHasher = (make) => (bytes) => make().update(bytes).digest();
    export const utf8ToBytes = (text) => new TextEncoder().encode(text);
    export const bytesToHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');`,
  'seedrandom': `export default () => { throw new Error("the seed of a page comes as words"); };`,
};
const stubs = {
  name: 'stubs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(d3-scale|seedrandom)$/ }, ({ path }) => ({ path, namespace: 'stub' }));
    onResolve({ filter: /^@noble\/hashes\/utils\.js$/ }, () => ({ path: './utils.js', namespace: 'stub' }));
    onResolve({ filter: /^\.\/utils\.js$/ }, ({ path, importer }) =>
      /@noble[/\\]hashes[/\\]/.test(importer) ? { path, namespace: 'stub' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({ contents: STUBS[path], resolveDir: root }));
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

/** What d3-array makes when it is loaded is left out unless it is used: the bundler cannot know that making it does nothing. */
const made = {
  name: 'made',
  setup({ onLoad }) {
    onLoad({ filter: /d3-array[/\\]dist[/\\]d3-array\.mjs$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        /^const (\w+) = (.*[.(].*);$/gm,
        'const $1 = /* @__PURE__ */ (() => $2)();',
      ),
    }));
  },
};

/** Tables of which the kernel takes the numbers and the ids. What they say to people is left out of its worker. */
const TABLES = /src[/\\](migration[/\\](errorCodes|steps|checks)|regulation[/\\]parameters)\.ts$/;
const LIST = /((?:subjects|reasons): |const (?:RECORD_FIELDS|DEVICE_TESTS|COMMISSIONING) = )\[[^\]]*\]/g;
const wordless = {
  name: 'wordless',
  setup({ onLoad }) {
    onLoad({ filter: TABLES }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text
        .replace(LIST, (list) => list.replace(/'[^']*'/g, "''"))
        .replace(/\b(meaning|ours|source): '[^']*'/g, "$1: ''");
      return { contents, loader: 'ts' };
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
export function bundlePage(name) {
  return bundled(`sim/browser/${PAGE_SCRIPTS[name]}.ts`, 'iife', name === 'worker' ? [wordless] : []);
}

/** A module of ours and what it imports, as a page has them. `format` is that of esbuild. */
export async function bundled(path, format, more = []) {
  const { outputFiles } = await build({
    entryPoints: [`${root}/${path}`],
    bundle: true,
    minify: true,
    write: false,
    format,
    target: 'es2022',
    platform: 'browser',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'error',
    plugins: [stubs, unused, made, english, ...more],
  });
  return outputFiles[0].text;
}
