import { settingText } from '../../sweep/factor/shareGroups.ts';
import type { Priors } from './loadPriors.ts';
import type { ParameterDraw } from './priorDraws.ts';

/** A parameter whose value is known: it takes the place of what each draw has. */
export interface GivenParameter {
  readonly name: string;
  readonly value: string | number;
  /** `path=value` for every number of it. */
  readonly settings: readonly string[];
}

/** A parameter whose prior is a list of values: a switch of the process, or a shock that is there or not. */
export interface Switch {
  readonly name: string;
  /** Each value once, with its chance under the prior. */
  readonly values: readonly { readonly value: string | number; readonly chance: number }[];
}

/** The switches of priors, in the order of their file. Only these can be given. */
export function switchesOf(priors: Priors): readonly Switch[] {
  return priors.parameters.flatMap(({ name }) => {
    const settings = settingsOf(priors, name);
    if (settings.length === 0) return [];
    const values = [...new Set(settings.map(({ label }) => label))];
    const chance = (value: string | number): number => settings.filter(({ label }) => label === value).length / settings.length; // prettier-ignore
    return [{ name, values: values.map((value) => ({ value, chance: chance(value) })) }];
  });
}

/** What each value of a list sets, as often as the list has it; empty for a parameter without a list. */
function settingsOf({ parameters, file }: Priors, name: string) {
  const count = file.parameters[name]?.values?.length ?? 0;
  const factor = parameters.find((parameter) => parameter.name === name);
  return Array.from({ length: factor === undefined ? 0 : count }, (_, i) => {
    const { label, values } = (factor as NonNullable<typeof factor>).at((i + 0.5) / count);
    return { label, settings: values.map(settingText) };
  });
}

/** A switch at one of its values; undefined if the priors have no such switch, or it no such value. */
export function givenParameter(priors: Priors, name: string, value: string): GivenParameter | undefined {
  const found = settingsOf(priors, name).find(({ label }) => String(label) === value);
  return found && { name, value: found.label, settings: found.settings };
}

/** The draws with what is given in the place of what they have. */
export function givenDraws(
  priors: Priors,
  draws: readonly ParameterDraw[],
  given: readonly GivenParameter[],
): readonly ParameterDraw[] {
  const valueOf = new Map(given.map(({ name, value }) => [name, value]));
  const settings = given.flatMap((own) => own.settings);
  return draws.map((draw) => ({
    ...draw,
    values: draw.values.map((own, at) => valueOf.get(priors.parameters[at]?.name ?? '') ?? own),
    settings: [...draw.settings, ...settings],
  }));
}
