// The gate of signposts: every document, path and anchor that a comment, a message or a Markdown file of this project
// names must exist, no table cell of a Markdown file is longer than 60 characters, and no line of prose is longer than
// 120. Reads the files that git tracks.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const CELL_MAX = 60;
const LINE_MAX = 120;

/** Files whose paths are made up: they test the gates, or show what a user's own folder may hold. */
const MADE_UP = /^(test\/gates\/|test\/package\/|package-lock\.json)/;

/** `src/docs/meaning.md`, `sim/world/dice/draws.ts`; also without the ending, which comments may leave out. */
const PATH = /(?<![\w./@*-])(?:src|sim|devices|test|scenarios|\.ci|\.github)\/[\w./-]*[\w](?![\w*{<$]|\/[\w*{<$])/g;
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

const root = process.cwd();
const tracked = new Set(
  execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' }).split('\n'),
);
const folders = new Set([...tracked].flatMap((path) => above(path)));
const faults = [];

function above(path) {
  const all = [];
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) all.push(folder);
  return all;
}

const ENDINGS = ['', '.ts', '.mjs', '.md', '.yaml', '.test.ts', '.json'];
const isThere = (path) => {
  const bare = path.replace(/\/$/, '');
  return folders.has(bare) || ENDINGS.some((ending) => tracked.has(bare + ending));
};

/** Anchors that Markdown gives to headings: small letters, hyphens, nothing else. */
function anchorsOf(path) {
  const text = readFileSync(join(root, path), 'utf8');
  return new Set(
    [...text.matchAll(/^#+ +(.*)$/gm)].map(([, title]) =>
      title
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Comments of code: what imports and literals say is checked by the compiler and by tests. */
function commentsOf(text) {
  return text.split('\n').map((line) => /(?:^\s*(?:\/\/|\*|\/\*|#)|\s\/\/ )(.*)$/.exec(line)?.[1] ?? '');
}

function checkLines(file, lines) {
  for (const [at, line] of lines.entries()) {
    for (const [path] of line.matchAll(PATH)) {
      const clean = path.replace(/[.,;:]+$/, '');
      if (!isThere(clean)) faults.push(`${file}:${at + 1}: names ${clean}, which is not there`);
    }
  }
}

function checkLinks(file, text) {
  for (const [, target] of text.matchAll(LINK)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path, anchor] = target.split('#');
    const to = path === '' ? file : normalize(join(dirname(file), path));
    if (!isThere(to)) faults.push(`${file}: links to ${target}, which is not there`);
    else if (anchor !== undefined && to.endsWith('.md') && existsSync(join(root, to)) && !anchorsOf(to).has(anchor))
      faults.push(`${file}: links to ${target}, and ${to} has no such heading`);
  }
}

function checkLayout(file, text) {
  let isCode = false;
  for (const [at, line] of text.split('\n').entries()) {
    if (/^\s*```/.test(line)) isCode = !isCode;
    if (isCode) continue;
    const isTable = line.trimStart().startsWith('|');
    if (isTable && !/^[|\s:-]+$/.test(line)) {
      const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      const long = cells.find((cell) => cell.length > CELL_MAX);
      if (long !== undefined)
        faults.push(
          `${file}:${at + 1}: a cell of ${long.length} characters, at most ${CELL_MAX} fit: ${long.slice(0, 40)}...`,
        );
    } else if (!isTable && line.length > LINE_MAX && !/\S{100,}|^<!--/.test(line))
      faults.push(`${file}:${at + 1}: a line of ${line.length} characters, at most ${LINE_MAX} fit`);
  }
}

let checked = 0;
for (const file of tracked) {
  if (!/\.(ts|mjs|cjs|js|md|yaml)$/.test(file) || MADE_UP.test(file) || !existsSync(join(root, file))) continue;
  const text = readFileSync(join(root, file), 'utf8');
  checked += 1;
  if (file.endsWith('.md')) {
    checkLines(file, text.split('\n'));
    checkLinks(file, text);
    checkLayout(file, text);
  } else checkLines(file, /\.(config\.js|cjs)$/.test(file) ? text.split('\n') : commentsOf(text));
}
if (checked === 0) faults.push('signposts: no file was found to check');

for (const fault of faults) console.error(fault);
console.log(`signposts: ${checked} files, ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
