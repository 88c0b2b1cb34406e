import { formatProblems } from '../../document/problem.ts';
import type { DrawnScenario } from '../../../sim/calibrate/posterior/drawVolumes.ts';
import type { Priors } from '../../../sim/calibrate/priors/loadPriors.ts';
import { resolveDraw, type ParameterDraw } from '../../../sim/calibrate/priors/priorDraws.ts';
import { UsageError } from '../shell/exit.ts';

/** The scenario of every draw. `refuseWrongDraws` tells of all that are none; here the first ends it. */
export function scenariosOf(priors: Priors, draws: readonly ParameterDraw[]): readonly DrawnScenario[] {
  return draws.map((draw) => {
    const resolved = resolveDraw(priors, draw);
    if (!resolved.ok) throw new UsageError(formatProblems(resolved.problems));
    return resolved;
  });
}
