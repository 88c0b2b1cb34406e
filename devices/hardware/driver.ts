import type { z } from 'zod';
import { checked } from '../transport/checked.ts';
import { wallTimers } from '../transport/timers.ts';
import type { Cancel, Timers } from '../transport/timers.ts';
import { DriverError, lineProcess, redacted } from './driverProcess.ts';
import type { LineProcess } from './driverProcess.ts';
import { answerSchema, DRIVER_PROTOCOL, eventSchema, helloSchema, OPERATIONS } from './driverProtocol.ts';
import type {
  Capability,
  DriverEvent,
  DriverHello,
  FailedObservation,
  Operation,
  OperationArg,
  OperationResult,
} from './driverProtocol.ts';

export interface DriverOptions {
  /** The program and its arguments. It is started without a shell. */
  readonly command: readonly string[];
  /** Working folder of the program. Default: the current one. */
  readonly cwd?: string;
  /** Time limits. Default 10 s for the hello, 60 s for an answer, 5 s for the end. */
  readonly helloSeconds?: number;
  readonly answerSeconds?: number;
  readonly closeSeconds?: number;
  /** Operations that change real hardware. They are refused unless they are named here. */
  readonly allow?: readonly 'power'[];
  readonly timers?: Timers;
  /** Starts the program. Tests supply a function that plays the program. */
  readonly launch?: typeof lineProcess;
  /** Called with each line that the driver writes to standard error. Hexadecimal runs are removed. */
  readonly onStderr?: (line: string) => void;
}

/** The result of a request at the device. */
export type DriverAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly observation: FailedObservation; readonly message: string };

/** A device that is reached through a program of its owner. A promise rejects only if the driver itself fails. */
export interface Driver {
  readonly name: string;
  readonly capabilities: readonly Capability[];
  open(endpoint: string, settings?: Readonly<Record<string, string | number | boolean | null>>): Answered<'open'>;
  probe(): Answered<'probe'>;
  lastContact(link: 'wan' | 'han'): Answered<'lastContact'>;
  read(object: string): Answered<'read'>;
  power(action: 'on' | 'off' | 'cycle'): Answered<'power'>;
  observe(listener: (event: DriverEvent) => void): Answered<'observe'>;
  /** Adds a listener that is called if the driver ends without having been asked to. */
  onEnd(listener: (error: DriverError) => void): void;
  /** Never rejects. */
  close(): Promise<void>;
}
type Answered<O extends Operation> = Promise<DriverAnswer<OperationResult<O>>>;

interface Pending {
  readonly op: Operation | 'hello';
  readonly cancel: Cancel;
  resolve(answer: DriverAnswer<unknown>): void;
  reject(error: DriverError): void;
}

/** A complete driver to start from, part of the package. `rig init` names it, and it runs unchanged. */
export const SAMPLE_DRIVER = new URL('./sampleDriver.mjs', import.meta.url);

const REQUESTS_MAX = 64;
const LAST_WORDS_MAX = 200;
/** Names the whole line in an error that concerns no single field. */
const LINE = 'the line';

/** Starts a driver and exchanges hellos. Rejects with a DriverError. */
export async function startDriver(options: DriverOptions): Promise<Driver> {
  const timers = options.timers ?? wallTimers();
  const pending = new Map<number, Pending>();
  const eventListeners = new Set<(event: DriverEvent) => void>();
  const endListeners = new Set<(error: DriverError) => void>();
  let name = options.command[0] ?? 'driver';
  let hello: DriverHello | undefined;
  let lastWords = '';
  let ended: DriverError | undefined;
  let closing = false;
  let nextId = 1;

  function end(error: DriverError): void {
    if (ended !== undefined) return;
    ended = error;
    for (const request of [...pending.values()]) {
      request.cancel();
      request.reject(error);
    }
    pending.clear();
    if (!closing) for (const listener of endListeners) listener(error);
  }

  function fault(code: 'protocol' | 'timeout', what: string): void {
    end(new DriverError(code, `driver ${name}: ${what}`));
    child.kill();
  }

  function onLine(line: string): void {
    if (ended !== undefined || line.trim() === '') return;
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      return fault('protocol', 'a line on its standard output is not JSON (diagnostics belong on standard error)');
    }
    if (hello === undefined) return onHello(parsed);
    if (typeof parsed === 'object' && parsed !== null && 'event' in parsed) return onEvent(parsed);
    const answer = checked(answerSchema, parsed, LINE);
    if (!answer.ok) return fault('protocol', `not an answer: ${answer.reason}`);
    const request = pending.get(answer.value.id);
    if (request === undefined) return fault('protocol', 'an answer to a request that was not made');
    settle(answer.value.id, request, answer.value);
  }

  function onHello(parsed: unknown): void {
    const greeting = checked(helloSchema, parsed, LINE);
    if (!greeting.ok) return fault('protocol', `not a hello: ${greeting.reason}`);
    hello = greeting.value;
    name = hello.driver;
    const request = pending.get(0);
    pending.delete(0);
    request?.cancel();
    request?.resolve({ ok: true, value: undefined });
  }

  function onEvent(parsed: unknown): void {
    const event = checked(eventSchema, parsed, LINE);
    if (!event.ok) return fault('protocol', `not an event: ${event.reason}`);
    for (const listener of eventListeners) listener(event.value);
  }

  function settle(id: number, request: Pending, answer: z.output<typeof answerSchema>): void {
    pending.delete(id);
    request.cancel();
    if (!answer.ok) {
      request.resolve({ ok: false, observation: answer.observation, message: redacted(answer.message) });
      return;
    }
    const { result: schema } = OPERATIONS[request.op as Operation];
    const result = checked<unknown>(schema, answer.result ?? {}, LINE);
    if (result.ok) request.resolve(result);
    else {
      const error = new DriverError('protocol', `driver ${name}: the result of ${request.op}: ${result.reason}`);
      request.reject(error);
      end(error);
      child.kill();
    }
  }

  function wait(id: number, op: Pending['op'], seconds: number): Promise<DriverAnswer<unknown>> {
    return new Promise((resolve, reject) => {
      const cancel = timers.after(seconds * 1000, () => fault('timeout', `no answer to ${op} within ${seconds} s`));
      pending.set(id, { op, cancel, resolve, reject });
    });
  }

  async function ask<O extends Operation>(op: O, arg: OperationArg<O>, seconds?: number): Answered<O> {
    if (ended !== undefined) throw ended;
    if (closing && op !== 'close') throw new DriverError('closed', `driver ${name} is closed`);
    const declared = op === 'open' || op === 'close' || (hello?.capabilities as readonly string[]).includes(op);
    if (!declared) return systemFault(`driver ${name} does not declare the capability ${op}`);
    if (pending.size >= REQUESTS_MAX) return systemFault(`driver ${name} has ${REQUESTS_MAX} requests unanswered`);
    const id = nextId;
    nextId += 1;
    const answered = wait(id, op, seconds ?? options.answerSeconds ?? 60);
    child.send(JSON.stringify({ id, op, arg }));
    return (await answered) as DriverAnswer<OperationResult<O>>;
  }

  const child: LineProcess = (options.launch ?? lineProcess)(options.command, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    onLine,
    onStderr(line) {
      lastWords = redacted(line).slice(0, LAST_WORDS_MAX);
      options.onStderr?.(redacted(line));
    },
    onExit(how, error) {
      const during = [...pending.values()][0]?.op;
      const when = during === undefined ? '' : ` while it was asked to ${during}`;
      const words = lastWords === '' ? '' : `; its last words: ${lastWords}`;
      end(error ?? new DriverError('crashed', `driver ${name} ended with ${how}${when}${words}`));
    },
  });
  const greeted = wait(0, 'hello', options.helloSeconds ?? 10);
  child.send(JSON.stringify({ hello: DRIVER_PROTOCOL }));
  await greeted;

  return {
    name,
    capabilities: hello === undefined ? [] : hello.capabilities,
    open: (endpoint, settings) => ask('open', { endpoint, ...(settings !== undefined && { settings }) }),
    probe: () => ask('probe', {}),
    lastContact: (link) => ask('lastContact', { link }),
    read: (object) => ask('read', { object }),
    power: async (action) => {
      if (options.allow?.includes('power') === true) return ask('power', { action });
      return systemFault('switching the power of real hardware is not allowed here (allow.power of the rig)');
    },
    observe(listener) {
      eventListeners.add(listener);
      return ask('observe', {});
    },
    onEnd(listener) {
      if (ended !== undefined && !closing) listener(ended);
      else endListeners.add(listener);
    },
    async close() {
      const grace = options.closeSeconds ?? 5;
      if (!closing && ended === undefined) {
        closing = true;
        await ask('close', {}, grace).catch(() => undefined);
      }
      await child.end(grace * 1000);
    },
  };
}

function systemFault(message: string): { ok: false; observation: 'systemFault'; message: string } {
  return { ok: false, observation: 'systemFault', message };
}
