import { fileURLToPath } from 'node:url';
import { parseGlossary, type GlossaryEntry } from '../../report/glossary.ts';
import { readText } from '../shell/readText.ts';

/** The glossary, read from src/docs/glossary.md, the one place where it stands. */
export function readGlossary(): readonly GlossaryEntry[] {
  return parseGlossary(readText(fileURLToPath(new URL('../../docs/glossary.md', import.meta.url))));
}
