/** The least that a carrier and a bare library have in common: octets out, octets in, at two ends. */
export interface Pipe {
  write(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): void;
}

export interface Ends {
  readonly client: Pipe;
  readonly server: Pipe;
  close(): Promise<void>;
}

/** Joined ends with a job on them that can be timed: what arrives is counted in octets, since serial lines know no messages. */
export class Exerciser {
  private readonly ends: Ends;
  private atServer: (octets: number) => void = () => undefined;
  private atClient: (octets: number) => void = () => undefined;

  constructor(ends: Ends) {
    this.ends = ends;
    ends.server.onData((bytes) => this.atServer(bytes.length));
    ends.client.onData((bytes) => this.atClient(bytes.length));
  }

  /** Round trips, one after the other: a message there, and one of the same length back. */
  pingPong(octets: number, times: number): Promise<void> {
    const message = new Uint8Array(octets).fill(0x5a);
    const { client, server } = this.ends;
    return new Promise((resolve) => {
      let [there, back, left] = [0, 0, times];
      this.atServer = (count) => {
        there += count;
        if (there < octets) return;
        there -= octets;
        server.write(message);
      };
      this.atClient = (count) => {
        back += count;
        if (back < octets) return;
        back -= octets;
        left -= 1;
        if (left === 0) resolve();
        else client.write(message);
      };
      client.write(message);
    });
  }

  /** Messages one way, so many of them under way at a time. */
  stream(octets: number, times: number, underWay: number): Promise<void> {
    const message = new Uint8Array(octets).fill(0xa5);
    const { client } = this.ends;
    return new Promise((resolve) => {
      let [sent, arrived] = [0, 0];
      const fill = (): void => {
        while (sent < times && sent - Math.floor(arrived / octets) < underWay) {
          sent += 1;
          client.write(message);
        }
      };
      this.atServer = (count) => {
        arrived += count;
        if (arrived >= octets * times) resolve();
        else fill();
      };
      fill();
    });
  }

  close(): Promise<void> {
    return this.ends.close();
  }
}
