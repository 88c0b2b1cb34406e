/** What the rows of the command table read: a run, a library, a watch, read-outs, records and a device that answers. */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { emulate, type Emulation } from '../../../devices/emulate/emulate.ts';
import { labProfile } from '../../../devices/emulate/profile.ts';
import { commandLine, type Answer } from '../harness.ts';

/** A thousand installations of the baseline. */
export const SCENARIO = 'test/cli/sweep/tinyScenario.yaml';
export const SWEEP = 'test/cli/sweep/tiny.yaml';
export const CLAUSE = 'scenarios/clause-18-9-five-retries.yaml';

export interface Place {
  readonly folder: string;
  readonly at: (name: string) => string;
  /** A name within the folder that nobody had before. */
  readonly fresh: (ending?: string) => string;
  /** `127.0.0.1:PORT` of an emulated meter. */
  readonly device: string;
  /** Options that name the records of the run. */
  readonly records: readonly string[];
  /** Runs a command line with a state folder of its own: in a pipe, or on a terminal of so many columns. */
  readonly run: (args: readonly string[], columns?: number) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

const PRIORS = `format: 1
name: tiny
parameters:
  persistence: { paths: ['faults.*.success.betaA'], ratio: 2 }
  WAN of IOC Dormant dead: { path: links.wan.ioc-dormant.classes.dead.share, ratio: 2 }
`;
const LINES_PRIORS = `format: 1
name: two
parameters:
  silent: { path: links.wan.silent.classes.dead.share, ratio: 3 }
  payment: { path: populations.mds-dormant.gasShare, range: [0.5, 1] }
`;
const LINES = 'category,cohorts,published,relation\nfive-retries,MOC_Secure,75,predict\n';
const WATCH = 'name: table\ninstallation: { number: 7 }\nwatch: { contact: { everySeconds: 1, tries: 1 } }\n';
const FLEET = 'name: few\ndays: 2\ngroups: { homes: { installations: 2, preparation: false } }\n';
/** A link that went down twice, as a fleet keeps it. */
const TRIES = `installation_id,at,result\n${Array.from('1101001', (up, day) => `1,2022-01-1${day}T01:00:00Z,${up === '1' ? 'answered' : 'silent'}\n`).join('')}`; // prettier-ignore
const RIG = 'name: other\ninstallation: { number: 8 }\n';

/** Makes what the rows read. Everything in it is small. */
export async function makePlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
  const at = (name: string): string => join(folder, name);
  let count = 0;
  const emulation: Emulation = await emulate({
    profile: labProfile(),
    tcp: { host: '127.0.0.1', port: 0, framing: 'wrapper' },
  });
  const run = (args: readonly string[], columns?: number): Promise<Answer> =>
    commandLine(args, {
      env: { ...process.env, XDG_STATE_HOME: at('state') },
      ...(columns !== undefined && { columns }),
    });
  const place: Place = {
    folder,
    at,
    fresh: (ending = '') => at(`fresh-${(count += 1)}${ending}`),
    device: emulation.servedAt[0]?.address ?? '',
    records: ['installations', 'attempts', 'events'].flatMap((name) => [`--${name}`, at(`run/${name}.parquet`)]),
    run,
    stop: async () => {
      await emulation.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  mkdirSync(at('looks'));
  writeFileSync(at('looks/tries.csv'), TRIES);
  const texts = { 'priors.yaml': PRIORS, 'linesPriors.yaml': LINES_PRIORS, 'lines.csv': LINES, 'watch.yaml': WATCH, 'rig.yaml': RIG, 'fleet.yaml': FLEET }; // prettier-ignore
  for (const [name, text] of Object.entries(texts)) writeFileSync(at(name), text);
  const otherSweep = readFileSync(SWEEP, 'utf8').replace('name: tiny', 'name: other');
  writeFileSync(at('otherSweep.yaml'), otherSweep.replace('tinyScenario.yaml', resolve(SCENARIO)));
  mkdirSync(at('cases'));
  const made = [
    ['run', SCENARIO, '--replications', '1', '--workers', '1', '--out', at('run')],
    ['run', SCENARIO, '--replications', '1', '--workers', '1', '--seed', 'other', '--out', at('run2')],
    ['calibrate', SCENARIO, '--priors', at('priors.yaml'), '--out', at('library'), '--draws', '8', '--scale', '0.3', '--as-of', '2021-11-03', '--workers', '1'], // prettier-ignore
    ['sweep', SWEEP, '--out', at('sweep'), '--workers', '1'],
    ['rig', at('watch.yaml'), '--watch', '--once', '--out', at('watch')],
    ['decide', ...place.records, '--as-of', '2022-12-31', '--out', at('verdicts.csv')],
  ];
  for (const args of made) {
    const { code, err } = await run(args);
    if (code !== 0) throw new Error(`${args.join(' ')} ends with ${code}: ${err}`);
  }
  const reading = await run(['devices', 'read', place.device, '0.0.42.0.0.255', '--format', 'json']);
  writeFileSync(at('a.json'), reading.out);
  writeFileSync(at('b.json'), reading.out.replace('SMBE00000001', 'SMBE00000002'));
  return place;
}
