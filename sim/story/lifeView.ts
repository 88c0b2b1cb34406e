import type { Life } from '../kernel/life/life.ts';
import type { GroupPlan } from '../kernel/model/model.ts';

/** What a story looks at of a life that is being lived. The life's plan is a `Model`, so that its group has names. */
export type LifeView = Omit<Life, 'group'> & { readonly group: GroupPlan };

/** The view of a life whose plan is a `Model`. */
export function viewOf(life: Life): LifeView {
  return life as unknown as LifeView;
}
