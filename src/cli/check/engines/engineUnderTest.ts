import { EnginePeer } from '../../../../devices/peers/enginePeer.ts';
import { EngineNotReady, type Fault } from '../../../../devices/peers/engineSession.ts';
import { documentOf } from '../../../rules/ruleSetSchema.ts';
import { expiryInstant, type RuleSet } from '../../../rules/ruleset.ts';
import type { Instant } from '../../../time.ts';
import type { Asker } from '../../../../test/kit/trial/asker.ts';
import type { MinimiseOptions } from '../../../../test/kit/trial/minimise.ts';
import { EXIT, ExitWith, UsageError } from '../../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../../shell/io.ts';

/** An engine that `check` holds to the rules, however it is reached. */
export interface EngineUnderTest extends Asker {
  readonly name: string;
  /** True if a question may bring a rule set of its own. */
  readonly takesRules: boolean;
  /** Set for an engine that takes one as-of at a time: these, in turn. */
  readonly asOfs?: readonly Instant[];
  /** Questions that are best asked together. */
  readonly together: number;
  /** Faults that no single question explains. */
  readonly unexplained: () => readonly Fault[];
  /** Lets the engine break down some more times, for the shrinking of a question that does it. */
  readonly grant: (restarts: number) => void;
  readonly close: () => Promise<void>;
}

/** Questions may be shrunk for this many restarts: each costs a process if the engine breaks down. */
const RESTARTS_FOR_SHRINKING = 60;

/** Lets an engine break down during shrinking, and says how its questions are shrunk. */
export function shrinkingWith(engine: EngineUnderTest): Pick<MinimiseOptions, 'asker' | 'keepsAsOf' | 'round'> {
  engine.grant(RESTARTS_FOR_SHRINKING);
  return { asker: engine, keepsAsOf: engine.asOfs !== undefined, round: engine.together > 1000 ? 2000 : 64 };
}

/** Starts an engine for a rule set. */
export type StartEngine = (rules: RuleSet) => Promise<EngineUnderTest>;

export interface CommandOptions {
  readonly command: string;
  readonly answerSeconds: number;
}

/** Lines of an engine's standard error that are passed on; a crash in each of many restarts would bury the report. */
const STDERR_LINES_MAX = 200;

/**
 * Starts engines by a command line, over the engine protocol. A command that cannot be started is an error of usage; an
 * engine that starts and does not greet fails the check.
 */
export function engineByCommand(io: Io, { command, answerSeconds }: CommandOptions): StartEngine {
  const interruption = io.interruption();
  let lines = 0;
  const onStderr = (line: string): void => {
    lines += 1;
    if (lines <= STDERR_LINES_MAX) writeLine(io.err, line);
    if (lines === STDERR_LINES_MAX) writeLine(io.err, '(further lines of the engine are left out)');
  };
  return async (rules) => {
    const options = {
      command,
      answerSeconds,
      onStderr,
      rules: documentOf(rules),
      asOfDefault: expiryInstant(rules) - 1,
    };
    const peer = await EnginePeer.start(options).catch((error: unknown) => {
      throw notReady(io, error);
    });
    const kill = (): void => peer.kill();
    interruption.addEventListener('abort', kill, { once: true });
    return {
      name: peer.greeting.engine,
      takesRules: peer.greeting.takesRules,
      together: 768,
      ask: async (questions) => {
        const outcomes = await peer.ask(
          questions.map(({ history, asOf, rules: own }) =>
            own === rules ? { history, asOf } : { history, asOf, rules: documentOf(own) },
          ),
        );
        interruption.throwIfAborted();
        return outcomes;
      },
      unexplained: () => peer.unexplained,
      grant: (restarts) => peer.grant(restarts),
      close: async () => {
        interruption.removeEventListener('abort', kill);
        await peer.close();
      },
    };
  };
}

function notReady(io: Io, error: unknown): unknown {
  if (!(error instanceof EngineNotReady)) return error;
  if (error.isUsage) return new UsageError(`--command: ${error.message}`);
  writeAnswer(io.out, `FAILED: ${error.message}\n`);
  return new ExitWith(EXIT.property);
}
