import { expect, test } from 'vitest';
import { parsePublishedVolumes } from '../../src/report/published.ts';
import { lineName } from '../../src/report/volumes.ts';
import { diskFiles, readText } from '../../src/cli/shell/readText.ts';
import { countOf } from '../../sim/forecast/results.ts';
import { simulate } from '../../sim/kernel/run/simulate.ts';
import { loadScenario } from '../../sim/scenario/load.ts';

// What this does not prove: that the parameters are right. It holds only that what the scenario says it was fitted to lies
// where unseen dice put it. Were a line's median off its published figure, eight replications would all fall on one side
// of it soon; with the median right they do so once in 128 seeds, and this seed was not chosen for it.

const SEED = 'unseen-baseline';
const REPLICATIONS = 8;

test(`the baseline's fitted lines lie among eight unseen replications, its inputs on the figure (seed ${SEED})`, async () => {
  const loaded = loadScenario({ path: 'scenarios/various1.yaml', files: diskFiles });
  if (!loaded.ok) throw new Error('the baseline loads');
  const published = parsePublishedVolumes(readText('scenarios/data/published-volumes.csv'));
  if (!published.ok) throw new Error(published.error);
  const { scenario, rules } = loaded;
  const simulation = await simulate(scenario, rules, { seed: SEED, replications: REPLICATIONS, workers: 2, now: () => 0 });
  const count = countOf(simulation);
  const asOf = simulation.model.asOfs.length - 1;
  const fitted = scenario.fit.map((row) => row.line);
  expect(fitted.length).toBe(4);
  for (const line of published.rows) {
    const samples = Array.from({ length: REPLICATIONS }, (_, replication) =>
      line.cohorts.reduce(
        (sum, cohort) =>
          sum + count({ replication, asOf, measure: 'qualifying', cohort, category: line.category, of: 'reported' }),
        0,
      ),
    );
    const words = `${lineName(line)}: ${samples.join(' ')}`;
    if (line.isInput) expect(new Set(samples), words).toEqual(new Set([line.published]));
    if (!fitted.includes(lineName(line))) continue;
    expect(Math.min(...samples), words).toBeLessThan(line.published);
    expect(Math.max(...samples), words).toBeGreaterThan(line.published);
  }
});
