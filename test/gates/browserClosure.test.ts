// The closure of what runs in a page: a worker made from one file, under a policy that forbids `eval`, without Node.
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A page counts with the worker and reads the scenarios that people change on it. */
const ENTRIES = [
  ...readdirSync(join(ROOT, 'sim/browser')).map((name) => `sim/browser/${name}`),
  'sim/scenario/load.ts',
];
/** Packages that were looked at: each runs in a page. */
const PACKAGES = ['@noble/hashes', 'd3-scale', 'd3-shape', 'seedrandom', 'yaml', 'zod'];

interface Closure {
  readonly files: readonly string[];
  readonly faults: readonly string[];
}

/** Every file that the entries import at run time, and what in them a page cannot have. */
function closureOf(entries: readonly string[], read: (file: string) => string): Closure {
  const files = new Set<string>();
  const faults: string[] = [];
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const tree = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
    for (const name of importsOf(tree)) {
      if (name.startsWith('.')) waiting.push(join(dirname(file), name));
      else if (name.startsWith('node:') || builtinModules.includes(name)) faults.push(`${file}: imports ${name}`);
      else if (!PACKAGES.some((allowed) => name === allowed || name.startsWith(`${allowed}/`)))
        faults.push(`${file}: imports the package ${name}, which is not on the list`);
    }
    faults.push(...evaluations(tree).map((text) => `${file}: evaluates text, ${text}`));
  }
  return { files: [...files], faults };
}

function importsOf(tree: ts.SourceFile): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const clause = ts.isImportDeclaration(node) ? node.importClause : node;
      const isTypeOnly = clause !== undefined && 'isTypeOnly' in clause && clause.isTypeOnly;
      if (!isTypeOnly) names.push((node.moduleSpecifier as ts.StringLiteral).text);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      names.push(argument && ts.isStringLiteral(argument) ? argument.text : 'node:unknown');
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return names;
}

function evaluations(tree: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isCall = ts.isCallExpression(node) || ts.isNewExpression(node);
    if (isCall && ts.isIdentifier(node.expression) && ['eval', 'Function'].includes(node.expression.text))
      found.push(node.getText().slice(0, 60));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

test('what runs in a page needs neither Node nor the right to evaluate text', () => {
  const { files, faults } = closureOf(ENTRIES, (file) => readFileSync(join(ROOT, file), 'utf8'));
  expect(files).toContain('sim/kernel/model/model.ts');
  // A page holds the life in its compiled form alone.
  expect(files).not.toContain('sim/kernel/life/life.ts');
  expect(files).toContain('src/document/layers.ts');
  expect(faults).toEqual([]);
});

test('a module of Node, an unknown package and evaluated text are found wherever they stand', () => {
  const texts: Readonly<Record<string, string>> = {
    'a/one.ts': "import { x } from './two.ts';\nimport type { T } from 'node:net';\nexport const y: T = x;\n",
    'a/two.ts': "export { x } from '../three.ts';\nimport { cpus } from 'os';\n",
    'three.ts': "import chalk from 'chalk';\nexport const x = new Function('return 1');\nvoid import('node:fs');\n",
  };
  const { files, faults } = closureOf(['a/one.ts'], (file) => texts[file] ?? '');
  expect(files).toEqual(['a/one.ts', 'a/two.ts', 'three.ts']);
  expect(faults).toEqual([
    'a/two.ts: imports os',
    'three.ts: imports the package chalk, which is not on the list',
    'three.ts: imports node:fs',
    "three.ts: evaluates text, new Function('return 1')",
  ]);
});
