// The gate of the import arrows and of the top level. dependency-cruiser exits 0 when it understood no file at all
// (beside a TypeScript it does not know, it checks nothing), so its report is held against the files that are there.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { roomFaults } from './rooms.mjs';

const FOLDERS = ['src', 'sim', 'devices', 'scenarios', 'test'];
/** src/README.md: the top level is fixed; tool configuration stands there only where the tool looks nowhere else. */
const TOP_LEVEL = new Set([
  ...FOLDERS,
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'README.md',
  'CHANGELOG.md',
  'eslint.config.js',
  'vitest.config.ts',
]);
/** Made by tools and ignored by git. */
const MADE = new Set(['node_modules', 'dist', 'coverage', 'out']);
const CODE = /\.(ts|mts|cts|js|mjs|cjs)$/;

const root = process.cwd();
const faults = [];

function filesUnder(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1));
}

for (const name of readdirSync(root)) {
  if (name.startsWith('.') || TOP_LEVEL.has(name) || MADE.has(name) || name.endsWith('.tgz')) continue;
  faults.push(`${name}: not of the top level (src/README.md); it belongs into ${FOLDERS.join(', ')}, or a dotfile`);
}
for (const folder of FOLDERS) {
  if (!existsSync(join(root, folder, 'README.md'))) faults.push(`${folder}/README.md: every folder has its door-plate`);
}
for (const file of filesUnder('scenarios')) {
  if (CODE.test(file)) faults.push(`${file}: scenarios/ holds data only`);
}

const present = FOLDERS.filter((folder) => existsSync(join(root, folder)));
const code = present.flatMap(filesUnder).filter((file) => CODE.test(file));
if (code.length === 0) {
  console.error('arrows: no code was found to check');
  process.exit(1);
}
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const args = [cruiser, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...present];
const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 29 });
let report;
try {
  report = JSON.parse(run.stdout);
} catch {
  console.error(run.stderr || run.stdout);
  console.error('arrows: dependency-cruiser gave no report');
  process.exit(1);
}

const cruised = new Set(report.modules.map((module) => module.source));
for (const file of code) if (!cruised.has(file)) faults.push(`${file}: dependency-cruiser did not read it`);
for (const { from, to, rule, cycle } of report.summary.violations) {
  const path = cycle ? [from, ...cycle.map((step) => step.name ?? step)].join(' -> ') : `${from} -> ${to}`;
  const { comment } = report.summary.ruleSetUsed.forbidden.find(({ name }) => name === rule.name) ?? {};
  faults.push(`${path}: ${rule.name}. ${comment ?? ''}`);
}

faults.push(...roomFaults(report.modules));

for (const fault of faults) console.error(fault);
console.log(
  `arrows: ${code.length} files, ${report.summary.totalDependenciesCruised} imports, ${faults.length} faults`,
);
process.exit(faults.length === 0 ? 0 : 1);
