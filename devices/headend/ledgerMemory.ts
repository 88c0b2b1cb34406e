/**
 * All that a key ledger knows, for the one place where it outlives the process. It holds keys: whoever writes it down does so
 * for its owner alone. The Master Key is not part of it.
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

/** Told of every change that must outlive a crash, before anything that rests on it is sent. */
export type OnLedger = (memory: () => LedgerMemory) => void;
