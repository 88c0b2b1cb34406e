/**
 * The probes of a watch, for every place that a rig file can name. Carriers and ledgers are opened for one probe and
 * released after it. The next probe therefore copes with a restarted broker, a reconnected adapter and another rig that
 * ran meanwhile.
 */
import { codeOfOurSide } from '../../../src/migration/askedCodes.ts';
import type { Instant } from '../../../src/time.ts';
import { DriverError } from '../../hardware/driverProcess.ts';
import { KeyLedger } from '../../headend/keyLedger.ts';
import { readLinks } from '../../headend/readLinks.ts';
import type { Observed } from '../../headend/observe.ts';
import type { Procedure } from '../../headend/procedure.ts';
import { LAB_KEYS } from '../../personas/labProfile.ts';
import { TransportError } from '../../transport/transport.ts';
import { LedgerError, LedgerStore } from '../bench/ledgerStore.ts';
import { openEndpoints, type Endpoints } from '../bench/endpoints.ts';
import { limitsAt } from '../../../src/rules/limits.ts';
import type { PlannedAttempt } from '../bench/plannedEvent.ts';
import { placeText } from '../file/places.ts';
import { playNow } from '../run/play.ts';
import type { Contacted } from '../walk/rigOptions.ts';
import { lastContact, type RigDevice } from '../walk/rigDevice.ts';
import { lockDevices } from '../bench/attachedPeers.ts';
import { OurTroubles } from '../bench/trouble.ts';
import type { RigRecording } from '../run/stepRecorder.ts';
import type { DeviceSetup } from '../file/rigSetup.ts';
import { WRITING_STEPS } from '../walk/stepWork.ts';
import { ProbeBench, type ProbeBenchOptions } from './probeBench.ts';
import type { Evidence } from './watchState.ts';
import type { AttemptAsked, AttemptMade, ContactMade, WatchProbe } from './watchProbe.ts';

/** Receives the frames of one attempt; `close` is called after the last one. */
export interface ProbeRecording extends RigRecording {
  readonly close?: () => void;
}

export interface DeviceProbeOptions extends Pick<ProbeBenchOptions, 'setup' | 'timers' | 'home' | 'onNote'> {
  /** Returns the recording that receives the frames of an attempt. */
  readonly recordingOf: (at: Instant) => ProbeRecording;
  /** Folder of the ledgers, unless the rig file names one. */
  readonly ledgerFolder: string;
  /** Folder in which devices are known by address and title across rig files. Default: each rig stands alone. */
  readonly stateFolder?: string | undefined;
  /** True if attempts may write. */
  readonly migrate: boolean;
  readonly endpoints: Omit<Parameters<typeof openEndpoints>[1], 'timers' | 'onNote' | 'onTrouble' | 'tries'>;
}

/** The reason that ends an attempt before the first step that writes. */
const READS_ONLY = 'a watch that only reads ends here (watch.migrate: false)';
const KEY_MISSING = 'the Master Key is missing: whoever lacks it makes no attempt';
/** Observations by which a hub has been reached, even if it does not show what was asked for. */
const REACHED: readonly Observed[] = ['answered', 'refused'];

export function deviceProbe(options: DeviceProbeOptions): WatchProbe {
  const { setup, ledgerFolder, migrate } = options;
  const hub = setup.devices[0] as DeviceSetup;
  const source = placeText(hub.place);
  const ledgers = new Map<string, KeyLedger>();
  /** Devices in memory outlive a probe, so the ledgers of the head-ends must, too. */
  const emulatedLedger: ProbeBenchOptions['emulatedLedger'] = (device, party) => {
    const key = `${device}-${party}`;
    const ledger = ledgers.get(key) ?? new KeyLedger(LAB_KEYS);
    ledgers.set(key, ledger);
    return ledger;
  };

  /**
   * Runs `use` with a bench of its own. If the bench cannot be set up, the result is a failure of our own, in words.
   */
  async function withBench<T>(
    use: (bench: ProbeBench) => Promise<T>,
    recording: ProbeRecording = {},
  ): Promise<T | { readonly ours: string }> {
    const store = new LedgerStore(setup.ledgerFolder ?? ledgerFolder, options);
    let endpoints: Endpoints | undefined;
    const troubles = new OurTroubles();
    try {
      await lockDevices(store, setup, { timers: options.timers, waitSeconds: 0 });
      const { timers, onNote } = options;
      const onTrouble = troubles.carrier;
      endpoints = await openEndpoints(setup, { ...options.endpoints, timers, onNote, onTrouble, tries: false });
      return await use(new ProbeBench({ ...options, endpoints, store, emulatedLedger, recording, troubles }));
    } catch (error) {
      const isOurs = error instanceof TransportError || error instanceof DriverError || error instanceof LedgerError;
      if (!isOurs) throw error;
      return { ours: error.message };
    } finally {
      await endpoints?.close();
      store.release();
      recording.close?.();
    }
  }

  async function contact(begunAt: Instant, signal: AbortSignal): Promise<ContactMade | undefined> {
    const made = await withBench(async (bench): Promise<ContactMade | undefined> => {
      const { rig, runner, peers } = bench.assemble({});
      const evidence: Evidence[] = [];
      const { chf } = peers.devices;
      let contacted: Contacted = { observation: 'noAnswer' };
      const procedure = (function* (): Procedure<void> {
        contacted = yield* rig.contact(begunAt, hub.call);
        if (!REACHED.includes(contacted.observation)) return;
        if (chf.by === 'dlms') evidence.push({ link: 'wan', at: begunAt, source, bearing: 'judged' });
        evidence.push(...(yield* told(chf, bench)));
      })();
      if (!(await playNow([{ do: 'run', procedure }], runner, signal))) return undefined;
      for (const one of rig.contacts) evidence.push({ ...one, source, bearing: 'judged' });
      return { ...resultOf(contacted, bench), evidence: unique(evidence) };
    });
    return made && 'ours' in made ? { result: 'ours', why: made.ours, evidence: [] } : made;
  }

  /** Asks a reached hub about its links. A failure to ask yields no evidence and is no failure of the contact. */
  function* told(chf: RigDevice, bench: ProbeBench): Procedure<Evidence[]> {
    const dated = (
      link: Evidence['link'],
      at: Instant | undefined,
      of: Pick<Evidence, 'source' | 'bearing'>,
    ): Evidence[] => {
      const instant = at === undefined ? undefined : bench.dated(at);
      return instant === undefined ? [] : [{ link, at: instant, ...of }];
    };
    if (chf.by === 'driver') {
      const heard = setup.installation.gas === null ? null : yield* lastContact(chf, 'han');
      return typeof heard === 'number' ? dated('han', heard, { source, bearing: 'judged' }) : [];
    }
    const read = yield* readLinks(chf.peer);
    if (!read.ok) return [];
    const { registeredAt, gsmeHeardAt, mirroredAt } = read.value;
    return [
      ...dated('han', gsmeHeardAt, { source, bearing: 'judged' }),
      ...dated('wan', registeredAt, { source: `${source}#registered`, bearing: 'record' }),
      ...dated('han', mirroredAt, { source: `${source}#mirror`, bearing: 'record' }),
    ];
  }

  async function attempt(asked: AttemptAsked, signal: AbortSignal): Promise<AttemptMade | undefined> {
    const { at, known, wasThere } = asked;
    const { masterKey } = setup.document.installation;
    if (masterKey === 'missing') return { is: 'unknown', why: KEY_MISSING, steps: [], evidence: [] };
    const made = await withBench(async (bench): Promise<AttemptMade | undefined> => {
      const { wanWindowSeconds } = limitsAt(setup.rules, at, setup.installation.cohort);
      const isSpoken = hub.place.kind !== 'driver';
      const { rig, runner } = bench.assemble({
        known,
        // Facts can show that the WAN was silent only if the watch listened during the whole window.
        judges: (link) => link === 'wan' && isSpoken && wasThere(wanWindowSeconds),
        ...(!migrate && { leaves: (step) => (WRITING_STEPS.includes(step) ? READS_ONLY : undefined) }),
      });
      const begunAt = bench.now();
      const { esmeOnly } = setup.document.schedule.attempts;
      const event: PlannedAttempt = { kind: 'attempt', at, esmeOnly, pick: 0 };
      bench.recorder.onBegin(event);
      const tasks = [{ do: 'run' as const, procedure: rig.attempt(at, event) }];
      if (!(await playNow(tasks, runner, signal))) return undefined;
      bench.recorder.onEnd(event, at, rig);
      const steps = bench.recorder.rows;
      const evidence: Evidence[] = rig.contacts.map((one) => ({ ...one, source, bearing: 'judged' }));
      // A step that passes because of a recorded contact has reached nobody.
      const isReached = steps.some(
        ({ step, observation, why }) => step === 'wanRecent' && observation === 'answered' && why === null,
      );
      if (isReached && isSpoken) evidence.push({ link: 'wan', at: begunAt, source, bearing: 'judged' });
      const [settled] = rig.attempts;
      if (settled) return { is: 'attempt', outcome: settled.outcome, cause: settled.cause, steps, evidence };
      const last = steps.at(-1);
      const isPassed = last !== undefined && WRITING_STEPS.includes(last.step as (typeof WRITING_STEPS)[number]);
      return { is: isPassed ? 'passed' : 'unknown', why: last?.why ?? '', steps, evidence };
    }, options.recordingOf(at));
    if (!made || !('ours' in made)) return made;
    return { is: 'attempt', outcome: NOT_TO_BE_HAD, cause: 'system', why: made.ours, steps: [], evidence: [] };
  }

  return { contact, attempt };
}

/** The code of an attempt for which our own side could not be set up. */
const NOT_TO_BE_HAD = codeOfOurSide() as string;

function resultOf({ observation, why }: Contacted, bench: ProbeBench): Pick<ContactMade, 'result' | 'why'> {
  const words = why === undefined ? {} : { why };
  if (REACHED.includes(observation)) return { result: 'answered', ...words };
  if (observation === 'noAnswer') return { result: 'silent', ...words };
  const untold = observation === 'notCarriedOut' ? 'the driver does not tell when the WAN last carried something' : undefined; // prettier-ignore
  return { result: 'ours', why: why ?? untold ?? bench.lastTrouble ?? `our own side failed (${observation})` };
}

function unique(evidence: readonly Evidence[]): readonly Evidence[] {
  const keyOf = ({ link, at, source }: Evidence): string => `${link} ${at} ${source}`;
  return [...new Map(evidence.map((one) => [keyOf(one), one])).values()];
}
