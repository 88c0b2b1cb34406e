/** Follows the APDUs of a capture: titles, keys, what was asked, and values that come in blocks. */
import { decodeAare, decodeAarq, decodeRelease } from '../dlms/apdu/acse.ts';
import { decodeGeneral } from '../dlms/apdu/apduGeneral.ts';
import { decodeData } from '../dlms/encoding/axdr.ts';
import { concat, Reader, toHex } from '../dlms/encoding/bytes.ts';
import { isCiphered } from '../dlms/security/ciphering.ts';
import { decodeInitiateRequest } from '../dlms/apdu/initiate.ts';
import { bytesOf, membersOf, numberOf } from '../dlms/encoding/values.ts';
import { dataText } from './words/valueWords.ts';
import { explainApdu } from './explain/explainApdu.ts';
import { apduName, type Asked, broken, type Explained } from './explain/explained.ts';
import { headerText, type KeyChest } from './keyChest.ts';

/** Who sent an APDU, and to whom. `peers` names the pair of stations, the same for both directions. */
export interface Sent {
  readonly from: 'client' | 'server';
  readonly peers: string;
}

/** Longest value put together from blocks, in bytes. */
const BLOCKS_BYTES_MAX = 1 << 20;
/** Most pairs of stations followed at once; the oldest is forgotten. */
const PEERS_MAX = 4096;

/** First bytes of APDUs that carry others: general-signing and general-block-transfer. */
const CARRIERS: readonly number[] = [0xdf, 0xe0];

/** First byte of general-ciphering. */
const GENERAL_CIPHERING = 0xdd;

function hexOctet(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}

interface Pair {
  titles: { client?: Uint8Array; server?: Uint8Array };
  asked: readonly Asked[] | undefined;
  blocks: Uint8Array[];
  blockBytes: number;
  /** general-block-transfer, by sender. */
  transfers: Map<Sent['from'], Uint8Array[]>;
}

export class ApduStory {
  private readonly pairs = new Map<string, Pair>();
  private readonly keys: KeyChest;

  constructor(keys: KeyChest) {
    this.keys = keys;
  }

  /** Explains one APDU. */
  tell(apdu: Uint8Array, sent: Sent): Explained {
    const pair = this.pairOf(sent.peers);
    const tag = apdu[0] ?? -1;
    if (tag === 0xe0) return this.tellTransfer(apdu, sent, pair);
    if (isCiphered(tag)) return this.tellCiphered(apdu, sent, pair);
    if (tag === GENERAL_CIPHERING) return this.tellGeneral(apdu, sent);
    if (tag === 0x60 || tag === 0x61 || tag === 0x62 || tag === 0x63) return this.tellAcse(apdu, sent, pair);
    return this.tellPlain(apdu, sent, pair);
  }

  private pairOf(peers: string): Pair {
    const known = this.pairs.get(peers);
    if (known) return known;
    if (this.pairs.size >= PEERS_MAX) this.pairs.delete(this.pairs.keys().next().value!);
    const made: Pair = { titles: {}, asked: undefined, blocks: [], blockBytes: 0, transfers: new Map() };
    this.pairs.set(peers, made);
    return made;
  }

  private tellPlain(apdu: Uint8Array, sent: Sent, pair: Pair): Explained {
    const explained = explainApdu(apdu, pair.asked);
    const { request, response, asked, content } = explained;
    if (asked && asked.length > 0) {
      pair.asked = asked;
      this.forgetBlocks(pair);
      if (request?.kind === 'actionNormal') return this.withKeys(explained);
    }
    if (response?.kind === 'getBlock' || response?.kind === 'actionBlock') return this.withBlock(explained, pair);
    return content === undefined ? explained : this.withContent(explained, content, sent);
  }

  /** The APDU that another one carries. A carrier within a carrier would have no end. */
  private withContent(outer: Explained, content: Uint8Array, sent: Sent): Explained {
    if (content.length === 0 || CARRIERS.includes(content[0]!)) return outer;
    const inner = this.tell(content, sent);
    return {
      name: `${outer.name} of ${inner.name}`,
      text: `${outer.text}: ${inner.text}`,
      tree: () => ({ ...outer.tree(), of: inner.tree() }),
      error: inner.error,
      isShut: inner.isShut,
    };
  }

  private forgetBlocks(pair: Pair): void {
    if (pair.blockBytes === 0) return;
    pair.blocks = [];
    pair.blockBytes = 0;
  }

  /** Puts the value of a block transfer together when its last block is there. */
  private withBlock(explained: Explained, pair: Pair): Explained {
    const { response } = explained;
    if (response?.kind !== 'getBlock' && response?.kind !== 'actionBlock') return explained;
    const { block } = response;
    pair.blockBytes += block.raw.length;
    if (pair.blockBytes <= BLOCKS_BYTES_MAX) pair.blocks.push(block.raw);
    if (!block.last) return explained;
    const isWhole = pair.blockBytes <= BLOCKS_BYTES_MAX;
    const value = decodeData(concat(...pair.blocks));
    this.forgetBlocks(pair);
    if (!isWhole || !value.ok || pair.asked?.some((one) => one.isSecret) === true) return explained;
    return {
      ...explained,
      text: `${explained.text}: ${dataText(value.value)}`,
      tree: () => ({ ...explained.tree(), value: value.value }),
    };
  }

  /** Follows a rotation: new keys that the KEK opens are tried from here on. */
  private withKeys(explained: Explained): Explained {
    const { request } = explained;
    if (request?.kind !== 'actionNormal' || request.method.classId !== 64 || request.method.id !== 2) return explained;
    const items = (membersOf(request.parameter) ?? []).flatMap((item) => {
      const [keyId, wrapped] = membersOf(item) ?? [];
      const [id, octets] = [numberOf(keyId), bytesOf(wrapped)];
      return id === undefined || octets === undefined ? [] : [{ keyId: id, wrapped: octets }];
    });
    const followed = this.keys.learnTransfer(items);
    const text = followed.length > 0 ? `; the new ${followed.join(' and ')} is followed` : '';
    return { ...explained, text: `${explained.text}${text}`, tree: () => ({ ...explained.tree(), followed }) };
  }

  private tellGeneral(apdu: Uint8Array, sent: Sent): Explained {
    const explained = explainApdu(apdu);
    const general = decodeGeneral(apdu);
    if (!general.ok || general.value.kind !== 'generalCiphering') return explained;
    const opened = this.keys.openGeneral(general.value);
    // General ciphering within general ciphering would have no end.
    if (opened.is === 'opened' && opened.apdu[0] !== GENERAL_CIPHERING) {
      const { control, counter } = opened;
      const inner = this.tell(opened.apdu, sent);
      const text = `${inner.text} [${explained.name}, control ${hexOctet(control)}, counter ${counter}, ${explained.text}]`;
      return { ...inner, text, tree: () => ({ ...inner.tree(), seal: { ...explained.tree(), control, counter } }) };
    }
    const why = opened.is === 'shut' ? opened.why : 'it holds another one';
    const tree = (): Record<string, unknown> => ({ ...explained.tree(), shut: why });
    return { ...explained, text: `${explained.text}, shut: ${why}`, tree, isShut: true };
  }

  private tellAcse(apdu: Uint8Array, sent: Sent, pair: Pair): Explained {
    const explained = explainApdu(apdu);
    const aarq = apdu[0] === 0x60 ? decodeAarq(apdu) : undefined;
    const aare = apdu[0] === 0x61 ? decodeAare(apdu) : undefined;
    const release = aarq || aare ? undefined : decodeRelease(apdu);
    if (aarq?.ok) pair.titles = aarq.value.callingTitle ? { client: aarq.value.callingTitle } : {};
    if (aare?.ok && aare.value.respondingTitle) pair.titles.server = aare.value.respondingTitle;
    const decoded = aarq ?? aare ?? release;
    const information = decoded?.ok === true ? decoded.value.userInformation : undefined;
    if (!information || information.length === 0) return explained;
    const inner = this.tell(information, sent);
    return {
      ...explained,
      text: [explained.text, inner.text].filter((one) => one !== '').join('; '),
      tree: () => ({ ...explained.tree(), userInformation: inner.tree() }),
    };
  }

  private tellCiphered(apdu: Uint8Array, sent: Sent, pair: Pair): Explained {
    const opened = this.keys.open(apdu, pair.titles[sent.from]);
    if (opened.is === 'malformed') {
      return broken(apdu, opened.why);
    }
    const { family, control, counter, systemTitle, body } = opened.header;
    const seal = { family, control, counter, ...(systemTitle.length > 0 && { title: toHex(systemTitle) }) };
    if (systemTitle.length === 8) pair.titles[sent.from] ??= systemTitle;
    if (opened.is === 'shut') {
      const text = `${headerText(opened.header)}, ${body.length} bytes, shut: ${opened.why}`;
      return {
        name: 'ciphered',
        text,
        tree: () => ({ apdu: 'ciphered', seal, bytes: body.length, shut: opened.why }),
        isShut: true,
      };
    }
    if (opened.apdu[0] === 0x01) {
      const initiate = decodeInitiateRequest(opened.apdu);
      if (initiate.ok && initiate.value.dedicatedKey) this.keys.learnDedicated(initiate.value.dedicatedKey);
    }
    const inner = this.tell(opened.apdu, sent);
    return { ...inner, text: `${inner.text} [${headerText(opened.header)}]`, tree: () => ({ ...inner.tree(), seal }) };
  }

  /** general-block-transfer: `E0 | last, streaming, window | number | number acknowledged | octets`. */
  private tellTransfer(apdu: Uint8Array, sent: Sent, pair: Pair): Explained {
    const reader = new Reader(apdu, 1);
    const control = reader.u8();
    const [number, acknowledged] = [reader.u16(), reader.u16()];
    const octets = reader.octets();
    const name = apduName(apdu);
    if (reader.error !== undefined) return broken(apdu, reader.error);
    const isLast = (control & 0x80) !== 0;
    const parts = number <= 1 ? [] : (pair.transfers.get(sent.from) ?? []);
    if (parts.reduce((sum, one) => sum + one.length, octets.length) <= BLOCKS_BYTES_MAX) parts.push(octets.slice());
    pair.transfers.set(sent.from, isLast ? [] : parts);
    const text = `block ${number}${isLast ? ', the last' : ''}, ${octets.length} bytes`;
    const tree = (): Record<string, unknown> => ({ apdu: name, number, acknowledged, isLast, bytes: octets.length });
    const whole = concat(...parts);
    // A transfer within a transfer would have no end.
    if (!isLast || whole.length === 0 || whole[0] === 0xe0) return { name, text, tree };
    const inner = this.tell(whole, sent);
    return {
      ...inner,
      name: `${name} of ${inner.name}`,
      text: `${text}: ${inner.text}`,
      tree: () => ({ ...tree(), of: inner.tree() }),
    };
  }
}
