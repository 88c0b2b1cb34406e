import { createHash } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * This machine in the names of temporary files, eight hexadecimal digits. A process number means something on one machine
 * only, and several may share a folder.
 */
export const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
