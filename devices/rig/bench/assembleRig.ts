/**
 * Assembles a rig: the walk, the effects that strike it, the desk, and the runner that carries it out. Emulated rigs in
 * virtual time, attached rigs in wall time and the probes of a watch all use this one function, so that they blame
 * alike.
 */
import type { Installation } from '../../../src/installation/installation.ts';
import { apduName } from '../../decode/explain/explained.ts';
import { roleOf } from '../../dlms/apdu/apdu.ts';
import { equalBytes } from '../../dlms/encoding/bytes.ts';
import { isCiphered, readCiphered, SYSTEM_TITLE_BYTES } from '../../dlms/security/ciphering.ts';
import type { StepId } from '../../../src/migration/steps.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import type { LinkEvent } from '../../transport/tap.ts';
import type { KeySource } from '../../headend/keySource.ts';
import type { Dial, RunnerOptions } from '../../headend/runner.ts';
import type { Timers } from '../../transport/timers.ts';
import { deskLink } from '../walk/desk.ts';
import { Rig } from '../walk/rig.ts';
import type { RigDevice, RigDevices } from '../walk/rigDevice.ts';
import type { RigOptions } from '../walk/rigOptions.ts';
import { Striker, type Links } from './striker.ts';

export interface RigParts
  extends
    Pick<RigOptions, 'rules' | 'epclEntryFrom' | 'displayBlocked' | 'known' | 'unheard' | 'judges' | 'dated'>,
    Pick<RigOptions, 'memory' | 'leaves' | 'ours' | 'whyRefused' | 'deviceTime' | 'codes' | 'onFirstWrite'> {
  readonly installation: Installation;
  readonly timers: Timers;
  /** The links to the devices. The world's effects are realised here. */
  readonly links: Links;
  /** Opens a call over these links. */
  readonly dial: Dial;
  /** The framing of calls that do not name one. */
  readonly framing: 'wrapper' | 'hdlc';
  readonly devices: RigDevices;
  /** Gives the DCC the right Master Key, or a wrong one. */
  readonly useMasterKey: (isWrong: boolean) => void;
  readonly keySource: KeySource;
  /** Seconds that the DCC waits for the desk. Default: 60. */
  readonly deskSeconds?: number;
  /**
   * The reason why a device that answered was not understood, as in `RigOptions`. It is not used while the plan strikes
   * an attempt, because frames that we damage also make a device complain.
   */
  readonly doubt?: NonNullable<RigOptions['doubt']>;
  readonly drive?: RunnerOptions['drive'];
  readonly onCall?: RunnerOptions['onCall'];
  /** Called with notes for the user: what came unasked, and octets that were skipped. They hold no payload. */
  readonly onNote?: (note: string) => void;
  /** Called before the work of a step. */
  readonly onStepBegins?: (step: StepId) => void;
  /** Called with what became of a link to a device. */
  readonly onLink?: (device: DeviceName, event: LinkEvent) => void;
  readonly onStepTaken?: (taken: Parameters<NonNullable<RigOptions['onStepTaken']>>[0]) => void;
}

export interface RigAssembly {
  readonly rig: Rig;
  readonly striker: Striker;
  readonly runner: RunnerOptions;
}

export function assembleRig(parts: RigParts): RigAssembly {
  const {
    timers,
    links,
    dial,
    framing,
    useMasterKey,
    deskSeconds,
    doubt,
    drive,
    onCall,
    onNote,
    onStepTaken,
    onStepBegins,
    onLink,
    ...walk
  } = parts;
  const { installation, displayBlocked } = parts;
  const striker = new Striker({ links, onMasterKey: useMasterKey });
  const rig = new Rig({
    ...walk,
    ...(doubt && { doubt: () => (striker.isStriking ? undefined : doubt()) }),
    isStruck: (step) => striker.strikes(step),
    onStep(step) {
      onStepBegins?.(step);
      return striker.onStep(step);
    },
    *onStepTaken(taken) {
      yield* striker.onStepTaken();
      onStepTaken?.(taken);
    },
  });
  const books = {
    installation,
    displaysMeetDefinition: [!displayBlocked],
    condition: () => striker.desk,
    ...(deskSeconds !== undefined && { timeoutSeconds: deskSeconds }),
  };
  const runner: RunnerOptions = {
    timers,
    dial: onLink ? toldLinks(dial, onLink) : dial,
    framing,
    desk: deskLink(books, timers),
    ...(drive && { drive }),
    ...(onCall && { onCall }),
    ...(onNote && { onNote }),
    onNotification: ({ device }, apdu) => {
      if (!isOfDevice(apdu, parts.devices[device])) return;
      onNote?.(`the ${device} sent an APDU unasked (${apduName(apdu)})`);
      if (device === 'chf') rig.heardUnasked(Math.floor(timers.nowMilliseconds() / 1000));
    },
  };
  return { rig, striker, runner };
}

/** Tells what becomes of each link that is dialled. */
function toldLinks(dial: Dial, onLink: NonNullable<RigParts['onLink']>): Dial {
  return (call, done) =>
    dial(call, (channel) => {
      const isOpen = channel !== undefined && !channel.closed;
      onLink(call.device, isOpen ? 'opened' : 'refused');
      if (isOpen) channel.onClose(() => onLink(call.device, 'closed'));
      done(channel);
    });
}

/**
 * True if a device itself sent an APDU: a notification in clear, or a ciphered APDU under a title that is not ours. On a
 * line that echoes, our own requests come back, and a late answer may come under no title at all.
 */
function isOfDevice(apdu: Uint8Array, device: RigDevice | undefined): boolean {
  if (roleOf(apdu) === 'unsolicited') return true;
  if (!isCiphered(apdu[0] ?? 0) || device?.by !== 'dlms') return false;
  const header = readCiphered(apdu);
  if (!header.ok || header.value.systemTitle.length !== SYSTEM_TITLE_BYTES) return false;
  return !equalBytes(header.value.systemTitle, device.peer.systemTitle);
}
