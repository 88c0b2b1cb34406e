/**
 * Runs a rig file: in memory and virtual time if everything is emulated, in wall time if anything is attached. In both
 * cases the same rig follows the same tables, and the same recorder writes the results.
 */
import type { Attempt } from '../../../src/migration/history.ts';
import type { Instant } from '../../../src/time.ts';
import { fromHex } from '../../dlms/encoding/bytes.ts';
import { lastWake } from '../../personas/gsme.ts';
import { labDevice } from '../../personas/emulatedInstallation.ts';
import { runPlan, type Plan } from './plan.ts';
import { placeText } from '../file/places.ts';
import type { Recorder } from './frameRecorder.ts';
import type { Rig } from '../walk/rig.ts';
import type { Contact, Undone } from '../walk/rigRows.ts';
import { isDown, nominalEvents } from './rigEvents.ts';
import { recorderOf, type RigRecording } from './stepRecorder.ts';
import type { DeviceSetup, RigSetup } from '../file/rigSetup.ts';
import { knownInstant } from '../file/rigSetup.ts';
import { runAttached, type AttachedRun, type AttachedRunOptions } from './runAttached.ts';
import { attemptsMax, nominalInstants } from '../file/schedule.ts';
import type { StepRow } from './stepRow.ts';

/** Options for running a rig: the folder of ledgers, the stop signal, and the receivers of frames. */
export interface RunRigOptions
  extends Omit<AttachedRunOptions, 'recorder' | 'onFirstWrite' | 'onEventEnd'>, RigRecording {
  /**
   * Called before the first write to a device, with the steps so far, because everything that may change must be on
   * record first. Returns the reason if it cannot be recorded; nothing is then written.
   */
  readonly onFirstWrite?: (at: Instant, step: string, rows: readonly StepRow[]) => string | undefined;
  /** Receives the results so far at the end of each event, if the rig is one with attached devices. */
  readonly onSoFar?: (run: RigRun) => void;
  /** Receives the results so far if the run fails. `runRig` waits for it before it rejects. */
  readonly onBrokenOff?: (run: RigRun) => Promise<void>;
}

/** The results of a rig: attempts, contacts and every step that was taken. */
export interface RigRun {
  /** True if the run was interrupted: the results did happen, and more was to come. */
  readonly partial: boolean;
  readonly attempts: readonly Attempt[];
  readonly contacts: readonly (Contact & { readonly source: string })[];
  /** Events that could not be carried out. No record holds them. */
  readonly undone: readonly Undone[];
  readonly rows: readonly StepRow[];
  /** Files that hold the keys of attached devices now. */
  readonly ledgers: readonly string[];
}

/** Runs a rig. Rejects with a TransportError, DriverError or LedgerError for a problem that the user can mend. */
export async function runRig(setup: RigSetup, options: RunRigOptions): Promise<RigRun> {
  const recorder = recorderOf(setup, options);
  const isVirtual = setup.clock === 'nominal' && setup.devices.every(({ isAttached }) => !isAttached);
  const { onFirstWrite, onBrokenOff, onSoFar, ...rest } = options;
  const { rig, isWhole, ledgers, failure } = isVirtual
    ? runInMemory(setup, recorder)
    : await runAttached(setup, {
        ...rest,
        recorder,
        ...(onSoFar && {
          onEventEnd: (rig: Rig) => onSoFar(recordOf(setup, { rig, isWhole: false, ledgers: [], recorder })),
        }),
        ...(onFirstWrite && { onFirstWrite: (at: Instant, step: string) => onFirstWrite(at, step, recorder.rows) }),
      });
  const run = recordOf(setup, { rig, isWhole, ledgers, recorder });
  if (failure === undefined) return run;
  await onBrokenOff?.(run);
  throw failure;
}

const MISSING = 'the Master Key is missing: whoever lacks it makes no attempt';

/** Returns the attempts that are not even begun. */
function skipped(setup: RigSetup, recorder: Recorder, now: Instant): readonly Undone[] {
  if (setup.document.installation.masterKey !== 'missing') return [];
  const instants =
    setup.clock === 'nominal'
      ? nominalInstants(setup.document).attempts
      : Array.from({ length: attemptsMax(setup.document) }, () => now);
  for (const at of instants) recorder.skip('migration', at, MISSING);
  return instants.map((at) => ({ at, kind: 'migration', why: MISSING }));
}

function recordOf(
  setup: RigSetup,
  { rig, isWhole, ledgers, recorder }: { rig: Rig; isWhole: boolean; ledgers: readonly string[]; recorder: Recorder },
): RigRun {
  const source = placeText((setup.devices[0] as DeviceSetup).place);
  return {
    partial: !isWhole,
    attempts: rig.attempts,
    contacts: rig.contacts.map((contact) => ({ ...contact, source })),
    undone: [...rig.undone, ...skipped(setup, recorder, Math.floor(Date.now() / 1000))],
    rows: recorder.rows,
    ledgers,
  };
}

function runInMemory(setup: RigSetup, recorder: Recorder): AttachedRun {
  const { dcc, smso, deskSeconds } = setup.document.headEnds;
  const { rig } = runPlan(planOf(setup), {
    titles: { dcc: fromHex(dcc), smso: fromHex(smso) },
    framing: (setup.devices[0] as DeviceSetup).framing === 'hdlc' ? 'hdlc' : 'wrapper',
    deskSeconds,
    untilEnded: true,
    onTimers: recorder.onTimers,
    onCall: recorder.onCall,
    onStepBegins: recorder.onStepBegins,
    onLink: recorder.onLink,
    onFrame: recorder.onFrame,
    onContact: recorder.onContact,
    onBegin: recorder.onBegin,
    onStepTaken: recorder.onStepTaken,
    onEnd: (event, at, of) => recorder.onEnd(event, at, of),
  });
  return { rig, isWhole: true, ledgers: [] };
}

/** Builds the plan of a rig file with a nominal calendar. */
export function planOf(setup: RigSetup): Plan {
  const { document, installation, rules, epclEntryFrom, sleep } = setup;
  const { number, displayBlocked, masterKey, known } = document.installation;
  const { preparation } = document.schedule;
  const [wan, han] = [knownInstant(known.lastWanContact), knownInstant(known.lastHanContact)];
  return {
    installation,
    number,
    rules,
    epclEntryFrom,
    displayBlocked,
    hanContacts: hanContacts(setup),
    contactsNeeded: preparation ? preparation.contactsNeeded : 1,
    masterKey,
    sleep,
    known: { ...(wan !== undefined && { wan }), ...(han !== undefined && { han }) },
    events: nominalEvents(document),
  };
}

/**
 * Returns every wake of the emulated gas meter at which the HAN is up, over the whole calendar and some days before it.
 */
function hanContacts({ document, installation, sleep }: RigSetup): ReadonlySet<number> {
  const heard = new Set<number>();
  const events = nominalEvents(document);
  const [first, last] = [events[0]?.at, events.at(-1)?.at];
  if (installation.gas === null || first === undefined || last === undefined) return heard;
  const isHanDown = isDown(document, 'han');
  const meter = labDevice('gsme', document.installation.number);
  for (let at = lastWake(meter, last, sleep); at >= first - BEFORE_SECONDS; at -= sleep.wakeSeconds) {
    if (!isHanDown(at)) heard.add(at);
  }
  return heard;
}

/** The meter exists this many seconds before the history begins. */
const BEFORE_SECONDS = 86_400;
