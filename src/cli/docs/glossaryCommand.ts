import { Command } from 'commander';
import { nearest } from '../../document/nearest.ts';
import { findTerm, type GlossaryEntry } from '../../report/glossary.ts';
import { wrapped } from '../../text/wrap.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import { readGlossary } from './glossaryFile.ts';

const WIDTH = 80;

/** `smets1-bench glossary [TERM]`: what a word or an acronym means, and where that comes from. */
export function glossaryCommand({ action }: Shell): Command {
  return new Command('glossary')
    .argument('[term...]', 'a word; left out: all of them')
    .addHelpText('after', '\nExamples:\n  smets1-bench glossary ESME\n  smets1-bench glossary separate weeks')
    .action(action(glossary));
}

function glossary(io: Io, words: readonly string[]): void {
  const entries = readGlossary();
  const asked = words.join(' ');
  const found = asked === '' ? entries : findTerm(entries, asked);
  if (found.length === 0) {
    const names = entries.flatMap(({ term, others }) => [term, ...others]);
    const near = nearest(asked, names);
    throw new UsageError(`glossary: found no entry ${asked}${near === undefined ? '' : `. Did you mean ${near}?`}\n  smets1-bench glossary lists every entry.`); // prettier-ignore
  }
  writeAnswer(io.out, `${found.map((entry, i) => entryText(entry, asked === '' && entry.topic !== found[i - 1]?.topic)).join('\n')}\n`); // prettier-ignore
}

function entryText({ term, others, meaning, source, topic }: GlossaryEntry, withTopic: boolean): string {
  const name = others.length === 0 ? term : `${term} (${others.join(', ')})`;
  const lines = wrapped(`${name}: ${meaning} Source: ${source}.`, WIDTH - 2).map((line, i) =>
    i === 0 ? line : `  ${line}`,
  );
  return [...(withTopic ? [`\n${topic}\n`] : []), ...lines].join('\n');
}
