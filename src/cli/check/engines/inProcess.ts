import { askerOf, type Asker } from '../../../../test/kit/trial/asker.ts';
import { evaluate } from '../../../exclusion/reference/evaluate.ts';
import type { StartEngine } from './engineUnderTest.ts';

/** The questions that an engine of this process is asked together: three blocks of the search. */
const TOGETHER = 768;

/** An engine that runs in this process, in the place of an engine under test. */
export function inProcess(name: string, asker: Pick<Asker, 'ask'>): StartEngine {
  return () =>
    Promise.resolve({
      ask: (questions) => asker.ask(questions),
      name,
      takesRules: true,
      together: TOGETHER,
      unexplained: () => [],
      grant: () => undefined,
      close: () => Promise.resolve(),
    });
}

/** The reference evaluator in the place of an engine. It shows if the questions themselves are right. */
export const REFERENCE: StartEngine = inProcess('the reference evaluator', askerOf(evaluate));
