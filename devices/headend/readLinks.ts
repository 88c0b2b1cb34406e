/**
 * Reads everything that a CHF says about its links, as evidence. An object that the device lacks, or does not show to
 * this client, is no failure.
 */
import { instantOf } from '../cosem/dateTime.ts';
import type { Descriptor } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { numberOf } from '../dlms/encoding/values.ts';
import type { Instant } from '../../src/time.ts';
import { within, type Live, type Peer } from './associate.ts';
import { gsmeHeardAt } from './dcc.ts';
import { HAN_MEMBERSHIP, MIRRORED_AT, WAN_CAPTURED_AT, WAN_STATUS } from './objects.ts';
import { converse, type Outcome, type Procedure } from './procedure.ts';

export interface LinksRead {
  /** The instant at which the CHF last saw itself registered in its network. That is no contact with a head-end. */
  readonly registeredAt: Instant | undefined;
  /** The instant at which the CHF last heard the GSME. */
  readonly gsmeHeardAt: Instant | undefined;
  /** The instant at which the mirror of the GSME was taken. A fresh mirror does not prove a live HAN. */
  readonly mirroredAt: Instant | undefined;
}

const REGISTERED: readonly (number | undefined)[] = [1, 5];

export function* readLinks(peer: Peer): Procedure<Outcome<LinksRead>> {
  return yield* within<LinksRead>(peer, function* (live) {
    const found: (Data | undefined)[] = [];
    for (const attribute of [WAN_STATUS, WAN_CAPTURED_AT, HAN_MEMBERSHIP, MIRRORED_AT]) {
      const read = yield* readIfThere(live, attribute);
      if (!read.ok) return read;
      found.push(read.value);
    }
    const [status, captured, members, mirrored] = found;
    const capturedAt = instantOf(captured);
    return {
      ok: true,
      value: {
        registeredAt: REGISTERED.includes(numberOf(status)) ? capturedAt : undefined,
        gsmeHeardAt: members && gsmeHeardAt(members),
        mirroredAt: instantOf(mirrored),
      },
    };
  });
}

function* readIfThere({ client }: Live, attribute: Descriptor): Procedure<Outcome<Data | undefined>> {
  const read = yield* converse(client.get(attribute));
  if (!read.ok && read.error.kind === 'result') return { ok: true, value: undefined };
  return read;
}
