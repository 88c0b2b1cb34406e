import { CHECKS } from '../../../src/migration/checks.ts';
import type { CheckLimits, Facts } from '../../../src/migration/facts.ts';
import { OBSERVATIONS } from '../../../src/migration/observations.ts';
import { STEPS, type StepId } from '../../../src/migration/steps.ts';

/** Asked once for each step that a fault may strike, in the order of the walk; 0 is `answered`. */
export interface StepEffects {
  observe(step: number): number;
}

export const NOTHING_STRIKES: StepEffects = { observe: () => 0 };

/**
 * Walks one attempt: -1 when every step was answered, else step position * 16 + observation. Check functions are those
 * of the table; the walk only unrolls the loop over it.
 */
export type CompiledWalk = (facts: Facts, limits: CheckLimits, effects: StepEffects, gsme: boolean) => number;

export const WALK_PASSED = -1;
export const OBSERVATION_BITS = 4;

/**
 * The step table as straight-line code, so that V8 inlines each check at a place of its own (a loop over function
 * objects costs about half the speed of the whole kernel: `npm run bench`). A test holds it equal to `nextStep`.
 * `struck`: whether any fault of the group can strike the step; the others are not asked.
 */
export function compileWalk(steps: readonly StepId[], struck: (step: StepId) => boolean): CompiledWalk {
  const names: string[] = [];
  const functions: unknown[] = [];
  const lines: string[] = [];
  for (const [position, id] of steps.entries()) {
    const step = STEPS[id];
    const body: string[] = [];
    if (step.check !== undefined) {
      const check = CHECKS[step.check];
      names.push(`check${position}`);
      functions.push(check.passes);
      const fails = (position << OBSERVATION_BITS) | OBSERVATIONS.indexOf(check.fails);
      body.push(`if (!check${position}(facts, limits)) return ${fails};`);
    }
    if (struck(id)) {
      body.push(`o = effects.observe(${position});`, `if (o !== 0) return ${position << OBSERVATION_BITS} | o;`);
    }
    if (body.length > 0) lines.push(step.needsGsme ? `if (gsme) { ${body.join(' ')} }` : body.join(' '));
  }
  const source = `return function walk(facts, limits, effects, gsme) { let o = 0; ${lines.join('\n')} return ${WALK_PASSED}; }`;
  // Built from positions and numbers of our own tables only; no text of a scenario enters the source.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, no-new-func
  return (new Function(...names, source) as (...checks: unknown[]) => CompiledWalk)(...functions);
}
