/** What is tried where a device gives no association list: objects that nearly every meter has. The choice is ours. */
import { obis } from '../cosem/object.ts';
import type { AskedObject } from './readingTargets.ts';

const USUAL: readonly (readonly [classId: number, name: string])[] = [
  [1, '0.0.42.0.0.255'],
  [8, '0.0.1.0.0.255'],
  [1, '0.0.96.1.0.255'],
  [1, '0.0.96.1.1.255'],
  [1, '1.0.0.2.0.255'],
  [3, '1.0.1.8.0.255'],
  [3, '1.0.2.8.0.255'],
  [3, '1.0.1.7.0.255'],
  [3, '1.0.32.7.0.255'],
  [3, '1.0.31.7.0.255'],
  [3, '7.0.3.0.0.255'],
  [7, '1.0.99.1.0.255'],
  [7, '0.0.99.98.0.255'],
];

export const USUAL_OBJECTS: readonly AskedObject[] = USUAL.map(([classId, name]) => ({
  classId,
  ln: obis(name),
  attribute: undefined,
  range: undefined,
}));
