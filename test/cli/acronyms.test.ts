// Every acronym that a reader meets has an entry in the glossary, unless it is a word of computing.
import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';
import { readGlossary } from '../../src/cli/docs/glossaryFile.ts';
import { COMMANDS, loadCommand } from '../../src/cli/commands.ts';
import { commandLine, silentShell } from './harness.ts';

/** What whoever uses a command line knows, or finds anywhere. */
const COMPUTING = `AES AMD ASCII BOM BOOLEAN CI CPU CRLF CSPRNG CSV DECIMAL DOUBLE ECDSA EPYC HMAC HTML HTTP IEC INT64 INT96 IP ISO
  JSON LF LZO MB MD5 NDJSON NIST RFC SHA SIGHUP SIGINT SIGTERM SMS SQL SVG TCP TMPDIR UDP UINT64 URL USER0 UTC UTF XML YAML`;
/** Parts of names, words of a command's usage, and words that are written large. */
const NO_ACRONYMS = `AK AL C001C100010000 COM3 COMMAND DF DIR FILE FROM GB GBP HOST NO NOT OBJECT PATH PORT SMBC00000007 SMBE00000007
  STAND TERM YYYY`;
const ACRONYM = /(?<![\w./-])[A-Z][A-Z0-9]*[A-Z][A-Z0-9]*(?![\w/])/g;

const known = new Set([
  ...readGlossary().flatMap(({ term, others }) => [term, ...others].flatMap((name) => name.split(/[^A-Za-z0-9]+/))),
  ...COMPUTING.split(/\s+/),
  ...NO_ACRONYMS.split(/\s+/),
]);

/** The acronyms of a text that have no entry. What stands in code is a name of the bench. */
function unknownIn(text: string): readonly string[] {
  const found = [...text.replaceAll(/```[\s\S]*?```|`[^`]*`/g, ' ').matchAll(ACRONYM)].map(([word]) => word);
  return [...new Set(found.filter((word) => !known.has(word) && !known.has(word.replace(/S$/, ''))))];
}

test('a text with an acronym that has no entry is found', () => {
  expect(unknownIn('The QZX asks the DCC for a CSV, and `ABC` is code.')).toEqual(['QZX']);
});

test('every acronym of the documents has an entry in the glossary', () => {
  const documents = ['README.md', ...globSync(['src/docs/*.md', '{src,scenarios,devices,test}/README.md', 'scenarios/priors/README.md'])]; // prettier-ignore
  expect(documents.length).toBeGreaterThan(8);
  const unknown = documents.map((path) => [path, unknownIn(readFileSync(path, 'utf8'))] as const);
  expect(unknown.filter(([, words]) => words.length > 0)).toEqual([]);
});

test('every acronym of the help, the first screen and the stories has an entry in the glossary', async () => {
  const helps: string[][] = [];
  for (const name of Object.keys(COMMANDS)) {
    const { commands } = await loadCommand(name, silentShell());
    helps.push([name, '--help'], ...commands.map((sub) => [name, sub.name(), '--help']));
  }
  const small = 'test/cli/sweep/tinyScenario.yaml';
  const screens = [
    ['run', small, '--replications', '1', '--workers', '1', '--detail', '--monthly'],
    ['explain', small, '--installation', '5'],
    ['rig', 'scenarios/rigs/lab.yaml'],
  ];
  const unknown: unknown[] = [];
  for (const args of [...helps, ...screens]) {
    const { out } = await commandLine(args);
    expect([args, out === '']).toEqual([args, false]);
    const words = unknownIn(out);
    if (words.length > 0) unknown.push([args.join(' '), words]);
  }
  expect(unknown).toEqual([]);
});
