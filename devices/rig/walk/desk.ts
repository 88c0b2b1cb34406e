/**
 * The SMSO's desk takes up migration requests and supplies their data. Its JSON messages travel over a link of their
 * own, so that the rig meets a fault of the system on a wire as well. The format is ours.
 */
import { z } from 'zod';
import type { Installation } from '../../../src/installation/installation.ts';
import { STEP_IDS } from '../../../src/migration/steps.ts';
import type { DeskCondition } from '../../link/realise.ts';
import { decodeJson } from '../../mqtt/messages.ts';
import { memoryPair } from '../../transport/memory.ts';
import type { Timers } from '../../transport/timers.ts';

const orderSchema = z.object({ step: z.enum(STEP_IDS), installationId: z.string() });
/** An order to the desk. The desk receives one for each step. */
export type DeskOrder = z.infer<typeof orderSchema>;

const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('accepted') }),
  z.object({ kind: z.literal('refused') }),
  z.object({ kind: z.literal('record'), mpan: z.string(), mprn: z.string(), dmc: z.string() }),
  // One element per display: true if the display meets the definition.
  z.object({ kind: z.literal('displays'), meetsDefinition: z.array(z.boolean()).readonly() }),
]);
export type DeskAnswer = z.infer<typeof answerSchema>;

/**
 * Decodes an answer of the desk. Returns undefined for any other content; the rig treats that as a fault of the system,
 * like a missing answer.
 */
export function decodeDeskAnswer(bytes: Uint8Array): DeskAnswer | undefined {
  const decoded = decodeJson(answerSchema, bytes);
  return decoded.ok ? decoded.value : undefined;
}

/** The DCC gives up an unanswered order after this many seconds. Our assumption. */
export const DESK_SECONDS = 60;

/** The data from which the desk answers at the SMSO. */
export interface DeskBooks {
  readonly installation: Installation;
  readonly displaysMeetDefinition: readonly boolean[];
  readonly condition: () => DeskCondition;
  /** Time that the DCC waits for an answer, in seconds. Default: {@link DESK_SECONDS}. */
  readonly timeoutSeconds?: number;
}

function answer(
  order: DeskOrder,
  { installation, displaysMeetDefinition, condition }: DeskBooks,
): DeskAnswer | undefined {
  const now = condition();
  if (now === 'unavailable') return undefined;
  if (now === 'refuses') return { kind: 'refused' };
  const isBad = now === 'badData';
  switch (order.step) {
    case 'installationData': {
      const { mpan, dmc, gas } = installation;
      return { kind: 'record', mpan: isBad ? `${mpan}0` : mpan, mprn: gas?.mprn ?? '', dmc };
    }
    case 'displayDevices':
      return { kind: 'displays', meetsDefinition: isBad ? [false] : displaysMeetDefinition };
    default:
      return { kind: 'accepted' };
  }
}

/** Sends orders over a link in memory, in virtual time. */
export function deskLink(books: DeskBooks, timers: Timers): (order: unknown, done: (answer: unknown) => void) => void {
  return (order, done) => {
    const link = memoryPair({ timers, name: 'desk' });
    let isOver = false;
    const end = (result: unknown): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      void link.client.close();
      done(result);
    };
    const cancel = timers.after((books.timeoutSeconds ?? DESK_SECONDS) * 1000, () => end(undefined));
    link.server.onData((bytes) => {
      const taken = decodeJson(orderSchema, bytes);
      const reply = taken.ok ? answer(taken.value, books) : undefined;
      if (reply) link.server.write(new TextEncoder().encode(JSON.stringify(reply)));
    });
    link.client.onData((bytes) => end(decodeDeskAnswer(bytes)));
    link.client.write(new TextEncoder().encode(JSON.stringify(order)));
  };
}
