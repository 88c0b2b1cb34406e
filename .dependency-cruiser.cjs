// The arrows of src/README.md. `.ci/arrows.mjs` runs them and fails when nothing was checked.

/** Folders of devices/ that carry bytes over something real; the rest of devices/ is sans-I/O. */
const CARRIERS = '^devices/(transport|mqtt|hardware|rig|driver)([./]|$)';

/** Core modules as dependency-cruiser names them: without `node:`. */
const core = (names) => ({ dependencyTypes: ['core'], ...(names ? { path: `^(node:)?(${names})(/|$)` } : {}) });
const coreExcept = (names) => ({ dependencyTypes: ['core'], pathNot: `^(node:)?(${names})(/|$)` });
const packages = (names) => ({ path: `(^|/)node_modules/(${names})/` });

const forbidden = [
  {
    name: 'no-cycles',
    comment: 'No cycles, not even of types: move what both need into a file of its own.',
    from: {},
    to: { circular: true },
  },
  { name: 'resolvable', comment: 'The import leads nowhere.', from: {}, to: { couldNotResolve: true } },
  {
    name: 'cli-is-the-root',
    comment: 'src/cli composes everything, so nothing but itself and the tests may import it.',
    from: { path: '^(src|sim|devices|scenarios|test/kit)/', pathNot: '^src/cli/' },
    to: { path: '^src/cli/' },
  },
  {
    name: 'src-knows-no-world',
    comment: 'src answers what a migration is: no dice, no sockets, no simulation.',
    from: { path: '^src/', pathNot: '^src/cli/' },
    to: { path: '^(sim|devices|scenarios|test)/' },
  },
  {
    name: 'sim-knows-no-wire',
    comment: 'sim -> src, sim.',
    from: { path: '^sim/' },
    to: { path: '^(devices|scenarios|test)/' },
  },
  {
    name: 'devices-know-the-world-only',
    comment: 'devices -> src, devices, sim/world: a rule or a population of their own would drift from the kernel.',
    from: { path: '^devices/' },
    to: { path: '^(sim/(?!world/)|scenarios/|test/)' },
  },
  { name: 'scenarios-are-data', comment: 'scenarios/ holds data only.', from: { path: '^scenarios/' }, to: {} },
  {
    name: 'tests-are-not-imported',
    comment: 'Only src/cli may import from test/, and only the published test/kit.',
    from: { path: '^src/cli/' },
    to: { path: '^test/(?!kit/)' },
  },
  {
    name: 'the-kit-is-published',
    comment: 'test/kit -> src, sim, devices, test/kit: it is in the package, and the other tests are not.',
    from: { path: '^test/kit/' },
    to: { path: '^(scenarios/|src/cli/|test/(?!kit/))' },
  },
  {
    name: 'faces-look-outward-root',
    comment: 'src/index, sim/index and devices/index are for users from outside; inside, import the file itself.',
    from: { path: '^(src|sim|devices|test/kit)/' },
    to: { path: '^$1/index[.]ts$' },
  },
  {
    name: 'faces-look-outward',
    comment: "A folder's index is imported only from outside the folder.",
    from: { path: '^(.+)/[^/]+$' },
    to: { path: '^$1/index[.]ts$' },
  },
  {
    name: 'src-is-pure',
    comment: 'src uses integers, tables, pure functions; files belong to src/cli and src/interchange.',
    // Layered files (`extends`) are named by paths; src/cli reads them.
    from: { path: '^src/', pathNot: '^src/(cli/|interchange/|document/layers[.]ts$)' },
    to: core(),
  },
  {
    name: 'interchange-reads-and-writes-files',
    comment:
      'src/interchange may use files, streams, hashes and the folder for temporary files, nothing else of the machine.',
    from: { path: '^src/interchange/' },
    to: coreExcept('fs|path|url|stream|string_decoder|buffer|crypto|readline|zlib|os'),
  },
  {
    name: 'sim-has-no-io',
    comment: 'sim uses keyed dice, virtual time and worker threads (in sim/kernel). src/cli reads the files.',
    from: { path: '^sim/', pathNot: '^sim/kernel/' },
    to: core(),
  },
  {
    name: 'kernel-has-workers-only',
    comment: 'sim/kernel may use worker_threads and nothing else of the machine.',
    // A boot file looks whether the sources or the built files stand beside it, as the bin does.
    from: { path: '^sim/kernel/', pathNot: 'Boot[.]mjs$' },
    to: coreExcept('worker_threads'),
  },
  {
    name: 'endpoints-are-sans-io',
    comment: 'Endpoints take and give bytes; carriers (transport, mqtt, hardware, rig) own sockets, ports and files.',
    from: { path: '^devices/', pathNot: CARRIERS },
    to: coreExcept('crypto|buffer|zlib'),
  },
  {
    name: 'libraries-in-their-room-cli',
    comment: 'What talks to a terminal belongs to src/cli.',
    from: { path: '^(src|sim|devices|test/kit)/', pathNot: '^src/cli/' },
    to: packages('commander|cli-progress|picocolors'),
  },
  {
    name: 'libraries-in-their-room-parquet',
    comment: 'Parquet belongs to src/interchange.',
    from: { path: '^(src|sim|devices|test/kit)/', pathNot: '^src/interchange/' },
    to: packages('hyparquet|hyparquet-writer'),
  },
  {
    name: 'libraries-in-their-room-wire',
    comment: 'MQTT and serial ports belong to the carriers of devices/.',
    from: { path: '^(src|sim|devices|test/kit)/', pathNot: CARRIERS },
    to: packages('mqtt|serialport'),
  },
  {
    name: 'libraries-in-their-room-dice',
    comment: 'The seed text becomes two key words once, in sim/world; everything else draws from them.',
    from: { path: '^(src|sim|devices|test/kit)/', pathNot: '^sim/world/' },
    to: packages('seedrandom'),
  },
  {
    name: 'published-code-needs-published-packages',
    comment:
      'A development dependency is not there where the package is installed. Optional peers are imported when asked for.',
    from: { path: '^(src|sim|devices|test/kit)/', pathNot: '[.]mjs$' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only', 'npm-peer'] },
  },
];

module.exports = {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    // Imports of types are arrows too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
