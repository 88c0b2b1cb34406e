/**
 * The text for clients of an emulation: SAPs, authentication, where counters are read, and how frames are addressed. It
 * shows no key.
 */
import type { ModelClient } from '../cosem/deviceModel.ts';
import { LAB_CLIENTS } from '../personas/labProfile.ts';
import type { ServedAt } from './emulate.ts';
import type { Profile } from './profile.ts';

/** Says how a client uses each mechanism. */
const HOW: Readonly<Record<ModelClient['mechanism'], (isLab: boolean) => string>> = {
  0: () => 'no authentication',
  1: (isLab) => `LLS, secret of the ${isLab ? 'lab (--help)' : 'profile, not shown'}; ciphered or not`,
  2: () => 'HLS manufacturer-specific (mechanism 2): AES-128 of the challenge under the secret, not shown',
  3: () => 'HLS-MD5, secret not shown',
  4: () => 'HLS-SHA1, secret not shown',
  6: () => 'HLS-SHA256, secret not shown, any client system title of 8 bytes',
  7: () => 'HLS-ECDSA, keys not shown',
  5: () => 'HLS-GMAC, suite 0, ciphered (context 3), glo-* or general-glo-*, any client system title of 8 bytes',
};

/** Describes the keys without showing one. The lab's keys are public and stand in the command's documentation. */
export function keysText({ usesLabKeys, name }: Profile): string {
  return usesLabKeys
    ? 'keys: the public LAB keys (emulate --help names them); never write them to real hardware'
    : `keys: of profile '${name}', not shown`;
}

export function clientLines({ clients }: Profile): readonly string[] {
  const isLab = clients === LAB_CLIENTS;
  const lines = clients.map(({ sap, role, mechanism }) => `  client SAP ${sap}: ${role}, ${HOW[mechanism](isLab)}`);
  return ['clients:', ...lines, ...counterLines(clients)];
}

/**
 * Explains the counters. A client that begins at 0 or 1 each time would otherwise not know why its second run is
 * refused.
 */
function counterLines(clients: readonly ModelClient[]): readonly string[] {
  if (!clients.some(({ mechanism }) => mechanism === 5)) return [];
  const open = clients.find(({ mechanism }) => mechanism === 0);
  const where = open ? `SAP ${open.sap} reads it at 0.0.43.1.0.255` : 'it stands at 0.0.43.1.0.255';
  return [
    `invocation counters: a client goes on one above the last accepted (${where}, attribute 2), in every run of this process;`,
    '  each client title has a count of its own. One too low is refused: D8 01 06 and the counter expected',
  ];
}

/** Explains how frames are addressed. The server SAPs are listed below each unit. */
export function framingLines(servedAt: readonly ServedAt[], { hdlc }: Profile): readonly string[] {
  const framings = new Set(servedAt.map(({ framing }) => framing));
  const physical = hdlc.physicalAddresses.length > 0 ? hdlc.physicalAddresses.join(', ') : 'any';
  return [
    ...(framings.has('wrapper') ? ['wrapper: 0001, source the client SAP, destination the server SAP'] : []),
    ...(framings.has('hdlc') || framings.has('62056-21')
      ? [
          `HDLC: the server SAP in 1 byte, or as logical address in 2 or 4 bytes with a physical one (${physical});`,
          `  128 bytes and a window of 1, up to ${hdlc.informationBytesMax} and ${hdlc.window} if asked for in SNRM; a link ` +
            (hdlc.inactivitySeconds > 0
              ? `silent for ${hdlc.inactivitySeconds} s is dropped`
              : 'is never dropped for silence'),
        ]
      : []),
  ];
}
