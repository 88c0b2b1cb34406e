// Look-alikes: what is said of a state is what became of the lives that stood in it, and in coarser ones.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assert } from '../../../src/assert.ts';
import { CLASS_COUNT, classesOf, TableBuilder } from '../../../sim/forecast/library/memberTable.ts';
import { COLUMN_COUNT, columnShares } from '../../../sim/forecast/predict/lines.ts';
import { LookAlikes, type Member, type StateShares } from '../../../sim/forecast/predict/lookAlikes.ts';
import { OtherDraws } from '../../../sim/forecast/predict/otherDraws.ts';
import { coarser, factsOf, LEVELS, stateCode, type StateCode } from '../../../sim/forecast/state/stateFacts.ts';
import { seedNumber } from '../../seed.ts';

const DAYS = 3;

/** A few states, many of which meet at some coarser level. */
const state = fc
  .record({ cohort: fc.nat(1), wanWeeks: fc.nat(3), otherWeeks: fc.nat(2), last: fc.nat(2), instructed: fc.nat(1) })
  .map((facts): StateCode => stateCode({ ...factsOf(0), ...facts }));
const life = fc.record({
  state,
  weight: fc.constantFrom(0.25, 1 / 3, 1.7),
  classes: fc.tuple(...Array.from({ length: DAYS }, () => fc.nat(CLASS_COUNT - 1))),
});
const members = fc.array(fc.array(life, { minLength: 1, maxLength: 30 }), { minLength: 2, maxLength: 4 }).map((all) =>
  all.map((lives, draw): Member => {
    const builder = new TableBuilder(DAYS);
    for (const { state: of, weight, classes } of lives) builder.add(of, weight, Uint8Array.from(classes));
    return { draw, table: builder.build() };
  }),
);

/** All columns of all days, by the definition: cells in full, from the coarsest level down. */
function byDefinition(all: readonly Member[], of: StateCode): Float64Array {
  let shares = new Float64Array(DAYS * CLASS_COUNT);
  let isKnown = false;
  for (let level = LEVELS - 1; level >= 0; level -= 1) {
    let lives = 0;
    const held = new Float64Array(DAYS * CLASS_COUNT);
    const row = new Float64Array(held.length);
    for (const { table } of all)
      table.states.forEach((own, i) => {
        if (coarser(own, level) !== coarser(of, level)) return;
        lives += table.weight[i] as number;
        classesOf(table, i, row);
        row.forEach((value, slot) => (held[slot] = (held[slot] as number) + value));
      });
    if (lives === 0) continue;
    const lent = isKnown ? 3 : 0;
    shares = held.map((value, slot) => (value + lent * (shares[slot] as number)) / (lives + lent));
    isKnown = true;
  }
  const columns = new Float64Array(DAYS * COLUMN_COUNT);
  columnShares(shares, DAYS, columns);
  return columns;
}

function inFull({ reach, shares }: StateShares): Float64Array {
  const columns = new Float64Array(DAYS * COLUMN_COUNT);
  reach.at.forEach((at, i) => (columns[at] = shares[i] as number));
  return columns;
}

test('the shares of a state are those of its definition, to the last bit, for states that no life stood in as well', () => {
  fc.assert(
    fc.property(members, state, (all, unseen) => {
      const lookAlikes = new LookAlikes(all);
      for (const of of [unseen, ...all.flatMap(({ table }) => [...table.states])])
        expect(inFull(lookAlikes.of(of))).toEqual(byDefinition(all, of));
    }),
    { seed: seedNumber(import.meta.filename, 15), numRuns: 60 },
  );
});

test('with a draw left out, its states are predicted as by the other draws alone, whichever was left out before', () => {
  fc.assert(
    fc.property(members, (all) => {
      const others = new OtherDraws(new LookAlikes(all));
      for (const member of [...all, ...all]) {
        others.leaveOut([member]);
        const rest = all.filter(({ draw }) => draw !== member.draw);
        const row = new Float64Array(DAYS * CLASS_COUNT);
        const came = new Float64Array(DAYS * COLUMN_COUNT);
        member.table.states.forEach((of, i) => {
          const predicted = others.at(member, i);
          const full = inFull(predicted);
          byDefinition(rest, of).forEach((share, at) => expect(full[at]).toBeCloseTo(share, 9));
          classesOf(member.table, i, row);
          columnShares(row, DAYS, came);
          expect(inFull({ reach: predicted.reach, shares: predicted.came })).toEqual(came);
        });
      }
    }),
    { seed: seedNumber(import.meta.filename, 15), numRuns: 30 },
  );
});

test('a state of which no level has a life is told nothing', () => {
  const builder = new TableBuilder(DAYS);
  builder.add(stateCode({ ...factsOf(0), cohort: 1 }), 1, Uint8Array.of(0, 1, 1));
  const lookAlikes = new LookAlikes([{ draw: 0, table: builder.build() }]);
  const { reach, shares } = lookAlikes.of(stateCode({ ...factsOf(0), cohort: 2 }));
  expect([...inFull({ reach, shares })].every((share) => share === 0)).toBe(true);
  const known = lookAlikes.of(stateCode({ ...factsOf(0), cohort: 1 }));
  assert(known.reach.at.length > 0, 'a life came to something');
});
