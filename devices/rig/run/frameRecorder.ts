/** Records the steps of a rig with what each step took on the wire, and passes every frame to the frame log. */
import { NO_WAN, OK, type Attempt } from '../../../src/migration/history.ts';
import { STEPS, type StepId } from '../../../src/migration/steps.ts';
import { formatInstant, type Instant } from '../../../src/time.ts';
import type { Observed } from '../../headend/observe.ts';
import type { Call, DeviceName } from '../../headend/procedure.ts';
import type { Admission, Direction, FrameInFlight } from '../../transport/framePolicy.ts';
import {
  frameLog,
  type FrameContext,
  type FrameLog,
  type FrameLogOptions,
  type LinkEvent,
} from '../../transport/tap.ts';
import type { Timers } from '../../transport/timers.ts';
import type { PlannedEvent } from '../bench/plannedEvent.ts';
import type { Rig } from '../walk/rig.ts';
import type { Contacted } from '../walk/rigOptions.ts';
import type { Reading, StepTaken } from '../walk/rigRows.ts';
import { NOTHING_MEASURED, type Measured, type StepRow } from './stepRow.ts';

export interface RecorderOptions {
  /** Returns the name of a device's link. */
  readonly endpoint: (device: DeviceName) => string;
  readonly framing: (device: DeviceName) => string;
  readonly log: Pick<FrameLogOptions, 'lines' | 'pcap' | 'mask' | 'plain' | 'draw'>;
  readonly onRow?: (row: StepRow) => void;
  /** Called with each step as soon as it is taken, before its code is known. */
  readonly onStep?: ((taken: StepTaken) => void) | undefined;
  /** True if the frame log also says why a step failed, in a line without octets. Default: false. */
  readonly remarks?: boolean;
}

const KINDS = { contact: 'contact', instruction: 'instruction', attempt: 'migration' } as const;
/** Says in words what a contact and an instruction ask for. */
export const ASKED = {
  contact: 'the hub answers the daily contact',
  preparation: 'the SMSO brings firmware and configuration to the hub (clause 4.26)',
} as const;

export class Recorder {
  readonly rows: StepRow[] = [];
  private readonly options: RecorderOptions;
  private readonly numbers = { contact: 0, instruction: 0, migration: 0 };
  private timers: Timers | undefined;
  private log: FrameLog | undefined;
  private counts = { ...NOTHING_MEASURED };
  private since = 0;
  /** What frames that cross now belong to. */
  private about: FrameContext = {};
  private lastDirection: Direction | undefined;
  private contacted: Contacted = { observation: 'answered' };
  private notRealised: string[] = [];
  /**
   * Number of rows that were passed on. The rows of an event are passed on when it has ended and their codes are known.
   */
  private told = 0;

  constructor(options: RecorderOptions) {
    this.options = options;
  }

  /** Takes the clock of the run, before anything happens. */
  readonly onTimers = (timers: Timers): void => {
    this.timers = timers;
    this.log = frameLog({ ...this.options.log, timers, pcapLayer: 'any', about: () => this.about });
    this.since = timers.nowMilliseconds();
  };

  readonly onCall = (): void => {
    this.counts.associations += 1;
  };

  readonly onFrame = ({ direction: dir, bytes }: FrameInFlight, { note }: Admission, { device }: Call): void => {
    if (dir === 'c2s') this.counts.bytesSent += bytes.length;
    else {
      this.counts.bytesReceived += bytes.length;
      if (this.lastDirection === 'c2s') this.counts.roundTrips += 1;
    }
    this.lastDirection = dir;
    const layer = this.options.framing(device);
    this.log?.record({
      dir,
      endpoint: this.options.endpoint(device),
      layer,
      bytes,
      ...(note !== undefined && { note }),
    });
  };

  /** The opening of an optical port, before it goes over to HDLC. It is no frame of DLMS, and is not counted. */
  readonly onOptical = (device: DeviceName, dir: Direction, bytes: Uint8Array): void => {
    this.log?.record({ dir, endpoint: this.options.endpoint(device), layer: '62056-21', bytes });
  };

  readonly onLink = (device: DeviceName, event: LinkEvent): void => {
    const note = event === 'refused' ? 'no connection could be opened' : `connection ${event}`;
    this.log?.remark({ endpoint: this.options.endpoint(device), layer: this.options.framing(device), note, event });
  };

  readonly onStepBegins = (step: StepId): void => {
    this.about = { ...this.about, step };
  };

  readonly onContact = (contacted: Contacted): void => {
    this.contacted = contacted;
  };

  readonly onNotRealised = (what: string): void => {
    this.notRealised.push(what);
  };

  readonly onBegin = (event: PlannedEvent): void => {
    const kind = KINDS[event.kind];
    this.numbers[kind] += 1;
    const step = kind === 'contact' ? 'contact' : kind === 'instruction' ? 'preparation' : undefined;
    this.about = { kind, attempt: this.numbers[kind], ...(step && { step }) };
    this.measure();
    this.told = this.rows.length;
  };

  readonly onStepTaken = (taken: StepTaken): void => {
    this.options.onStep?.(taken);
    const { at, step, observation, byCheck, why = null, readings = [] } = taken;
    if (why !== null && observation !== 'answered' && this.options.remarks && this.counts.bytesSent > 0)
      this.log?.remark({ endpoint: 'rig', layer: step, note: why });
    this.add({ kind: 'migration', at, step, asked: STEPS[step].meaning, observation, byCheck, why, readings });
  };

  /** Ends an event: adds its row, or the code of its last row. */
  onEnd(event: PlannedEvent, at: Instant, rig: Rig): void {
    const kind = KINDS[event.kind];
    if (kind === 'contact') {
      const { observation, why = null } = this.contacted;
      this.add({ kind, at, step: 'contact', asked: ASKED.contact, observation, why });
    } else {
      const undone = rig.undone.find((one) => one.kind === kind && one.at >= at);
      const attempt = undone ? undefined : rig.attempts.at(-1);
      if (kind === 'instruction') this.addInstruction(at, attempt, undone?.why);
      else this.code(attempt);
    }
    for (const row of this.rows.slice(this.told)) this.options.onRow?.(row);
    this.told = this.rows.length;
    this.about = {};
  }

  /** Records an attempt that was not even begun. */
  skip(kind: 'migration', at: Instant, why: string): void {
    this.numbers[kind] += 1;
    this.add({
      kind,
      at,
      step: 'requestAccepted',
      asked: STEPS.requestAccepted.meaning,
      observation: 'notCarriedOut',
      why,
    });
    this.options.onRow?.(this.rows.at(-1) as StepRow);
    this.told = this.rows.length;
  }

  private addInstruction(at: Instant, attempt: Attempt | undefined, why: string | undefined): void {
    const isOk = attempt?.outcome === OK;
    const failed = attempt?.outcome === NO_WAN ? 'noAnswer' : 'refused';
    const observation: Observed = attempt === undefined ? 'notCarriedOut' : isOk ? 'answered' : failed;
    const step = 'preparation';
    this.add({ kind: 'instruction', at: attempt?.at ?? at, step, asked: ASKED[step], observation, why: why ?? null });
    this.code(attempt);
  }

  private code(attempt: Attempt | undefined): void {
    const row = this.rows.at(-1);
    if (!attempt || !row || row.observation === 'answered') return;
    this.rows[this.rows.length - 1] = { ...row, code: attempt.outcome, cause: attempt.cause };
  }

  private add(
    row: Omit<
      StepRow,
      'number' | 'at' | 'byCheck' | 'code' | 'cause' | 'why' | 'readings' | 'notRealised' | 'measured'
    > & {
      readonly at: Instant;
      readonly byCheck?: boolean;
      readonly why?: string | null;
      readonly readings?: readonly Reading[];
    },
  ): void {
    const { kind, at, step, asked, observation, byCheck = false, why = null, readings = [] } = row;
    this.rows.push({
      kind,
      number: this.numbers[kind],
      at: formatInstant(at),
      step,
      asked,
      observation,
      byCheck,
      code: null,
      cause: null,
      why,
      readings: [...readings],
      notRealised: this.notRealised.splice(0),
      measured: this.measure(),
    });
  }

  /** Returns what was counted since the last call. */
  private measure(): Measured {
    const now = this.timers?.nowMilliseconds() ?? 0;
    const measured = { ...this.counts, seconds: Math.max(0, now - this.since) / 1000 };
    this.counts = { ...NOTHING_MEASURED };
    this.since = now;
    this.lastDirection = undefined;
    return measured;
  }
}
