/** ZooKeeper's encoding of its messages, as far as ours go: numbers big-endian, texts and lists behind their length. */
export class JuteWriter {
  private readonly parts: Buffer[] = [];

  int(value: number): this {
    const part = Buffer.allocUnsafe(4);
    part.writeInt32BE(value);
    return this.push(part);
  }

  long(value: bigint): this {
    const part = Buffer.allocUnsafe(8);
    part.writeBigInt64BE(value);
    return this.push(part);
  }

  bool(value: boolean): this {
    return this.push(Buffer.of(value ? 1 : 0));
  }

  bytes(value: Buffer): this {
    return this.int(value.length).push(value);
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value));
  }

  list<T>(values: readonly T[], write: (value: T) => void): this {
    this.int(values.length);
    values.forEach(write);
    return this;
  }

  /** As a packet: behind its length. */
  packet(): Buffer {
    const body = Buffer.concat(this.parts);
    return new JuteWriter().bytes(body).whole();
  }

  private whole(): Buffer {
    return Buffer.concat(this.parts);
  }

  private push(part: Buffer): this {
    this.parts.push(part);
    return this;
  }
}

export class JuteReader {
  private readonly packet: Buffer;
  private offset = 0;

  /** @param packet without its length */
  constructor(packet: Buffer) {
    this.packet = packet;
  }

  int(): number {
    this.offset += 4;
    return this.packet.readInt32BE(this.offset - 4);
  }

  long(): bigint {
    this.offset += 8;
    return this.packet.readBigInt64BE(this.offset - 8);
  }

  bool(): boolean {
    this.offset += 1;
    return this.packet.readInt8(this.offset - 1) !== 0;
  }

  bytes(): Buffer {
    const length = this.length();
    this.offset += length;
    return this.packet.subarray(this.offset - length, this.offset);
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.length() }, read);
  }

  /** Of what follows; -1 stands for none. @throws RangeError when it would go beyond the packet */
  private length(): number {
    const length = Math.max(0, this.int());
    if (length > this.packet.length - this.offset) throw new RangeError('a packet is cut short');
    return length;
  }
}

/** Ten times what ZooKeeper sends by default. */
const MAX_PACKET = 10 * 1_048_576;

/** Cuts what a socket brings into packets. */
export class PacketReader {
  private rest: Buffer = Buffer.alloc(0);

  /** @returns those that are complete with this chunk, without their lengths @throws RangeError for what is no packet */
  take(chunk: Buffer): Buffer[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const packets: Buffer[] = [];
    while (this.rest.length >= 4) {
      const length = this.rest.readInt32BE(0);
      if (length < 0 || length > MAX_PACKET) throw new RangeError(`a packet of ${length} bytes`);
      const end = 4 + length;
      if (this.rest.length < end) break;
      packets.push(this.rest.subarray(4, end));
      this.rest = this.rest.subarray(end);
    }
    return packets;
  }
}
