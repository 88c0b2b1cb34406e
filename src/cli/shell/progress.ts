import { Presets, SingleBar } from 'cli-progress';

/** Where progress is shown: standard error, or what a test puts in its place. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface Progress {
  /** The share that is done, from 0 to 1. */
  update(share: number): void;
  stop(): void;
}

/** Plain progress is a line at each of these shares: enough for a log, and none at the end, where the answer stands. */
const LINES_AT = [0.25, 0.5, 0.75];

/** Whether a line can be written over again: on a terminal that knows how. In a log or a pipe control characters are noise. */
function canRewrite(stream: ProgressStream, term: string | undefined): boolean {
  return stream.isTTY === true && term !== 'dumb';
}

/** A bar while a person watches; else plain lines, without control characters. */
export function progressOn(
  stream: ProgressStream & NodeJS.WritableStream,
  term: string | undefined,
  doing = 'simulating',
): Progress {
  return canRewrite(stream, term) ? bar(stream, doing) : lines(stream, doing);
}

function bar(stream: NodeJS.WritableStream, doing: string): Progress {
  const shown = new SingleBar(
    { format: `${doing} {bar} {percentage}%  {duration_formatted}`, stream, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  shown.start(1, 0);
  return { update: (share) => shown.update(share), stop: () => shown.stop() };
}

function lines(stream: ProgressStream, doing: string): Progress {
  let next = 0;
  return {
    update(share) {
      const passed = LINES_AT.filter((at) => at <= share).length;
      if (passed > next && share < 1) stream.write(`${doing}: ${(LINES_AT[passed - 1] as number) * 100} %\n`);
      next = Math.max(next, passed);
    },
    stop: () => undefined,
  };
}

/** A count of rows: written over again on a terminal, else a line a million rows. */
export function rowProgress(
  stream: ProgressStream,
  options: { readonly term: string | undefined; readonly now: () => number; readonly text: (rows: number) => string },
): { readonly add: (rows: number) => void; readonly end: () => void } {
  let rows = 0;
  if (!canRewrite(stream, options.term)) {
    let next = ROWS_A_LINE;
    return {
      add(more) {
        rows += more;
        if (rows < next) return;
        next = (Math.floor(rows / ROWS_A_LINE) + 1) * ROWS_A_LINE;
        stream.write(`${options.text(rows)}\n`);
      },
      end: () => undefined,
    };
  }
  let shown = options.now();
  return {
    add(more) {
      rows += more;
      if (options.now() - shown < REWRITE_MILLISECONDS) return;
      shown = options.now();
      stream.write(`\r${options.text(rows)}`);
    },
    end: () => void stream.write('\r\u001b[K'),
  };
}

const ROWS_A_LINE = 1_000_000;
const REWRITE_MILLISECONDS = 200;
