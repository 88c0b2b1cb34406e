/** Words for the links of a capture: HDLC controls and addresses, and messages of 62056-21. */
import { DISC, DM, FRMR, readControl, SNRM, UA, UI } from '../../dlms/framing/hdlcControl.ts';
import type { HdlcAddress } from '../../dlms/framing/hdlcFrame.ts';
import { parseIdentification, protocolMode } from '../../iec62056_21/frames.ts';
import { parseReadout } from '../../iec62056_21/readout.ts';
import type { Message } from '../../iec62056_21/scanner.ts';

/** A message in words. `tree` is plain JSON. */
export interface MessageWords {
  readonly text: string;
  readonly tree?: Readonly<Record<string, unknown>>;
  /** True if its check is wrong, or it is no whole message. */
  readonly isDamage: boolean;
}

const UNNUMBERED: Readonly<Record<number, string>> = { [SNRM]: 'SNRM', [DISC]: 'DISC', [UA]: 'UA', [DM]: 'DM', [FRMR]: 'FRMR', [UI]: 'UI' }; // prettier-ignore

/** A control byte in words. */
export interface ControlWords {
  readonly text: string;
  /** True if the frame carries information for the layer above: I and UI. */
  readonly isInformation: boolean;
}

/** By control byte. */
const CONTROLS = Array.from({ length: 256 }, (_, byte): ControlWords => {
  const control = readControl(byte);
  const final = control.final ? ' final' : '';
  switch (control.kind) {
    case 'U': {
      const name = UNNUMBERED[control.code] ?? `U ${control.code.toString(16)}`;
      return { text: `${name}${final}`, isInformation: control.code === UI };
    }
    case 'I':
      return { text: `I s${control.ns} r${control.nr}${final}`, isInformation: true };
    default:
      return { text: `${control.kind} r${control.nr}${final}`, isInformation: false };
  }
});

export function controlWords(control: number): ControlWords {
  return CONTROLS[control & 0xff]!;
}

export function addressText({ upper, lower, bytes }: HdlcAddress): string {
  return bytes === 1 ? String(upper) : `${upper}/${lower}`;
}

export function messageText(message: Message): MessageWords {
  switch (message.kind) {
    case 'line': {
      const identification = parseIdentification(message.text);
      if (!identification) return { text: `request ${JSON.stringify(message.text.trim())}`, isDamage: false };
      const mode = protocolMode(identification);
      const { manufacturer, model } = identification;
      return { text: `identification ${manufacturer} ${JSON.stringify(model)}, mode ${mode}`, tree: { identification: { ...identification, mode } }, isDamage: false }; // prettier-ignore
    }
    case 'option': {
      const { protocol, baud, mode } = message.option;
      return { text: `option V=${protocol} Z=${baud} Y=${mode}`, tree: { option: message.option }, isDamage: false };
    }
    case 'data': {
      const { sets } = parseReadout(message.text);
      const shown = sets.map(
        ({ address, value, unit }) => `${address}=${value}${unit === undefined ? '' : ` ${unit}`}`,
      );
      const check = message.checked ? '' : ', its check is wrong';
      return { text: `data${check}: ${shown.join(', ')}`, tree: { sets }, isDamage: !message.checked };
    }
    case 'command': {
      // A password stands in P1 and P2.
      const text = /^P[12]$/.test(message.command) ? 'not shown' : JSON.stringify(message.text ?? '');
      return { text: `command ${message.command} ${text}`, isDamage: !message.checked };
    }
    case 'ack':
    case 'nak':
      return { text: message.kind.toUpperCase(), isDamage: false };
    case 'tooLong':
      return { text: 'a block that is too long', isDamage: true };
  }
}
