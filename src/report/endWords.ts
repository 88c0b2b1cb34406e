/** The words of reports for the ends of an installation's story. A scenario may define its own labels. */
const END_WORDS: Readonly<Record<string, string>> = {
  'migrated': 'migrated',
  'migratedEsmeOnly': 'electricity meter alone',
  'excluded:master-key': 'excluded: Master Key',
  'excluded:uneconomic-to-test': 'excluded: uneconomic to test',
  'excluded:no-wan-before': 'excluded: no WAN before',
  'excluded:no-wan-attempting': 'excluded: no WAN attempting',
  'excluded:gt01': 'excluded: gas meter (GT01)',
  'excluded:five-retries': 'excluded: failed attempts',
  'replaced': 'replaced for another reason',
  'unresolved:notScheduled': 'never scheduled',
  'unresolved:awaitingPreparation': 'waiting for preparation',
  'unresolved:awaitingAttempt': 'waiting for an attempt',
  'unresolved:retrying': 'still being retried',
  'unresolved:categoryNotInEffect': 'qualifies, not in effect',
  'unresolved:blockedEpcl': 'blocked: no EPCL entry',
  'unresolved:blockedDisplay': 'blocked: in-home display',
  'unresolved:awaitingMasterKey': 'waiting for its Master Key',
};

/** The words for an end. A label of the scenario is returned as it is. */
export function endWords(end: string): string {
  return END_WORDS[end] ?? end;
}
