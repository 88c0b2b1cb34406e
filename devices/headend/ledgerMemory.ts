/**
 * The whole content of a key ledger, for storage beyond the process. It holds keys, so a stored copy must be readable
 * by its owner only. The Master Key is not part of it.
 */
import { z } from 'zod';
import { LEDGER_STATES } from '../../src/keys/keyring.ts';
import { ROTATION_ORDER, ROTATION_STATES } from '../../src/keys/rotation.ts';

const type = z.enum(ROTATION_ORDER);
const counter = z
  .int()
  .min(-1)
  .max(2 ** 33);
const rotation = z.enum(ROTATION_STATES);

export const ledgerMemorySchema = z.strictObject({
  rows: z
    .array(
      z.strictObject({
        type,
        state: z.enum(LEDGER_STATES),
        key: z.string().regex(/^[0-9A-F]{32}$/),
        nextCounter: counter,
        serverCounter: counter,
      }),
    )
    .refine(
      (rows) =>
        ROTATION_ORDER.every((of) => rows.filter((row) => row.type === of && row.state === 'ACTIVE').length === 1),
      'one active key of each type',
    ),
  rotation: z.strictObject({ gak: rotation, guek: rotation }),
  pending: z.array(type),
  sentThisRound: z.array(type),
});

export type LedgerMemory = z.output<typeof ledgerMemorySchema>;

/** Called with every change that must survive a crash, before any message that depends on it is sent. */
export type OnLedger = (memory: () => LedgerMemory) => void;
