import { duration } from '../../text/words.ts';
import { ProgressFile } from './progressFile.ts';
import type { Io, OutputStream } from '../shell/io.ts';

/** What has become of the cells of a sweep so far. */
export interface CellTally {
  computed: number;
  reused: number;
  failed: number;
  /** Points whose scenario is refused. */
  refused: number;
}

/** A line is written over at most so often, and plain lines are at least so far apart; ours. */
const REWRITE_SECONDS = 0.2;
const PLAIN_SECONDS = 10;
/** The file for `live` is written at most so often; ours. */
const FILE_SECONDS = 1;

/** Says how far the cells have got, and about how long the rest takes: on a terminal in one line, else now and then. */
export class SweepProgress {
  readonly tally: CellTally = { computed: 0, reused: 0, failed: 0, refused: 0 };
  private readonly err: OutputStream;
  private readonly elapsed: () => number;
  private readonly rewrites: boolean;
  private total = 0;
  private lives = 0;
  private livesDone = 0;
  private began = 0;
  private shown = 0;
  private written = 0;
  private readonly file: ProgressFile;

  /** @param store the folder of the cells, where `live` looks for the state */
  constructor({ err, env, elapsed }: Io, store: string) {
    this.file = new ProgressFile(store);
    this.err = err;
    this.elapsed = elapsed;
    this.rewrites = err.isTTY === true && env['TERM'] !== 'dumb';
  }

  /** Before the cells: how many there are, and how many lives the missing ones have. */
  begin({ total, lives }: { readonly total: number; readonly lives: number }): void {
    Object.assign(this, { total, lives, livesDone: 0 });
    this.began = this.elapsed();
    this.shown = this.began;
    this.writeFile(true);
    this.show(true);
  }

  planning(share: number): void {
    if (this.rewrites && this.isTime(REWRITE_SECONDS))
      this.err.write(`\rplanning: ${Math.floor(share * 100)} %\u001b[K`);
  }

  done(lives: number): void {
    this.livesDone += lives;
    this.show(false);
    this.writeFile(false);
  }

  end(): void {
    this.file.remove();
    if (this.rewrites) this.err.write('\r\u001b[K');
    else if (this.total > 0) this.err.write(`${this.text()}\n`);
  }

  private show(always: boolean): void {
    if (!always && !this.isTime(this.rewrites ? REWRITE_SECONDS : PLAIN_SECONDS)) return;
    this.err.write(this.rewrites ? `\r${this.text()}\u001b[K` : `${this.text()}\n`);
  }

  private writeFile(always: boolean): void {
    if (!always && this.elapsed() - this.written < FILE_SECONDS) return;
    this.written = this.elapsed();
    const { lives, livesDone, began, total } = this;
    this.file.write({ cells: total, ...this.tally, lives, livesDone, seconds: Math.round(this.elapsed() - began) });
  }

  private isTime(seconds: number): boolean {
    if (this.elapsed() - this.shown < seconds) return false;
    this.shown = this.elapsed();
    return true;
  }

  private text(): string {
    const { computed, reused, failed, refused } = this.tally;
    const parts = [`cells: ${computed} computed, ${reused} reused of ${this.total}`];
    if (failed > 0) parts.push(`${failed} failed`);
    if (refused > 0) parts.push(`points refused: ${refused}`);
    const left = this.lives - this.livesDone;
    if (this.livesDone > 0 && left > 0)
      parts.push(`about ${duration(rounded(((this.elapsed() - this.began) * left) / this.livesDone))} left`);
    return parts.join(', ');
  }
}

/** Seconds up to a minute and a half, then whole minutes: it is a guess. */
function rounded(seconds: number): number {
  return seconds < 90 ? Math.ceil(seconds) : Math.ceil(seconds / 60) * 60;
}
