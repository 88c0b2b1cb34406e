// That the peers run the same model: the shares the definition states, and each other's, within four standard errors.
// It does not prove the definition, nor anything of their speed: `npm run bench -- r1` measures that.
import { describe, expect, test } from 'vitest';
import { departures, differences, disagreements } from './agreement.ts';
import type { R1Result } from './engine.ts';
import { kernel } from './kernel.ts';
import { cOfSameDice, PEERS } from './peers.ts';
import { isWhole } from '../../sampleSize.ts';
import { repeat, seedNumber } from '../../seed.ts';

/** Few enough for SimPy to take a second or two, enough to tell 0.30 % from 0.40 %. */
const INSTALLATIONS = 60_000;

describe.runIf(isWhole('R1_PEERS', 'R1 beside its peers'))('peers of R1', () => {
  const results: R1Result[] = [];
  for (const peer of PEERS) {
    const absent = peer.absent();
    // CI installs every peer, so there an absent one fails instead of going unseen.
    const title = absent === undefined ? '' : ` (absent: ${absent})`;
    test.skipIf(absent !== undefined && process.env['CI'] !== 'true')(
      `${peer.name} has the shares that the definition states${title}`,
      async () => {
        const result = await peer.run(INSTALLATIONS, 7);
        results.push(result);
        expect(departures(result)).toEqual([]);
      },
    );
  }

  const noC = cOfSameDice.absent();
  test.skipIf(noC !== undefined && process.env['CI'] !== 'true')(
    `with the kernel's dice C reaches the kernel's counts, to the last one${noC === undefined ? '' : ` (absent: ${noC})`}`,
    async () => {
      const seed = seedNumber(import.meta.filename, 7);
      const own = await kernel.run(INSTALLATIONS, seed);
      const other = await cOfSameDice.run(INSTALLATIONS, seed);
      expect(differences([own, other]), repeat(import.meta.filename, seed)).toEqual([]);
      expect(differences([own, await cOfSameDice.run(INSTALLATIONS, seed + 1)])).not.toEqual([]);
    },
  );

  test('the peers agree with each other', () => {
    expect(disagreements(results)).toEqual([]);
  });

  test('a peer with one share moved by half a percentage point is found out', () => {
    const counts = { wan: 13_800, key: 3000, han: 19_300, five: 6300, migrated: 957_600, left: 0 };
    const right: R1Result = { engine: 'right', n: 1_000_000, seconds: 1, processor: 1, counts };
    const wrong = { ...right, engine: 'wrong', counts: { ...counts, han: 24_300, migrated: 952_600 } };
    expect(departures(right)).toEqual([]);
    expect(departures(wrong)).toHaveLength(2);
    expect(disagreements([right, wrong])).toHaveLength(2);
    expect(departures({ ...right, n: 999_999 })).toHaveLength(1);
  });
});
