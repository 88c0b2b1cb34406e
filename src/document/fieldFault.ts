import type { Path } from './path.ts';

/** A fault that concerns several fields of a document together. The loader adds the position. */
export interface FieldFault {
  readonly path: Path;
  /** A description of what was found. By default it is the value at the path. */
  readonly found?: string;
  readonly expected: string;
  readonly nearest?: string;
  readonly mend?: string;
}
