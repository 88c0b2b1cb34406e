// Started by estate.ts in a process of its own: the Parquet files of a run, with the clocks running only while the
// writer has a batch in its hands. Arguments: the folder, then what the scenario is set to. Prints one line of JSON.
import { loadScenarioFile } from '../../src/cli/shell/scenarioFile.ts';
import { openRunFiles } from '../../src/cli/run/runFiles.ts';
import { benchVersion } from '../../src/cli/shell/version.ts';
import { compileModel } from '../../sim/kernel/model/model.ts';
import { simulate } from '../../sim/kernel/run/simulate.ts';
import { ESTATE, type BareWriter } from './estate.ts';
import { timed } from './measure.ts';

const [folder, ...set] = process.argv.slice(2);

const { scenario, rules, hash } = loadScenarioFile(ESTATE, set);
const { seed } = scenario;
const metadata = { scenario: scenario.name, scenarioHash: hash, seed, version: benchVersion() };
const files = openRunFiles(folder as string, compileModel(scenario, rules), metadata);
let wall = 0;
let processor = 0;

async function written(work: () => void | Promise<void>): Promise<void> {
  const spent = await timed(work);
  wall += spent.wall;
  processor += spent.processor;
}

const { kernelSeconds } = await simulate(scenario, rules, {
  seed,
  replications: 1,
  workers: 1, // this thread, so that the processor time of the writer is its own
  now: () => performance.now() / 1000,
  onRecords: (records) => written(() => files.append(records)),
});
let entries: BareWriter['files'] = {};
await written(async () => {
  entries = await files.close([], {});
});
const answer: BareWriter = { wall, processor, simulating: kernelSeconds - wall, files: entries };
console.log(JSON.stringify(answer));
