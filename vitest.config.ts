import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that mostly wait, for the wire or for a process, longest first. While one does, a core has nothing to do. */
const WAITING = [
  'headend/kit.test.ts',
  'differential/rigCarriers.test.ts',
  'walk/wireSettings.test.ts',
  'cli/rigAttached.test.ts',
  'watch/evidence.test.ts',
  'watch/attached.test.ts',
  'browser/page.test.ts',
  'run/whoseFault.test.ts',
  'cli/emulate.test.ts',
  'run/attached.test.ts',
  'peers/enginePeer.test.ts',
  'cli/checkHeadEnd.test.ts',
  'watch/ownFailures.test.ts',
  'browser/everyPage.test.ts',
  'reading/readAll.test.ts',
];

/** Files that take longest of those that compute, longest first: begun last, one would leave every core but one idle. */
const COMPUTING = [
  // A small heap is collected quickly, which this file does often.
  'fuzz/fuzz.test.ts',
  'package/pack.test.ts',
  'sweep/killed.test.ts',
  'calibrate/ranks.test.ts',
  'forecast/coverage.test.ts',
  'cli/check.test.ts',
  'outputs/replacing.test.ts',
  'outputs/provenance.test.ts',
  'forecast/forecast.test.ts',
  'run/compiledLife.test.ts',
  'run/workers.test.ts',
  'fuzz/interchange.test.ts',
  'forecast/thresholds.test.ts',
  'exclusion/reachability.test.ts',
  'cli/calibrateLibrary.test.ts',
  'emulate/abuse.test.ts',
  'cli/runFiles.test.ts',
  'cli/checkScenario.test.ts',
  'golden/baseline.test.ts',
  'differential/generated.test.ts',
  'cli/decideLaws.test.ts',
  'headend/interrupted.test.ts',
];

/** About how long a file of each kind takes, in seconds. They order the files, and decide nothing else. */
const SECONDS = { computing: 6, other: 0.7, betweenWaiting: 20 };

/**
 * Begins the longest first, and spreads the files that wait among those that compute, so that all cores are busy. The
 * order is the same on every machine, also on one that has no times of an earlier run.
 */
class SpreadWaiting extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = (list: readonly string[], { moduleId }: TestSpecification): number =>
      list.findIndex((ending) => moduleId.endsWith(`/${ending}`));
    const sorted = await super.sort(files);
    const listed = (list: readonly string[]): TestSpecification[] =>
      sorted.filter((file) => place(list, file) >= 0).sort((a, b) => place(list, a) - place(list, b));
    const [waiting, computing] = [listed(WAITING), listed(COMPUTING)];
    const others = sorted.filter((file) => place(WAITING, file) < 0 && place(COMPUTING, file) < 0);
    const order: TestSpecification[] = [];
    let seconds = SECONDS.betweenWaiting;
    for (const file of [...computing, ...others]) {
      if (seconds >= SECONDS.betweenWaiting && waiting.length > 0) {
        order.push(waiting.shift() as TestSpecification);
        seconds = 0;
      }
      order.push(file);
      seconds += place(COMPUTING, file) >= 0 ? SECONDS.computing : SECONDS.other;
    }
    return [...order, ...waiting];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Young objects have room to die in: with the default, a tenth of the processor time goes into collecting them.
    execArgv: ['--max-semi-space-size=64'],
    globalSetup: ['test/globalSetup.ts'],
    // One more than there are cores: a third of the files mostly wait, for the wire or for a process.
    maxWorkers: availableParallelism() + 1,
    // The files of a worker share its modules, so that each is loaded and compiled once: half the time of what computes.
    // CI gives every file a process of its own, where none can lean on what another has left.
    isolate: process.env['CI'] === 'true',
    sequence: { sequencer: SpreadWaiting },
    // Only tests that wait are concurrent.
    maxConcurrency: 12,
    // A guard against a test that hangs for ever. It decides nothing else: a busy machine may take this long.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 600_000 } },
  },
});
