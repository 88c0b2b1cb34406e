import { filesOf } from '../../src/document/files.ts';
import { formatProblems } from '../../src/document/problem.ts';
import { openScenario } from '../scenario/load.ts';
import type { Changed } from './applyChanges.ts';
import type { WhatIfChange, WhatIfTask } from './protocol.ts';

/**
 * Loads the task's scenario from its texts, with the settings of the page and with changes. A change is written as
 * `--set` takes it, and what is wrong with it is reported in the words of the command line.
 */
export function loadChanged({ source }: WhatIfTask): (changes: readonly WhatIfChange[]) => Changed {
  if (source === undefined) return () => ({ ok: false, problems: ['this page holds no text of the scenario'] });
  const open = openScenario({ path: source.path, files: filesOf(source.texts) });
  return (changes) => {
    const loaded = open([...source.set, ...changes.map(({ path, value }) => `${path}=${value}`)]);
    if (!loaded.ok) return { ok: false, problems: [formatProblems(loaded.errors)] };
    return { ok: true, scenario: loaded.scenario, rules: loaded.rules };
  };
}
