import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, longest first: one of them begun last would leave every core but one with nothing to do. */
const LONGEST = [
  'killed.test.ts',
  'replacing.test.ts',
  'provenance.test.ts',
  'rigAttached.test.ts',
  'check.test.ts',
  'kit.test.ts',
  'baseline.test.ts',
  'rigCarriers.test.ts',
  'emulate.test.ts',
  'wireSettings.test.ts',
  'attached.test.ts',
  'pack.test.ts',
  'evidence.test.ts',
  'fuzz.test.ts',
  'workers.test.ts',
  'abuse.test.ts',
  'runFiles.test.ts',
  'story.test.ts',
  'run.test.ts',
  'page.test.ts',
  'coverage.test.ts',
  'ranks.test.ts',
  'interchange.test.ts',
  'reachability.test.ts',
  'commands.test.ts',
  'generated.test.ts',
  'restart.test.ts',
  'decideLaws.test.ts',
  'interrupted.test.ts',
  'uncounted.test.ts',
  'fleet.test.ts',
];

/** In the same order on every machine, also on one that has no times of an earlier run. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.indexOf(basename(moduleId));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One more than there are cores: a third of the files mostly wait, for the wire or for a process.
    maxWorkers: availableParallelism() + 1,
    // The files of a worker share its modules, so that each is loaded and compiled once: half the time of what computes.
    // CI gives every file a process of its own, where none can lean on what another has left.
    isolate: process.env['CI'] === 'true',
    sequence: { sequencer: LongestFirst },
    // Only tests that wait are concurrent.
    maxConcurrency: 12,
    // A guard against a test that hangs for ever. It decides nothing else: a busy machine may take this long.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 600_000 } },
  },
});
