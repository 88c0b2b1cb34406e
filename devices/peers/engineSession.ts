import type { EngineFailure, EngineOutcome } from '../../src/interchange/engine/engineOutcome.ts';
import {
  helloLine,
  questionLine,
  readAnswer,
  readGreeting,
  type Greeting,
} from '../../src/interchange/engine/engineProtocol.ts';
import type { History } from '../../src/migration/history.ts';
import type { Instant } from '../../src/time.ts';
import { lineProcess, type LineProcess } from '../hardware/driverProcess.ts';
import { wallTimers, type Cancel, type Timers } from '../transport/timers.ts';

/** A question for an engine. `rules` (the document form) only where the engine takes rules. */
export interface EngineQuestion {
  readonly history: History;
  readonly asOf: Instant;
  readonly rules?: unknown;
}

export interface EngineCommand {
  /** A command line for the shell. */
  readonly command: string;
  /** The rule set, in its document form, and the default as-of: what the engine is greeted with. */
  readonly rules: unknown;
  readonly asOfDefault: Instant;
  /** How long the engine may take for its greeting, and then between two answers. */
  readonly answerSeconds: number;
  /** The engine's own standard error, line by line. */
  readonly onStderr: (line: string) => void;
  readonly timers?: Timers;
  readonly cwd?: string;
  /** What starts the program. Default: `lineProcess`. */
  readonly launch?: typeof lineProcess;
}

/** Something that an engine did against the protocol. `id`: the question that did it, where that is certain. */
export interface Fault {
  readonly failure: EngineFailure;
  readonly sentence: string;
  readonly id?: number;
}

/** The engine could not be started, or did not greet. `isUsage`: the command is wrong, not the engine. */
export class EngineNotReady extends Error {
  override name = 'EngineNotReady';
  readonly isUsage: boolean;

  constructor(message: string, isUsage: boolean) {
    super(message);
    this.isUsage = isUsage;
  }
}

/** Questions that are out at a time: three blocks of 256. */
const OPEN_MAX = 768;
/** How long an engine may take to end once its input is closed, in milliseconds. */
const GRACE_MILLISECONDS = 2000;

interface Run {
  readonly questions: readonly EngineQuestion[];
  readonly outcomes: (EngineOutcome | undefined)[];
  readonly firstId: number;
  sent: number;
  answered: number;
  resolve(fault: Fault | undefined): void;
}

/** One process of an engine: greeted once, then asked. After a fault it is over and must be closed. */
export class EngineSession {
  private readonly command: EngineCommand;
  private readonly timers: Timers;
  private readonly child: LineProcess;
  private greeted: ((greeting: Greeting | EngineNotReady) => void) | undefined;
  private cancel: Cancel = () => undefined;
  private run: Run | undefined;
  private nextId = 1;
  private fault: Fault | undefined;
  private isClosing = false;
  private isEnded = false;

  private constructor(command: EngineCommand, greeted: (greeting: Greeting | EngineNotReady) => void) {
    this.command = command;
    this.timers = command.timers ?? wallTimers();
    this.greeted = greeted;
    this.child = (command.launch ?? lineProcess)([command.command], {
      shell: true,
      name: 'the command',
      ...(command.cwd !== undefined && { cwd: command.cwd }),
      onLine: (line) => this.onLine(line),
      onStderr: command.onStderr,
      onExit: (how, error) => this.onExit(how, error?.message),
      onInputClosed: () => this.stop({ failure: 'closed', sentence: 'The engine closed its standard input.' }),
    });
    this.child.send(helloLine(command.rules, command.asOfDefault));
    this.cancel = this.timers.after(command.answerSeconds * 1000, () => {
      this.notReady(`The engine did not greet within ${command.answerSeconds} s. ${GREETING_HINT}`, false);
    });
  }

  /** Starts the command and waits for its greeting. Rejects with an EngineNotReady. */
  static async start(command: EngineCommand): Promise<{ session: EngineSession; greeting: Greeting }> {
    let session: EngineSession | undefined;
    const greeting = await new Promise<Greeting | EngineNotReady>((resolve) => {
      session = new EngineSession(command, resolve);
    });
    if (greeting instanceof EngineNotReady) throw greeting;
    return { session: session as EngineSession, greeting };
  }

  /**
   * Asks questions, at most 768 at a time. Resolves when all are answered, or at the first fault; `outcomes` has what was
   * answered until then, by position.
   */
  async ask(questions: readonly EngineQuestion[]): Promise<{
    readonly outcomes: readonly (EngineOutcome | undefined)[];
    readonly sent: number;
    readonly fault: Fault | undefined;
    readonly faultAt: number | undefined;
  }> {
    const firstId = this.nextId;
    this.nextId += questions.length;
    const outcomes = new Array<EngineOutcome | undefined>(questions.length).fill(undefined);
    const run: Run = { questions, outcomes, firstId, sent: 0, answered: 0, resolve: () => undefined };
    const fault =
      this.fault ??
      (questions.length === 0
        ? undefined
        : await new Promise<Fault | undefined>((resolve) => {
            run.resolve = resolve;
            this.run = run;
            this.pump(run);
            this.expectAnswer();
          }));
    this.run = undefined;
    this.cancel();
    const at = fault?.id === undefined ? undefined : fault.id - firstId;
    const faultAt = at !== undefined && at >= 0 && at < questions.length ? at : undefined;
    return { outcomes, sent: run.sent, fault, faultAt };
  }

  /** Closes the input of the engine and waits for its end. Returns a fault that came to light only then. */
  async close(): Promise<Fault | undefined> {
    this.isClosing = true;
    this.cancel();
    if (this.fault !== undefined && !this.isEnded) this.child.kill();
    await this.child.end(GRACE_MILLISECONDS);
    return this.fault;
  }

  /** Ends the engine at once. */
  kill(): void {
    this.isClosing = true;
    this.child.kill();
  }

  private pump(run: Run): void {
    while (run.sent < run.questions.length && run.sent - run.answered < OPEN_MAX) {
      const { history, asOf, rules } = run.questions[run.sent] as EngineQuestion;
      this.child.send(questionLine(run.firstId + run.sent, history, asOf, rules));
      run.sent += 1;
    }
  }

  /** The time runs from the last answer: a slow engine that goes on answering is not silent. */
  private expectAnswer(): void {
    this.cancel();
    const { answerSeconds } = this.command;
    this.cancel = this.timers.after(answerSeconds * 1000, () => {
      this.stop({ failure: 'silence', sentence: `No answer came within ${answerSeconds} s. ${FLUSH_HINT}` });
    });
  }

  private onLine(line: string): void {
    if (this.fault !== undefined || line.trim() === '') return;
    if (this.greeted !== undefined) return this.onGreeting(line);
    const answer = readAnswer(line);
    if (!answer.ok)
      return this.stop({
        failure: 'garbage',
        sentence: `The engine wrote a line that is no answer: ${answer.problem}.`,
      });
    const { id } = answer.value;
    const { run } = this;
    const at = run === undefined ? -1 : id - run.firstId;
    if (id < 1 || id >= this.nextId || (run !== undefined && at >= run.sent)) {
      return this.stop({
        failure: 'unasked',
        sentence: `The engine answered a question ${id}, which was never asked.`,
      });
    }
    if (run === undefined || at < 0 || run.outcomes[at] !== undefined) {
      return this.stop({ failure: 'twice', sentence: `The engine answered question ${id} a second time.`, id });
    }
    run.outcomes[at] =
      'error' in answer.value
        ? { kind: 'refused', why: answer.value.error }
        : { kind: 'answered', verdicts: answer.value.verdicts };
    run.answered += 1;
    if (run.answered === run.questions.length) return run.resolve(undefined);
    this.pump(run);
    this.expectAnswer();
  }

  private onGreeting(line: string): void {
    const greeting = readGreeting(line);
    if (!greeting.ok)
      return this.notReady(`The engine's first line is no greeting: ${greeting.problem}. ${GREETING_HINT}`, false);
    this.cancel();
    this.greeted?.(greeting.value);
    this.greeted = undefined;
  }

  private onExit(how: string, error: string | undefined): void {
    this.isEnded = true;
    this.cancel();
    if (this.greeted !== undefined) {
      const why = error ?? `The command ended with ${how} before its greeting.`;
      return this.notReady(`${why} ${GREETING_HINT}`, error === undefined || !error.includes('octets'));
    }
    if (this.isClosing) return;
    if (error !== undefined) this.stop({ failure: 'garbage', sentence: `The engine wrote ${error}, without an end.` });
    else this.stop({ failure: 'crash', sentence: `The engine's process ended with ${how} before it had answered.` });
  }

  private notReady(message: string, isUsage: boolean): void {
    const { greeted } = this;
    this.greeted = undefined;
    this.isClosing = true;
    this.cancel();
    if (!this.isEnded) this.child.kill();
    greeted?.(new EngineNotReady(message, isUsage));
  }

  private stop(fault: Fault): void {
    if (this.fault !== undefined) return;
    this.fault = fault;
    this.cancel();
    this.run?.resolve(fault);
  }
}

const GREETING_HINT =
  'Expected {"hello":1,"engine":"name"} as its first line; `check schema engine` shows the protocol.';
const FLUSH_HINT = 'An engine must write out each answer at once (flush), not when its buffer is full.';
