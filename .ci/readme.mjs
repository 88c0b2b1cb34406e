// Runs the commands that README.md shows and holds their output against what it prints.
//
//   node .ci/readme.mjs [--already COMMAND]... [FILE]
//
// In a fenced ```console block, lines that begin with `$ ` are commands (a trailing backslash continues one); the lines
// after a command, up to the next, are what it prints. A line `...` there stands for any number of lines, `…` within a
// line for any text; no lines at all: only the exit code counts, which must be 0. In a fenced ```sh block every line is a
// command. A block right after `<!-- not run -->` is skipped and counted. `--already` names what the caller has run in
// this folder before (`npm ci`): such parts of an `&&` chain are left out.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const NOT_RUN = '<!-- not run -->';
const COMMAND_MILLISECONDS_MAX = 600_000;

const { values, positionals } = parseArgs({
  options: { already: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
});
const file = positionals[0] ?? 'README.md';

/** The blocks of a Markdown text: language, first line's number, lines, and whether the text says not to run it. */
function blocks(text) {
  const found = [];
  let open;
  let before = '';
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(\w*)/.exec(line);
    if (open && fence) {
      found.push(open);
      open = undefined;
      before = '';
    } else if (open) {
      open.lines.push(line);
    } else if (fence) {
      open = { language: fence[1], at: index + 1, lines: [], notRun: before === NOT_RUN };
    } else if (line.trim() !== '') {
      before = line.trim();
    }
  }
  return found;
}

/** The commands of a block, each with the lines it is to print. */
function commands({ language, at, lines }) {
  const found = [];
  let continued = false;
  for (const [index, line] of lines.entries()) {
    const last = found.at(-1);
    if (continued) {
      last.command += `\n${line}`;
    } else if (line.startsWith('$ ') || (language === 'sh' && line.trim() !== '' && !line.startsWith('#'))) {
      found.push({ command: line.replace(/^\$ /, ''), at: at + index + 1, expected: [] });
    } else if (language === 'console' && last) {
      last.expected.push(line);
    }
    continued = (found.at(-1)?.command.endsWith('\\') && found.at(-1).expected.length === 0) ?? false;
  }
  return found;
}

const trimmed = (lines) =>
  lines
    .join('\n')
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());

function lineMatches(expected, actual) {
  const pattern = expected
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(actual);
}

/** The first expected line that the output does not have, or undefined. `...` takes as few lines as will do. */
function firstMissing(expected, actual) {
  let deepest = 0;
  const seen = new Set();
  const matches = (e, a) => {
    if (seen.has(e * 1e6 + a)) return false;
    seen.add(e * 1e6 + a);
    deepest = Math.max(deepest, e);
    if (e === expected.length) return a === actual.length;
    if (expected[e] === '...') return matches(e + 1, a) || (a < actual.length && matches(e, a + 1));
    return a < actual.length && lineMatches(expected[e], actual[a]) && matches(e + 1, a + 1);
  };
  if (matches(0, 0)) return undefined;
  return expected[deepest] ?? 'the end of the output';
}

/** What a terminal shows, less colours and what npm says about the machine it runs on. */
function shown(text) {
  // eslint-disable-next-line no-control-regex
  const plain = text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '').split('\n');
  return trimmed(plain.filter((line) => !/^npm (warn|notice)/.test(line)));
}

let ran = 0;
let skipped = 0;
let failures = 0;
for (const block of blocks(readFileSync(file, 'utf8'))) {
  if (block.language !== 'console' && block.language !== 'sh') continue;
  if (block.notRun) {
    skipped += 1;
    console.log(`readme: not run: ${file}:${block.at} ${block.lines[0] ?? ''}`);
    continue;
  }
  for (const { command, at, expected } of commands(block)) {
    const parts = command.split(' && ').filter((part) => !values.already.includes(part.trim()));
    if (parts.length === 0) {
      console.log(`readme: already run: ${file}:${at} ${command}`);
      continue;
    }
    ran += 1;
    const from = Date.now();
    const result = spawnSync('bash', ['-c', `{ ${parts.join(' && ')}\n} 2>&1`], {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', COLUMNS: '120' },
      maxBuffer: 1 << 28,
      timeout: COMMAND_MILLISECONDS_MAX,
    });
    const output = shown(result.stdout ?? '');
    const wanted = trimmed(expected);
    const missing = wanted.some((line) => line !== '') ? firstMissing(wanted, output) : undefined;
    const ok = result.status === 0 && missing === undefined;
    const seconds = ((Date.now() - from) / 1000).toFixed(1);
    console.log(`readme: ${ok ? 'ok' : 'FAILED'}: ${file}:${at} ${command} (${seconds} s)`);
    if (ok) continue;
    failures += 1;
    if (result.status !== 0) console.log(`  exit code ${result.status ?? result.signal}, expected 0`);
    if (missing !== undefined) console.log(`  not printed, or not there: ${missing}`);
    console.log(['  it printed:', ...output.slice(0, 200)].join('\n  | '));
  }
}
console.log(`readme: ${ran} commands ran, ${failures} failed, ${skipped} blocks marked not run`);
if (ran === 0) console.log('readme: FAILED: the README shows no command that could be run');
process.exit(failures === 0 && ran > 0 ? 0 : 1);
