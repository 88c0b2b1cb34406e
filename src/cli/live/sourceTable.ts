import { silence, type LiveTable } from './liveTypes.ts';

/** When a source, or a link by any source, was heard last, in milliseconds since the epoch. */
type Heard = ReadonlyMap<string, number>;

/**
 * Each link and each source with how long it has been silent. A source of the rig file that has never spoken has a row,
 * too: it has been silent since the beginning.
 *
 * @param options.configured names of sources, or what their names begin with (ending in `/`)
 * @param options.since when it began, in milliseconds; undefined: not known
 * @param options.now by the calendar of the folder
 */
export function sourceTable(
  heard: Heard,
  { configured, since, now }: { readonly configured: readonly string[]; readonly since?: number | undefined; readonly now: number }, // prettier-ignore
): readonly LiveTable[] {
  const spoke = [...heard.keys()].map((name) => name.toUpperCase());
  const isHeard = (source: string): boolean =>
    spoke.some((name) =>
      source.endsWith('/') ? name.startsWith(source.toUpperCase()) : name === source.toUpperCase(),
    );
  const never = configured.filter((source) => !isHeard(source));
  if (heard.size + never.length === 0) return [];
  const silent = (at: number | undefined): string => (at === undefined ? '' : silence(at, now));
  const rows = [
    ...[...heard].map(([of, at]) => [of, `${new Date(at).toISOString().slice(0, 19)}Z`, silent(at)]),
    ...never.map((source) => [source.replace(/\/$/, ''), 'never', silent(since)]),
  ];
  return [{ caption: 'Links and sources of evidence', head: ['heard from', 'last contact', 'silent for'], rows }];
}
