/**
 * The condition of an installation's links at one moment, and the ways in which they fall silent. It is decided
 * elsewhere (sim/world, a plan, a test); the devices cannot see it.
 */
import { faultScript, type ScriptedFault } from '../transport/faultScript.ts';
import { clearLink, type Admission, type FrameInFlight, type FramePolicy } from '../transport/framePolicy.ts';

export interface LinkCondition {
  /**
   * Decides what happens to each frame on the WAN. Frames are counted over all links opened while the condition lasts.
   */
  readonly frames: FramePolicy;
  /** True if a call reaches the hub. An SMS wake-up may be lost, or the modem may have no network. */
  readonly reachable: boolean;
  /** True if a meter hears its hub. */
  readonly hanUp: Readonly<Record<'esme' | 'gsme', boolean>>;
  /** True if the hub has power. */
  readonly powered: boolean;
}

export const CLEAR: LinkCondition = {
  frames: clearLink,
  reachable: true,
  hanUp: { esme: true, gsme: true },
  powered: true,
};

/** The part that a kind of silence removes: the hub, the electricity meter behind it, or the gas meter. */
export type Silenced = 'chf' | 'esme' | 'gsme';

export interface Silence {
  readonly meaning: string;
  /** Every device that becomes silent by it. */
  readonly silences: readonly Silenced[];
  readonly condition: () => LinkCondition;
}

const ALL: readonly Silenced[] = ['chf', 'esme', 'gsme'];
/** Longer than any wait for an answer, even from a sleepy meter. */
const TOO_LATE_MILLISECONDS = 3 * 3_600_000;

function framewise(fault: (frame: FrameInFlight) => ScriptedFault | undefined): LinkCondition {
  const policy: FramePolicy = {
    admit(frame): Admission {
      const hit = fault(frame);
      return faultScript(hit ? [hit] : []).admit(frame);
    },
  };
  return { ...CLEAR, frames: policy };
}

const every =
  (action: Omit<ScriptedFault, 'frame' | 'direction'> & Pick<ScriptedFault, 'fault'>) => (): LinkCondition =>
    framewise(({ frame }) => ({ ...action, frame, direction: 'either' }) as ScriptedFault);

/** The ways to fall silent. All of them lead to the same observation: no answer. */
export const SILENCES = {
  drop: { meaning: 'every frame is lost', silences: ALL, condition: every({ fault: 'drop' }) },
  answersDropped: {
    meaning: 'what is sent arrives, and no answer does',
    silences: ALL,
    condition: () =>
      framewise(({ frame, direction }) =>
        direction === 's2c' ? { fault: 'drop', frame, direction: 'either' } : undefined,
      ),
  },
  corrupt: { meaning: 'every frame is damaged', silences: ALL, condition: every({ fault: 'corrupt' }) },
  truncate: { meaning: 'every frame is cut short', silences: ALL, condition: every({ fault: 'truncate' }) },
  delay: {
    meaning: 'every frame arrives when nobody waits for it any more',
    silences: ALL,
    condition: every({ fault: 'delay', delayMilliseconds: TOO_LATE_MILLISECONDS } as ScriptedFault),
  },
  cut: { meaning: 'every link breaks at its first frame', silences: ALL, condition: every({ fault: 'cut' }) },
  powerCut: { meaning: 'the hub is without power', silences: ALL, condition: () => ({ ...CLEAR, powered: false }) },
  wakeUpLost: { meaning: 'the SMS wake-up is lost', silences: ALL, condition: () => ({ ...CLEAR, reachable: false }) },
  hanLost: {
    meaning: 'no meter hears its hub',
    silences: ['esme', 'gsme'],
    condition: () => ({ ...CLEAR, hanUp: { esme: false, gsme: false } }),
  },
  sleepyMissed: {
    meaning: 'the gas meter misses its wakes',
    silences: ['gsme'],
    condition: () => ({ ...CLEAR, hanUp: { esme: true, gsme: false } }),
  },
} as const satisfies Record<string, Silence>;
export type SilenceName = keyof typeof SILENCES;
export const SILENCE_NAMES = Object.keys(SILENCES) as SilenceName[];

/** Applies a condition from the frame with this number on, counted over all links. Before it, all is well. */
export function fromFrame(condition: LinkCondition, frame: number): LinkCondition {
  return {
    ...condition,
    frames: { admit: (flying) => (flying.frame < frame ? clearLink : condition.frames).admit(flying) },
  };
}

/** Applies single scripted faults, counted over all links. */
export function scripted(faults: readonly ScriptedFault[]): LinkCondition & { readonly struck: () => number } {
  const script = faultScript(faults);
  return { ...CLEAR, frames: script, struck: () => script.struck };
}

/** Counts frames over several links, so that the n-th frame is the n-th of a whole procedure. */
export function counted(policy: FramePolicy): FramePolicy & { readonly frames: number } {
  let frames = 0;
  const nth = { c2s: 0, s2c: 0 };
  return {
    get frames() {
      return frames;
    },
    admit(frame) {
      frames += 1;
      nth[frame.direction] += 1;
      return policy.admit({ ...frame, frame: frames, nth: nth[frame.direction] });
    },
  };
}
