/** The records of src/docs/records.md as cells, in the order of their columns, for whatever a rig or a fleet did. */
import type { Installation } from '../../installation/installation.ts';
import { DMC_PREFIX } from '../../interchange/history/recordReaders.ts';
import type { Row } from '../../interchange/format/rowWriter.ts';
import { DMC_EVENTS, type Attempt } from '../../migration/history.ts';
import { formatInstant } from '../../time.ts';
import type { RigRun, RigSetup } from '../../../devices/index.ts';

const yesNo = (is: boolean): string => (is ? 'yes' : 'no');

export function installationRow(installation: Installation): Row {
  const { gas } = installation;
  return [
    installation.installationId,
    installation.cohort,
    installation.groupId,
    installation.mpan,
    gas?.mprn ?? null,
    yesNo(installation.esmeDormant),
    gas && yesNo(gas.dormant),
    installation.electricityPaymentMode,
    gas?.paymentMode ?? null,
    installation.dmc,
    installation.electricitySupplier,
    gas?.supplier ?? null,
    installation.operator ?? null,
    installation.hubModel ?? null,
  ];
}

export function attemptRow(id: string, { at, kind, outcome, cause, table510 }: Attempt): Row {
  return [id, formatInstant(at), kind, outcome, cause, yesNo(table510)];
}

export function contactRow(id: string, { at, link, source }: RigRun['contacts'][number]): Row {
  return [id, formatInstant(at), link, source];
}

/** An event of a rig file. An event of a DMC has the DMC for its subject. */
export function eventRow(
  { installationId, dmc }: Installation,
  { at, event, value }: RigSetup['document']['events'][number],
): Row {
  return [(DMC_EVENTS as readonly string[]).includes(event) ? `${DMC_PREFIX}${dmc}` : installationId, at, event, value];
}

/** Every record of one rig. */
export function recordRows(
  { attempts, contacts }: Pick<RigRun, 'attempts' | 'contacts'>,
  { installation, document }: RigSetup,
): Record<string, readonly Row[]> {
  const { installationId: id } = installation;
  const inOrder = <R extends { readonly at: number }>(rows: readonly R[]): readonly R[] =>
    rows.toSorted((a, b) => a.at - b.at);
  return {
    installations: [installationRow(installation)],
    attempts: inOrder(attempts).map((attempt) => attemptRow(id, attempt)),
    events: document.events.map((event) => eventRow(installation, event)),
    contacts: inOrder(contacts).map((contact) => contactRow(id, contact)),
  };
}
