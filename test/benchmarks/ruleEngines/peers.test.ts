// That the clauses, translated into the rules of other engines, give the reference's categories on facts counted by us.
// It proves nothing of their speed (`npm run bench -- rule-engines`), nor anything of alternative readings.
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/exclusion/reference/evaluate.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { AS_OF, workload } from '../workload.ts';
import { categoriesOf } from './columns.ts';
import { factsOf } from './facts.ts';
import { PEERS } from './peers.ts';

describe('rule engines of others', () => {
  const histories = workload(1500);
  for (const peer of PEERS) {
    const absent = peer.absent();
    const title = absent === undefined ? '' : ` (absent: ${absent})`;
    test.skipIf(absent !== undefined)(`${peer.name} says which categories hold${title}`, async () => {
      const held = peer.load(VARIOUS1.clauses);
      for (const history of histories) {
        const expected = evaluate(history, VARIOUS1, AS_OF).verdicts.map(({ category }) => category);
        expect(categoriesOf(await held(factsOf(history, VARIOUS1, AS_OF)))).toEqual(expected);
      }
    });
  }
});
