// The gate of the four package faces: every name that src/index.ts, sim/index.ts, devices/index.ts and test/kit/index.ts
// export has a docstring of its own. TypeDoc shows these texts, and so does an editor.
import { join } from 'node:path';
import ts from 'typescript';

const FACES = ['src/index.ts', 'sim/index.ts', 'devices/index.ts', 'test/kit/index.ts'];
/** Shorter than this a text only repeats the name. The number is ours. */
const CHARACTERS_MIN = 20;

const root = process.cwd();
const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
const program = ts.createProgram(
  FACES.map((face) => join(root, face)),
  options,
);
const checker = program.getTypeChecker();

const faults = [];
let names = 0;
for (const face of FACES) {
  const source = program.getSourceFile(join(root, face));
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) {
    faults.push(`${face}: it exports nothing`);
    continue;
  }
  for (const exported of checker.getExportsOfModule(module)) {
    names += 1;
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
    if (text.length >= CHARACTERS_MIN) continue;
    const at = symbol.declarations?.[0];
    const file = at?.getSourceFile().fileName.slice(root.length + 1) ?? face;
    const line = at ? at.getSourceFile().getLineAndCharacterOfPosition(at.getStart()).line + 1 : 1;
    faults.push(`${file}:${line}: ${exported.getName()}, which ${face} exports, has no docstring`);
  }
}
for (const fault of faults) console.error(fault);
console.log(`faces: ${names} names, ${faults.length} faults`);
process.exit(faults.length === 0 && names > 0 ? 0 : 1);
