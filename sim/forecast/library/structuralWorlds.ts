import type { Priors } from '../../calibrate/priors/loadPriors.ts';
import type { ParameterDraw } from '../../calibrate/priors/priorDraws.ts';

/**
 * The structural switches of priors as partitions of their draws: one for each parameter whose prior is a list of values.
 * Numbers part by whether they are 0: whether there is such a thing at all.
 * @returns of each switch, the number of the world of each draw
 */
export function structuralWorlds(priors: Priors, draws: readonly ParameterDraw[]): readonly (readonly number[])[] {
  const isSwitch = (name: string): boolean => priors.file.parameters[name]?.values !== undefined;
  return priors.parameters.flatMap(({ name }, at) => {
    if (!isSwitch(name)) return [];
    const worldOf = ({ values }: ParameterDraw): string => {
      const value = values[at] as string | number;
      return Number.isNaN(Number(value)) ? String(value) : String(Number(value) === 0);
    };
    const worlds = [...new Set(draws.map(worldOf))];
    return worlds.length < 2 ? [] : [draws.map((draw) => worlds.indexOf(worldOf(draw)))];
  });
}
