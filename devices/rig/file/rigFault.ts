/** An error in a rig file: its position, what was found, what was expected, and how to mend it. */
import type { Path } from '../../../src/document/path.ts';

export interface RigFault {
  readonly path: Path;
  /** Default: the text at that position. */
  readonly found?: string;
  readonly expected: string;
  readonly mend?: string;
}
