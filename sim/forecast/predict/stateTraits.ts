import { factsOf, givenOf, type StateCode } from '../state/stateFacts.ts';
import { phasesOf } from './lineSums.ts';
import { LINE_SUMMARIES } from './summaries.ts';

/** What follows from a state alone. */
export interface StateTraits {
  /** The stratum that the state belongs to. */
  readonly given: StateCode;
  /** The phase of the state as each column sees it. */
  readonly phases: Uint8Array;
  /** Where the state counts in the sums of LINE_SUMMARIES: `2 i + 1` among summary `i`, and `2 i` as one of it. */
  readonly places: Int32Array;
}

/** The traits of states. Each is computed when it is first asked for: a library holds most states many times. */
export class TraitsOfStates {
  private readonly known = new Map<StateCode, StateTraits>();

  of(state: StateCode): StateTraits {
    let traits = this.known.get(state);
    if (traits === undefined) this.known.set(state, (traits = traitsOf(state)));
    return traits;
  }
}

function traitsOf(state: StateCode): StateTraits {
  const facts = factsOf(state);
  const places = LINE_SUMMARIES.flatMap(({ among, of }, i) =>
    among(facts) ? (of(facts) ? [2 * i, 2 * i + 1] : [2 * i + 1]) : [],
  );
  return { given: givenOf(state), phases: phasesOf(facts), places: Int32Array.from(places) };
}
