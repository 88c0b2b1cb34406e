/**
 * The SMSO's desk: where a migration request is taken up and its data come from. Messages are JSON over a link of their own, so
 * that a fault on the system's side is something the rig meets on a wire as well. The format is ours.
 */
import type { Installation } from '../../src/installation/installation.ts';
import type { StepId } from '../../src/migration/steps.ts';
import type { DeskCondition } from '../link/realise.ts';
import { memoryPair } from '../transport/memory.ts';
import type { Timers } from '../transport/timers.ts';

/** Each step is ordered at the desk; what is no answer of this form is a fault of the system. */
export interface DeskOrder {
  readonly step: StepId;
  readonly installationId: string;
}

export type DeskAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'record'; readonly mpan: string; readonly mprn: string; readonly dmc: string }
  /** One display a row, by whether it meets the definition. */
  | { readonly kind: 'displays'; readonly meetsDefinition: readonly boolean[] };

/** Seconds until the DCC gives an unanswered order up. Our assumption. */
export const DESK_SECONDS = 60;

/** The desk as the SMSO answers there. */
export interface DeskBooks {
  readonly installation: Installation;
  readonly displaysMeetDefinition: readonly boolean[];
  readonly condition: () => DeskCondition;
  /** How long the DCC waits for an answer. */
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

/** Orders over a link in memory, in virtual time. */
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
      const reply = answer(JSON.parse(new TextDecoder().decode(bytes)) as DeskOrder, books);
      if (reply) link.server.write(new TextEncoder().encode(JSON.stringify(reply)));
    });
    link.client.onData((bytes) => end(JSON.parse(new TextDecoder().decode(bytes))));
    link.client.write(new TextEncoder().encode(JSON.stringify(order)));
  };
}
