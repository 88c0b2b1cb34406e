import type { AnsweredVerdict } from './engineProtocol.ts';

/**
 * The ways in which an engine can fail a question without a wrong verdict:
 * - `crash`: its process ended while the question was open
 * - `silence`: no answer within the time
 * - `garbage`: a line that is no answer of the protocol, or a line without end
 * - `unasked`: an answer to a question that was never asked
 * - `twice`: a second answer to one question
 * - `closed`: it closed its standard input while questions were still coming
 */
export type EngineFailure = 'crash' | 'silence' | 'garbage' | 'unasked' | 'twice' | 'closed';

/** The outcome of one question that was put to an engine. */
export type EngineOutcome =
  | { readonly kind: 'answered'; readonly verdicts: readonly AnsweredVerdict[] }
  /** The engine says that it cannot answer: the rows contradict each other. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The engine broke down on the question. `sentence` tells a reader in which way. */
  | { readonly kind: 'failed'; readonly failure: EngineFailure; readonly sentence: string }
  /** The question was not asked: too many restarts came before, or the check was stopped. */
  | { readonly kind: 'notAsked' };
