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

/** Room for the places of one state. */
const PLACES = new Int32Array(2 * LINE_SUMMARIES.length);

function traitsOf(state: StateCode): StateTraits {
  const facts = factsOf(state);
  let count = 0;
  for (let i = 0; i < LINE_SUMMARIES.length; i += 1) {
    const { among, of } = LINE_SUMMARIES[i] as (typeof LINE_SUMMARIES)[number];
    if (!among(facts)) continue;
    if (of(facts)) PLACES[count++] = 2 * i;
    PLACES[count++] = 2 * i + 1;
  }
  return { given: givenOf(state), phases: phasesOf(facts), places: PLACES.slice(0, count) };
}
