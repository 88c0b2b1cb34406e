/** Something wrong in a rig file: where, what stands there, what was expected, and how to mend it. */
import type { Path } from '../../../src/document/path.ts';

export interface RigFault {
  readonly path: Path;
  /** Left out: what stands there. */
  readonly found?: string;
  readonly expected: string;
  readonly mend?: string;
}
