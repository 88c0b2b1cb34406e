// The messages of the engine protocol as types, and the rows of the records as the bench's own (in your project, import them
// from 'smets1-bench'). It decides by the proposed rules, whatever the greeting says.
import { engine, formatInstant, parseInstant, VARIOUS1, type History } from '../../../src/index.ts';

type Row = Readonly<Record<string, string | null>>;

/** A question of the bench. */
export interface Request {
  readonly id: number;
  readonly asOf: string;
  readonly installation: Row;
  readonly attempts: readonly Row[];
  readonly events: readonly Row[];
}

const decider = engine(VARIOUS1);

/** The verdicts on a question, as the protocol has them. */
export function decideRequest({ installation, attempts, events, asOf }: Request): unknown[] {
  const history = historyOf(installation, attempts, events);
  return decider.decide(history, parseInstant(asOf) as number).verdicts.map((row) => ({
    category: row.category,
    clause: row.clause,
    excludes: row.excludes,
    met_at: formatInstant(row.metAt),
    effective_from: row.effectiveFrom === null ? null : formatInstant(row.effectiveFrom),
    counted: row.counted,
    evidence: row.evidence.map(formatInstant),
    reported: row.reported,
  }));
}

function historyOf(of: Row, attempts: readonly Row[], events: readonly Row[]): History {
  const text = (row: Row, column: string): string => row[column] ?? '';
  const at = (row: Row): number => parseInstant(text(row, 'at')) as number;
  return {
    installation: {
      installationId: text(of, 'installation_id'),
      cohort: text(of, 'cohort') as History['installation']['cohort'],
      groupId: text(of, 'group_id'),
      mpan: text(of, 'mpan'),
      esmeDormant: of['esme_dormant'] === 'yes',
      electricityPaymentMode: text(of, 'electricity_payment_mode') as 'credit',
      electricitySupplier: text(of, 'electricity_supplier'),
      dmc: text(of, 'dmc'),
      gas: of['mprn']
        ? {
            mprn: of['mprn'],
            dormant: of['gsme_dormant'] === 'yes',
            paymentMode: text(of, 'gas_payment_mode') as 'credit',
            supplier: text(of, 'gas_supplier'),
          }
        : null,
    },
    attempts: attempts.map((row) => ({
      at: at(row),
      kind: text(row, 'kind') as 'migration',
      outcome: text(row, 'outcome'),
      cause: text(row, 'cause') as 'device',
      table510: row['table_5_10'] === 'yes',
    })),
    events: events.map((row) => ({ at: at(row), event: text(row, 'event') as 'readmit', value: text(row, 'value') })),
  };
}
