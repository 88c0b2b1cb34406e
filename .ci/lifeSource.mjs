// Turns TypeScript of the kernel's subset into AssemblyScript. The two differ little: AssemblyScript has no `import type`,
// no `implements`, its own `assert`, logarithms of its own that differ in the last bit, and checks each index of an array.
// sim/kernel/README.md says what the subset is.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** The file whose functions stand for casts. AssemblyScript gets these in its place. */
const NUMBERS = 'src/numbers.ts';
const NUMBERS_IN_ASSEMBLYSCRIPT = `
export const IS_COMPILED: boolean = true;
// @ts-ignore: decorator
@inline export function int(value: f64): i32 { return <i32>value; }
// @ts-ignore: decorator
@inline export function addressOf<T>(array: T): i32 { return <i32>changetype<usize>(array); }
// @ts-ignore: decorator
@inline export function unsigned(word: i32): f64 { return <f64><u32>word; }
// @ts-ignore: decorator
@inline export function lowestBit(mask: i32): i32 { return ctz(mask); }
// @ts-ignore: decorator
@inline export function leadingZeros(word: i32): i32 { return clz(word); }
// @ts-ignore: decorator
@inline export function rotated(word: i32, places: i32): i32 { return rotl(word, places); }
// @ts-ignore: decorator
@inline export function topBits(word: i32, shift: i32): i32 { return <i32>(<u32>word >> shift); }
`;

/** Files without a counterpart: AssemblyScript has an \`assert\` of its own. */
const BUILT_IN = new Set(['src/assert.ts']);

/** The logarithm and the exponential are the host's, so that both ways give the same last bit. */
const HOST = `
@external("host", "log") declare function hostLog(value: f64): f64;
@external("host", "exp") declare function hostExp(value: f64): f64;
`;
const HOST_FUNCTIONS = { log: 'hostLog', exp: 'hostExp' };

/** Arrays of a fixed length. Their elements stand in the object itself, and are read with one load instead of two. */
const ARRAYS = { Float64Array: 'StaticArray<f64>', Int32Array: 'StaticArray<i32>' };
const ARRAYS_OF_NUMBERS = { 'f64[]': 'StaticArray<f64>', 'i32[]': 'StaticArray<i32>' };

/** A file named so holds only numbers that are read from the tables of the bench; AssemblyScript gets the numbers. */
export const isCodes = (file) => /[cC]odes\.ts$/.test(file);

/**
 * The AssemblyScript text of every file that `entry` reaches, by path from `root`.
 * `codesOf(file)` answers the exported numbers of a file of codes.
 */
export async function assemblyScriptSources(root, entry, codesOf) {
  const sources = new Map();
  const waiting = [entry];
  while (waiting.length > 0) {
    const file = waiting.pop();
    if (sources.has(file)) continue;
    if (file === NUMBERS) sources.set(file, NUMBERS_IN_ASSEMBLYSCRIPT);
    else if (isCodes(file)) sources.set(file, codesText(await codesOf(file)));
    else {
      const { text, imports } = translate(file, readFileSync(join(root, file), 'utf8'));
      sources.set(file, text);
      waiting.push(...imports);
    }
  }
  return sources;
}

function codesText(codes) {
  return Object.entries(codes)
    .map(([name, value]) => `export const ${name}: i32 = ${value};\n`)
    .join('');
}

function translate(file, text) {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const edits = [];
  const imports = [];
  const replace = (from, to, by) => void edits.push({ from, to, by });
  let usesHost = false;

  const visit = (node) => {
    if (ts.isImportDeclaration(node)) return translateImport(node);
    if (ts.isVariableStatement(node) && isDestructuring(node)) return destructured(node);
    if (ts.isVariableDeclaration(node) && isTable(node)) {
      // A literal has a place of its own that is known when the module is compiled; what `new` makes is looked up each time.
      const [length] = node.initializer.arguments;
      const zeros = Array.from({ length: Number(length.text) }, () => '0').join(', ');
      return replace(node.name.end, node.end, `: ${ARRAYS[node.initializer.expression.text]} = [${zeros}]`);
    }
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) {
      return replace(node.getFullStart(), node.end, '');
    }
    if (ts.isParenthesizedExpression(node) && isElementCast(node.expression)) return visitElement(node.expression);
    if (isElementCast(node)) return visitElement(node);
    if (ts.isBinaryExpression(node) && isAssignment(node) && ts.isElementAccessExpression(node.left)) {
      replace(node.getStart(), node.getStart(), 'unchecked(');
      ts.forEachChild(node.left, visit);
      visit(node.right);
      return replace(node.end, node.end, ')');
    }
    if (ts.isElementAccessExpression(node)) return unchecked(node);
    if (ts.isIfStatement(node)) splitIf(node);
    if (ts.isWhileStatement(node)) splitWhile(node);
    const array = ts.isIdentifier(node)
      ? ARRAYS[node.text]
      : ts.isArrayTypeNode(node) && ARRAYS_OF_NUMBERS[node.getText()];
    if (array) return replace(node.getStart(), node.end, array);
    if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'Math') {
      const host = HOST_FUNCTIONS[node.name.text];
      if (host !== undefined) {
        usesHost = true;
        return replace(node.getStart(), node.end, host);
      }
    }
    ts.forEachChild(node, visit);
  };
  const unchecked = (node) => {
    replace(node.getStart(), node.getStart(), 'unchecked(');
    ts.forEachChild(node, visit);
    replace(node.end, node.end, ')');
  };
  /**
   * A condition of several parts becomes several conditions. In one condition each part becomes a number first, which is then
   * tested again: that costs more than the parts.
   */
  const splitIf = ({ expression, thenStatement, elseStatement }) => {
    if (elseStatement) return;
    const parts = partsOf(expression, ts.SyntaxKind.AmpersandAmpersandToken);
    parts.slice(1).forEach((part, i) => replace(parts[i].end, part.getStart(), ') if ('));
    const ways = partsOf(expression, ts.SyntaxKind.BarBarToken);
    const then = thenStatement.getText();
    if (ways.length < 2 || !LEAVES.test(then)) return;
    replace(expression.parent.getStart(), expression.parent.getStart(), '{ ');
    ways.slice(1).forEach((way, i) => replace(ways[i].end, way.getStart(), `) ${then} if (`));
    replace(expression.parent.end, expression.parent.end, ' }');
  };
  const splitWhile = ({ expression, statement }) => {
    const parts = partsOf(expression, ts.SyntaxKind.AmpersandAmpersandToken);
    parts.slice(1).forEach((part, i) => replace(parts[i].end, part.getStart(), ') if ('));
    replace(statement.end, statement.end, ' else break;'.repeat(parts.length - 1));
  };
  /** `array[i] as T`: without its cast, which only says that the element is there. */
  const visitElement = (cast) => {
    unchecked(cast.expression);
    replace(cast.expression.end, cast.end, '');
  };
  /** `const { a, b } = x.y` becomes a constant for each name. */
  const destructured = (node) => {
    const { name, initializer } = node.declarationList.declarations[0];
    const from = initializer.getText();
    const constants = name.elements.map(
      (element) => `const ${element.name.text} = ${from}.${(element.propertyName ?? element.name).text};`,
    );
    replace(node.getStart(), node.end, constants.join(' '));
  };
  const translateImport = (node) => {
    const target = relative('.', join(dirname(file), node.moduleSpecifier.text));
    if (BUILT_IN.has(target)) return replace(node.getStart(), node.end, '');
    const { importClause } = node;
    const names = importClause.namedBindings.elements
      .map((element) => element.name.text)
      .filter((name) => name !== 'i32' && name !== 'f64');
    if (names.length === 0) return replace(node.getStart(), node.end, '');
    imports.push(target);
    return replace(node.getStart(), node.end, `import { ${names.join(', ')} } from '${node.moduleSpecifier.text}';`);
  };

  visit(tree);
  // Insertions at one place stand in the order in which they were made.
  const ordered = edits.map((edit, i) => ({ ...edit, i })).sort((a, b) => a.from - b.from || a.to - b.to || a.i - b.i);
  let out = '';
  let at = 0;
  for (const { from, to, by } of ordered) {
    out += text.slice(at, from) + by;
    at = to;
  }
  return { text: (usesHost ? HOST : '') + out + text.slice(at), imports };
}

/** Whether a declaration is a constant of the file: an array of so many numbers, the number written out. */
function isTable({ parent, initializer }) {
  if (!ts.isSourceFile(parent.parent.parent) || !initializer || !ts.isNewExpression(initializer)) return false;
  return ARRAYS[initializer.expression.text] !== undefined && ts.isNumericLiteral(initializer.arguments[0]);
}

/** What leaves a place at once, and can stand there several times. */
const LEAVES = /^(return( -?\w+)?|continue|break);$/;

/** The parts of a condition between operators of one kind; the condition itself if it has none. */
function partsOf(node, operator) {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== operator) return [node];
  return [...partsOf(node.left, operator), node.right];
}

function isElementCast(node) {
  return (ts.isAsExpression(node) || ts.isNonNullExpression(node)) && ts.isElementAccessExpression(node.expression);
}

function isDestructuring(node) {
  const [first] = node.declarationList.declarations;
  return ts.isObjectBindingPattern(first.name);
}

function isAssignment(node) {
  const { kind } = node.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
