import type { EngineOutcome } from '../../src/interchange/engine/engineOutcome.ts';
import type { Greeting } from '../../src/interchange/engine/engineProtocol.ts';
import { EngineNotReady, EngineSession, type EngineCommand, type EngineQuestion, type Fault } from './engineSession.ts';

export interface EnginePeerOptions extends EngineCommand {
  /** Processes that may be started after the first one. Default 20. */
  readonly restartsMax?: number;
}

const RESTARTS_MAX = 20;

/**
 * An engine behind a pipe that survives its own faults. When a process crashes, falls silent or writes what is no answer,
 * the questions that were open are asked again one by one, on fresh processes, so that the one that did it is named.
 */
export class EnginePeer {
  readonly greeting: Greeting;
  /** Faults that no single question brought about again. */
  readonly unexplained: Fault[] = [];
  private readonly options: EnginePeerOptions;
  private session: EngineSession | undefined;
  private restartsLeft: number;

  private constructor(options: EnginePeerOptions, session: EngineSession, greeting: Greeting) {
    this.options = options;
    this.session = session;
    this.greeting = greeting;
    this.restartsLeft = options.restartsMax ?? RESTARTS_MAX;
  }

  /** Starts the engine. Rejects with an EngineNotReady. */
  static async start(options: EnginePeerOptions): Promise<EnginePeer> {
    const { session, greeting } = await EngineSession.start(options);
    return new EnginePeer(options, session, greeting);
  }

  /** True once no further process may be started: what is asked then is `notAsked`. */
  get isSpent(): boolean {
    return this.session === undefined && this.restartsLeft <= 0;
  }

  /** Grants some processes more, for the shrinking of a question that ends one. */
  grant(restarts: number): void {
    this.restartsLeft = Math.max(this.restartsLeft, 0) + restarts;
  }

  /** What comes of each question, in their order. */
  async ask(questions: readonly EngineQuestion[]): Promise<readonly EngineOutcome[]> {
    const outcomes = new Array<EngineOutcome | undefined>(questions.length).fill(undefined);
    for (;;) {
      const open = [...questions.keys()].filter((i) => outcomes[i] === undefined);
      if (open.length === 0) break;
      const session = await this.ready();
      if (session === undefined) break;
      const asked = await session.ask(open.map((i) => questions[i] as EngineQuestion));
      for (const [i, outcome] of asked.outcomes.entries()) if (outcome) outcomes[open[i] as number] = outcome;
      if (asked.fault === undefined) continue;
      await this.drop();
      if (asked.faultAt !== undefined) {
        outcomes[open[asked.faultAt] as number] = failed(asked.fault);
        continue;
      }
      if (asked.fault.id !== undefined) {
        // A second answer to a question of an earlier call: that question is known to have had its answer.
        this.unexplained.push(asked.fault);
        continue;
      }
      const suspects = open.slice(0, asked.sent).filter((i) => outcomes[i] === undefined);
      // Alone, a question fits into the pipe, so a closed input would not show again: the first open question did it.
      if (asked.fault.failure === 'closed') outcomes[suspects[0] ?? 0] = failed(asked.fault);
      else await this.name(questions, suspects, outcomes, asked.fault);
    }
    return outcomes.map((outcome) => outcome ?? { kind: 'notAsked' });
  }

  /** Closes the engine. */
  async close(): Promise<void> {
    const fault = await this.session?.close();
    this.session = undefined;
    if (fault !== undefined) this.unexplained.push(fault);
  }

  /** Ends the engine at once, for an interrupted command. */
  kill(): void {
    this.session?.kill();
    this.restartsLeft = 0;
  }

  /** Asks suspects one by one until one fails. If none does, the fault stays unexplained, and all have their answers. */
  private async name(
    questions: readonly EngineQuestion[],
    suspects: readonly number[],
    outcomes: (EngineOutcome | undefined)[],
    fault: Fault,
  ): Promise<void> {
    for (const i of suspects) {
      const session = await this.ready();
      if (session === undefined) return;
      const asked = await session.ask([questions[i] as EngineQuestion]);
      if (asked.outcomes[0]) outcomes[i] = asked.outcomes[0];
      if (asked.fault === undefined) continue;
      await this.drop();
      outcomes[i] = failed(asked.fault);
      return;
    }
    this.unexplained.push(fault);
  }

  private async ready(): Promise<EngineSession | undefined> {
    if (this.session !== undefined) return this.session;
    if (this.restartsLeft <= 0) return undefined;
    this.restartsLeft -= 1;
    try {
      this.session = (await EngineSession.start(this.options)).session;
    } catch (error) {
      if (!(error instanceof EngineNotReady)) throw error;
      this.restartsLeft = 0;
      this.unexplained.push({ failure: 'crash', sentence: `A fresh process did not start: ${error.message}` });
    }
    return this.session;
  }

  private async drop(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    session?.kill();
    await session?.close();
  }
}

function failed({ failure, sentence }: Fault): EngineOutcome {
  return { kind: 'failed', failure, sentence };
}
