/** What a rig is given: its installation and devices, the hooks around its steps, and the plan of an instruction. */
import type { Installation } from '../../../src/installation/installation.ts';
import type { Attempt } from '../../../src/migration/history.ts';
import type { StepId } from '../../../src/migration/steps.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';
import type { KeySource } from '../../headend/keySource.ts';
import type { Observed } from '../../headend/observe.ts';
import type { DeviceName, Procedure } from '../../headend/procedure.ts';
import type { Preparation } from '../../headend/smso.ts';
import type { LinkFactsOptions, LinkMemory } from './linkFacts.ts';
import type { RigDevices } from './rigDevice.ts';
import type { StepTaken } from './rigRows.ts';

/** Collects failures on this side of the links. They are never an observation of a device. */
export interface OurSide {
  /** Starts a new exchange; earlier failures no longer count. */
  begin(): void;
  /** The reason, in words, why this side caused a missing answer since `begin`; undefined if it did not. */
  why(): string | undefined;
}

/** A change of the world, made at once or by a procedure that a device carries out. */
export type Hook = Procedure<void> | void;

/** What a rig remembers between two events while it is put away. */
export interface RigMemory {
  readonly links: LinkMemory;
  /** Its last record. */
  readonly last: Attempt | undefined;
}

/** The installation, its rules, its devices and the known facts of its links. */
export interface RigOptions extends LinkFactsOptions {
  readonly installation: Installation;
  readonly rules: RuleSet;
  readonly devices: RigDevices;
  readonly keySource: KeySource;
  /**
   * The reason to leave out a step, which ends the attempt; undefined to take the step. Default: every step is taken.
   */
  readonly leaves?: (step: StepId) => string | undefined;
  /** Reports failures of this side. Default: this side never fails. */
  readonly ours?: OurSide;
  /**
   * Called before an instruction, and before the first step of an attempt that writes, because everything that may
   * change must be on record first. Returns the reason if it cannot be recorded; nothing is then written. Default:
   * recording always succeeds.
   */
  readonly onFirstWrite?: (at: Instant, step: StepId | 'preparation') => string | undefined;
  /**
   * Selects the code of a failure that the plan did not choose. `picked`: the code of the family that `pick` names, as
   * in the kernel (default). `asked`: the code whose words match what was asked.
   */
  readonly codes?: 'picked' | 'asked';
  /** The reason for which the guard of attached hardware last refused a write. */
  readonly whyRefused?: () => string;
  /**
   * The reason, in words, why an exchange without a result is not a silence of the device: the device answered and was
   * not understood. Undefined for a silence that counts.
   */
  readonly doubt?: () => string | undefined;
  /** True if the plan strikes a step; the tables then give its result. Default: no step is struck. */
  readonly isStruck?: (step: StepId) => boolean;
  /** What it remembers of an earlier life. Default: it begins. */
  readonly memory?: RigMemory | undefined;
  /** The time to which the clocks of devices are set. Default: the attempt's instant. */
  readonly deviceTime?: (device: DeviceName) => Instant;
  /** Called before the work of a step and after it. Effects are realised here. */
  readonly onStep?: (step: StepId) => Hook;
  readonly onStepTaken?: (taken: StepTaken) => Hook;
}

/** An instruction that is tried on schedule. `before` may change the world ahead of a try. */
export interface InstructionPlan {
  /** Time from one try to the next, in seconds. */
  readonly secondsBetweenTries: number;
  readonly tries: number;
  readonly works: readonly Preparation[];
  readonly blocksPerTry: number;
  /** Selects the code of a failure within its family. It does not apply to a lack of WAN. */
  readonly pick: number;
  readonly onTry?: (at: Instant, number: number) => Hook;
  /** Lets the time between two tries pass. Default: the rig rests, and its links are free meanwhile. */
  readonly between?: (seconds: number) => Procedure<void>;
  /** The time to which the hub's clock is set. Default: the instant of the try. */
  readonly deviceTime?: () => Instant;
}

/** The outcome of a contact. `why` is what the hub said, or the reason why nothing came. */
export interface Contacted {
  readonly observation: Observed;
  readonly why?: string;
}
