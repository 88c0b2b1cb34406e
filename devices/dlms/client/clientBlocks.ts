/** Receives a long value block by block: the client's half of GET and ACTION with block transfer. */
import type { ServiceRequest, ServiceResponse } from '../apdu/apdu.ts';
import { Writer } from '../encoding/bytes.ts';
import { type ClientResult, type Conversation, failed, protocol, succeeded } from './clientResult.ts';

export interface CollectOptions {
  readonly service: 'get' | 'action';
  /** The invoke-id-and-priority of the request; every block repeats it. */
  readonly invoke: number;
  /** Longest value, bytes. */
  readonly bytesMax: number;
  /** Sends a request for the next block. */
  readonly ask: (request: ServiceRequest) => Conversation<ClientResult<ServiceResponse>>;
}

/** Collects the raw bytes of a value, starting from the response that holds its first block. */
export function* collectBlocks(
  first: ServiceResponse,
  { service, invoke, bytesMax, ask }: CollectOptions,
): Conversation<ClientResult<Uint8Array>> {
  const kind = service === 'get' ? 'getBlock' : 'actionBlock';
  const raw = new Writer();
  let response = first;
  // Blocks count from 1, but some servers begin at 0.
  const isFromZero = first.kind === kind && first.block.number === 0;
  for (let number = isFromZero ? 0 : 1; ; number++) {
    if (response.kind === 'getBlockError') return failed({ kind: 'result', result: response.result });
    if (response.kind !== kind) return protocol(`a block expected, got ${response.kind}`);
    if (response.block.number !== number) return protocol(`block ${number} expected, got ${response.block.number}`);
    const { block } = response;
    // Without this check, empty blocks could go on for ever.
    if (block.raw.length === 0 && !block.last) return protocol('an empty block that is not the last');
    if (raw.written + block.raw.length > bytesMax) return protocol('the value is longer than allowed');
    raw.raw(block.raw);
    if (block.last) return succeeded(raw.bytes());
    const next = yield* ask({ kind: service === 'get' ? 'getNext' : 'actionNext', invoke, number });
    if (!next.ok) return next;
    response = next.value;
  }
}
