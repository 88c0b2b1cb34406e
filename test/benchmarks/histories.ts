import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { COHORTS } from '../../src/installation/cohort.ts';
import { syntheticMpan, syntheticMprn } from '../../src/installation/identifiers.ts';
import { openParquet } from '../../src/interchange/format/parquetWriter.ts';
import { ATTEMPT_KINDS, CAUSES } from '../../src/migration/history.ts';
import { instant, WEEK } from '../../src/time.ts';

const BATCH = 65_536;
const YES_NO = ['yes', 'no'];
const MODES = ['credit', 'prepayment'];
const OUTCOMES = ['MA112', 'GT01', 'NO-WAN', 'ok', 'ok-esme', ...Array.from({ length: 395 }, (_, i) => `OTHER-${i}`)];

/** A number from 0 to below `range` for a row: a mixed counter, so that any part of a file can be made alone. */
function dice(row: number, salt: number, range: number): number {
  let x = Math.imul(row ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) % range;
}

/**
 * Writes `installations.parquet` and `attempts.parquet` with weekly attempts of mixed outcomes, sorted by id: a
 * workload for reading and joining, not a likely history.
 */
export async function writeHistories(folder: string, installations: number, attempts: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const int = (): Int32Array => new Int32Array(BATCH);
  const byte = (): Uint8Array => new Uint8Array(BATCH);
  const ids = int();
  const meters = openParquet(join(folder, 'installations.parquet'), 'installations', { ids: 'int32', metadata: {} });
  const mpan = new Float64Array(BATCH);
  const mprn = new Float64Array(BATCH);
  const [cohort, esme, gsme, electricity, gas, supplier] = [byte(), byte(), byte(), byte(), byte(), byte()] as const;
  const suppliers = Array.from({ length: 40 }, (_, i) => `Supplier ${i}`);
  for (let from = 0; from < installations; from += BATCH) {
    const rows = Math.min(BATCH, installations - from);
    for (let i = 0; i < rows; i += 1) {
      const n = from + i;
      ids[i] = n;
      mpan[i] = Number(syntheticMpan(10 + dice(n, 1, 14), n));
      const gasMeter = dice(n, 2, 4) > 0;
      mprn[i] = gasMeter ? Number(syntheticMprn(n)) : NaN;
      cohort[i] = dice(n, 3, 4);
      esme[i] = dice(n, 4, 4) > 0 ? 0 : 1;
      gsme[i] = gasMeter ? dice(n, 5, 2) : 255;
      electricity[i] = dice(n, 6, 2);
      gas[i] = gasMeter ? dice(n, 7, 2) : 255;
      supplier[i] = dice(n, 8, 40);
    }
    meters.append({
      rows,
      columns: {
        installation_id: ids,
        cohort: { codes: cohort, dictionary: COHORTS },
        mpan,
        mprn,
        esme_dormant: { codes: esme, dictionary: YES_NO },
        gsme_dormant: { codes: gsme, dictionary: YES_NO },
        electricity_payment_mode: { codes: electricity, dictionary: MODES },
        gas_payment_mode: { codes: gas, dictionary: MODES },
        electricity_supplier: { codes: supplier, dictionary: suppliers },
      },
    });
  }
  await meters.close();

  const file = openParquet(join(folder, 'attempts.parquet'), 'attempts', { ids: 'int32', metadata: {} });
  const [at, kind, cause, outcome] = [int(), byte(), byte(), new Uint16Array(BATCH)] as const;
  const start = instant('2021-03-01T09:00:00Z');
  for (let from = 0; from < attempts; from += BATCH) {
    const rows = Math.min(BATCH, attempts - from);
    for (let i = 0; i < rows; i += 1) {
      const n = from + i;
      const id = Math.floor((n * installations) / attempts);
      const first = Math.ceil((id * attempts) / installations);
      ids[i] = id;
      at[i] = start + dice(id, 9, 20) * WEEK + (n - first) * WEEK + dice(n, 10, 30_000);
      kind[i] = dice(n, 11, 4) === 0 ? 0 : 1;
      cause[i] = 0;
      outcome[i] = dice(n, 12, 4) > 0 ? dice(id, 13, 3) : 5 + dice(n, 14, 395);
    }
    file.append({
      rows,
      columns: {
        installation_id: ids,
        at,
        kind: { codes: kind, dictionary: ATTEMPT_KINDS },
        outcome: { codes: outcome, dictionary: OUTCOMES },
        cause: { codes: cause, dictionary: CAUSES },
      },
    });
  }
  await file.close();
}
