import { COHORTS } from '../../../src/installation/cohort.ts';
import { COLUMN_COUNT, COLUMNS, columnShares } from '../../forecast/predict/lines.ts';
import type { Member } from '../../forecast/predict/lookAlikes.ts';
import { CLASS_COUNT, classesOf } from '../../forecast/library/memberTable.ts';
import { factsOf } from '../../forecast/state/stateFacts.ts';
import type { CountedLine, DrawVolumes } from '../posterior/drawVolumes.ts';

/**
 * The volume of each line in each run of a library, at full size, with its standard error from dice and scale.
 * @param day position of the compared day among those of the library: the as-of is 0, month ends follow
 * @param scale the share of the homes that a run lives
 */
export function libraryVolumes(
  members: readonly Member[],
  { lines, day, scale }: { readonly lines: readonly CountedLine[]; readonly day: number; readonly scale: number },
): DrawVolumes {
  const places = lines.map(({ category, cohorts }) => ({
    column: day * COLUMN_COUNT + COLUMNS.findIndex((row) => row.measure === 'qualifying' && row.category === category),
    cohorts: cohorts.map((cohort) => COHORTS.indexOf(cohort)),
  }));
  const rows = members.map(({ table }) => {
    const held = new Float64Array(table.days * CLASS_COUNT);
    const columns = new Float64Array(table.days * COLUMN_COUNT);
    const volumes = lines.map(() => 0);
    const squares = lines.map(() => 0);
    for (let i = 0; i < table.states.length; i += 1) {
      classesOf(table, i, held);
      columnShares(held, table.days, columns);
      const { cohort } = factsOf(table.states[i] as number);
      const each = (table.weight[i] as number) / (table.lives[i] as number);
      places.forEach(({ column, cohorts }, l) => {
        if (!cohorts.includes(cohort)) return;
        const count = columns[column] as number;
        volumes[l] = (volumes[l] as number) + count / scale;
        // Counts of independent lives vary as their number does, and each stands for so many.
        squares[l] = (squares[l] as number) + (count * each) / (scale * scale);
      });
    }
    return { volumes, errors: squares.map(Math.sqrt) };
  });
  return { volumes: rows.map(({ volumes }) => volumes), errors: rows.map(({ errors }) => errors) };
}
