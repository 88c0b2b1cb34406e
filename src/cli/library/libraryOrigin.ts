import type { OriginParts } from '../output/outputOrigin.ts';
import type { Library } from './libraryFolder.ts';

/** What decides an answer that is read from a library. */
export function libraryOrigin({ head, priors }: Pick<Library, 'head' | 'priors'>): OriginParts {
  const [name = '', hash = ''] = head.scenarioHash.split('#');
  return {
    scenarios: [{ name, hash }],
    rules: priors.base.rules.name,
    seed: head.seed,
    replications: head.options.replications,
  };
}
