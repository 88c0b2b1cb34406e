import { formatProblems } from '../../document/problem.ts';
import type { DrawnScenario } from '../../../sim/calibrate/posterior/drawVolumes.ts';
import type { Priors } from '../../../sim/calibrate/priors/loadPriors.ts';
import { resolveDraw, type ParameterDraw } from '../../../sim/calibrate/priors/priorDraws.ts';
import { UsageError } from '../shell/exit.ts';
import { refuseWrongDraws } from './priorsFile.ts';

/**
 * The scenario of every draw, each put together once.
 * @throws UsageError that names the draws which are no scenario
 */
export function scenariosOf(priors: Priors, draws: readonly ParameterDraw[]): readonly DrawnScenario[] {
  return draws.map((draw) => {
    const resolved = resolveDraw(priors, draw);
    if (resolved.ok) return resolved;
    // All that are wrong are told at once.
    refuseWrongDraws(priors, draws);
    throw new UsageError(formatProblems(resolved.problems));
  });
}
