import { formatProblems } from '../../document/problem.ts';
import { loadPriors, type Priors } from '../../../sim/calibrate/priors/loadPriors.ts';
import { resolveDraw, type ParameterDraw } from '../../../sim/calibrate/priors/priorDraws.ts';
import { counted } from '../../text/table.ts';
import { UsageError } from '../shell/exit.ts';
import { refuseOtherKind } from '../shell/fileKind.ts';
import { diskFiles } from '../shell/readText.ts';
import { scenarioPath } from '../shell/scenarioFile.ts';

/**
 * Reads a file of priors over a scenario.
 * @param scenario the path of a file, or the name of a shipped scenario
 * @throws UsageError with everything that is wrong
 */
export function priorsFile(
  scenario: string,
  path: string,
  { seed, set = [] }: { readonly seed?: string | undefined; readonly set?: readonly string[] } = {},
): Priors {
  const loaded = loadPriors({ path, scenario: scenarioPath(scenario), files: diskFiles, set });
  if (loaded.ok) return seed === undefined ? loaded.priors : { ...loaded.priors, seed };
  refuseOtherKind(path, 'priors');
  const { problems } = loaded;
  if (problems.length <= PROBLEMS_SHOWN) throw new UsageError(formatProblems(problems));
  const others = `... and ${counted(problems.length - PROBLEMS_SHOWN, 'problem')} more. Is ${path} over another scenario than ${scenario}?`;
  throw new UsageError(`${formatProblems(problems.slice(0, PROBLEMS_SHOWN))}\n${others}`);
}

/** Problems of a file that are shown. More come from priors over another scenario, and say the same. */
const PROBLEMS_SHOWN = 5;
/** Draws whose problems are shown; the others are only counted. */
const SHOWN = 3;

/**
 * Refuses priors of which some draw is no scenario. A library without those draws would not be one of these priors.
 * @throws UsageError that names the draws and what is wrong with them
 */
export function refuseWrongDraws(priors: Priors, draws: readonly ParameterDraw[]): void {
  const wrong = draws.flatMap((draw) => {
    const resolved = resolveDraw(priors, draw);
    return resolved.ok ? [] : [{ draw, problems: resolved.problems }];
  });
  if (wrong.length === 0) return;
  const shown = wrong.slice(0, SHOWN).map(({ draw, problems }) => `draw ${draw.number}: ${formatProblems(problems)}`);
  throw new UsageError(
    `${wrong.length} of ${draws.length} draws are no scenario:\n${shown.join('\n')}\n  Narrow the priors that cause it: nothing was computed.`,
  );
}
