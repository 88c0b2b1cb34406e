/** An action that a sans-I/O end of the optical port asks its owner to do. Actions are done in order. */
export type LineAction =
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  /** After everything sent has left the line: `300/7E1`, `9600/8N1`. */
  | { readonly do: 'setMode'; readonly mode: string }
  /** HDLC has the line from here on; `bytes` had come in already. */
  | { readonly do: 'hdlc'; readonly bytes: Uint8Array };
