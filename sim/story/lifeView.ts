import type { Life } from '../kernel/life/life.ts';
import type { GroupPlan } from '../kernel/model/model.ts';

/** A running life as a story reads it. The plan of the life is a `Model`, so its group has names. */
export type LifeView = Omit<Life, 'group'> & { readonly group: GroupPlan };

/** Returns the view of a life. The plan of the life must be a `Model`. */
export function viewOf(life: Life): LifeView {
  return life as unknown as LifeView;
}
