import { formatPath, type Path } from './path.ts';
import { problemAt, type Problem } from './problem.ts';
import { foundText, positionAt, treeAt, type Tree } from './tree.ts';

/** A fault that concerns several fields of a document together. The loader adds the position. */
export interface FieldFault {
  readonly path: Path;
  /** A description of what was found. By default it is the value at the path. */
  readonly found?: string;
  readonly expected: string;
  readonly nearest?: string;
  readonly mend?: string;
}

/** The fault as a problem with its position in a document. */
export function faultProblem(tree: Tree, { path, found, ...rest }: FieldFault): Problem {
  return problemAt(positionAt(tree, path), formatPath(path), {
    found: found ?? foundText(treeAt(tree, path)),
    ...rest,
  });
}
