import type { History } from '../../migration/history.ts';
import type { Instant } from '../../time.ts';
import type { Refuse } from '../record/refusal.ts';
import { readDmcEvents } from './dmcEvents.ts';
import { noCounts, type JoinCounts, type Judgement } from './judge.ts';
import { mergeJoin, ORDERS, OutOfOrder, type JoinInputs } from './mergeJoin.ts';
import { PARTITION_ROWS, partitionJoin } from './partitionJoin.ts';

/** Where results go. One is opened for each way of joining that is tried; all but the last are discarded. */
export interface JoinSink<R> {
  readonly refuse: Refuse;
  /** Called in the order of the installations file. */
  emit(installationId: string, result: R): void;
  /** What came until now is void. */
  discard(): void;
}

export interface JoinOptions<R, S extends JoinSink<R>> {
  readonly asOf: Instant;
  /** Decides one history; its result must survive JSON. Undefined: nothing to say of it. */
  readonly decide: (history: History) => R | undefined;
  readonly open: () => S;
  readonly progress?: (rows: number) => void;
  /** An empty folder for temporary files; the caller removes it. */
  readonly temporary: string;
  /** About how many rows a partition holds, where files share no order; PARTITION_ROWS unless given. */
  readonly partitionRows?: number;
}

export interface Joined<S> {
  readonly sink: S;
  readonly counts: JoinCounts;
  /** How the files were joined: in an order that they share, or by way of temporary files. */
  readonly joinedBy: 'numeric' | 'lexicographic' | 'partitions';
}

/**
 * Joins installations, attempts and events into histories and decides each.
 *
 * Files that all stand in ascending order of the id - as numbers where all ids are whole numbers, else by their text -
 * are joined in flat memory, each read once. Rows of DMCs may stand anywhere. The first row out of order ends that,
 * and the files are read again by way of temporary files (`partitionJoin` states the memory).
 * The results are the same and come in the order of the installations. Throws FileRefused and what the sink throws.
 */
export async function joinHistories<R, S extends JoinSink<R>>(
  inputs: JoinInputs,
  options: JoinOptions<R, S>,
): Promise<Joined<S>> {
  for (const order of ORDERS) {
    const sink = options.open();
    try {
      const judgement = await judgementFor(inputs, options, sink);
      await mergeJoin(inputs, order, judgement, (history) => {
        const result = options.decide(history);
        if (result !== undefined) sink.emit(history.installation.installationId, result);
      });
      return { sink, counts: judgement.counts, joinedBy: order.name };
    } catch (error) {
      if (!(error instanceof OutOfOrder)) throw error;
      sink.discard();
    }
  }
  const sink = options.open();
  const judgement = await judgementFor(inputs, options, sink);
  await partitionJoin<R>(inputs, judgement, {
    folder: options.temporary,
    partitionRows: options.partitionRows ?? PARTITION_ROWS,
    decide: options.decide,
    emit: (id, result) => sink.emit(id, result),
  });
  return { sink, counts: judgement.counts, joinedBy: 'partitions' };
}

async function judgementFor<R, S extends JoinSink<R>>(
  inputs: JoinInputs,
  options: JoinOptions<R, S>,
  sink: S,
): Promise<Judgement> {
  const counts = noCounts();
  const { asOf, progress = (): void => undefined } = options;
  const refuse: Refuse = (row) => sink.refuse(row);
  const names = (record: keyof JoinInputs): string[] => inputs[record].map((input) => input.name);
  return {
    asOf,
    counts,
    refuse,
    progress,
    files: { installations: names('installations'), attempts: names('attempts'), events: names('events') },
    dmcs: await readDmcEvents(inputs.events, { asOf, refuse, counts }),
  };
}
