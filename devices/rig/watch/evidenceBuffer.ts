/**
 * Limits how often evidence is written down, because some sources speak every few seconds for weeks. The evidence of
 * one source about one link is written at most every half hour (our assumption). Evidence held back is written before
 * anything depends on it; only written evidence counts as known.
 */
import type { Instant } from '../../../src/time.ts';
import type { Evidence, WatchState } from './watchState.ts';

const BETWEEN_SECONDS = 1800;

export class EvidenceBuffer {
  private readonly state: WatchState;
  private readonly written = new Map<string, Instant>();
  private readonly held = new Map<string, Evidence>();

  constructor(state: WatchState) {
    this.state = state;
    for (const one of state.evidence) this.noteWritten(one);
  }

  /** Returns the evidence that must be written now: the given piece, or nothing yet. */
  take(evidence: Evidence): readonly Evidence[] {
    const key = keyOf(evidence);
    const last = this.written.get(key);
    if (this.state.has(evidence) || (last !== undefined && evidence.at <= last)) return [];
    if (last !== undefined && evidence.at < last + BETWEEN_SECONDS) {
      const held = this.held.get(key);
      if (held === undefined || held.at < evidence.at) this.held.set(key, evidence);
      return [];
    }
    this.held.delete(key);
    this.noteWritten(evidence);
    return [evidence];
  }

  /** Returns all evidence that was held back. */
  flush(): readonly Evidence[] {
    const all = [...this.held.values()];
    this.held.clear();
    for (const one of all) this.noteWritten(one);
    return all;
  }

  private noteWritten(evidence: Evidence): void {
    const key = keyOf(evidence);
    this.written.set(key, Math.max(evidence.at, this.written.get(key) ?? -Infinity));
  }
}

function keyOf({ link, source }: Evidence): string {
  return `${link} ${source}`;
}
