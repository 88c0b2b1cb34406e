import type { History } from '../../migration/history.ts';
import type { Instant } from '../../time.ts';
import type { Refuse } from '../record/refusal.ts';
import { readDmcEvents } from './dmcEvents.ts';
import { noCounts, type JoinCounts, type Judgement } from './judge.ts';
import { mergeJoin, ORDERS, OutOfOrder, type JoinInputs } from './mergeJoin.ts';
import { PARTITION_ROWS, partitionJoin } from './partitionJoin.ts';

/** The receiver of results. One is opened for each way of joining that is tried, and all but the last are discarded. */
export interface JoinSink<R> {
  readonly refuse: Refuse;
  /**
   * Receives one result. It is called in the order of the installations file. If it returns a promise, reading waits for
   * it.
   */
  emit(installationId: string, result: R): void | Promise<void>;
  /** Voids all results received so far. */
  discard(): void;
}

export interface JoinOptions<R, S extends JoinSink<R>> {
  readonly asOf: Instant;
  /** Decides one history. The result must survive JSON. Undefined means that there is no result. */
  readonly decide: (history: History) => R | undefined;
  readonly open: () => S;
  readonly progress?: (rows: number) => void;
  /** An empty folder for temporary files. The caller removes it. */
  readonly temporary: string;
  /** The approximate number of rows of a partition, used if the files share no order. The default is PARTITION_ROWS. */
  readonly partitionRows?: number;
}

export interface Joined<S> {
  readonly sink: S;
  readonly counts: JoinCounts;
  /** The way in which the files were joined: in an order that they share, or through temporary files. */
  readonly joinedBy: 'numeric' | 'lexicographic' | 'partitions';
}

/**
 * Joins installations, attempts and events into histories and decides each.
 *
 * If all files are in ascending order of the id, they are joined in flat memory and each is read once. The order is
 * numeric if all ids are whole numbers, otherwise it is that of the text. Rows of DMCs may be anywhere. At the first
 * row out of order this stops, and the files are read again through temporary files (`partitionJoin` states the
 * memory). The results are the same and come in the order of the installations.
 * @throws FileRefused, and the errors of the sink
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
        return result === undefined ? undefined : sink.emit(history.installation.installationId, result);
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
