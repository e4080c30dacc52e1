/** Ends a request of the client: what was sent up to here is answered by one `ReadyForQuery`. */
const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);
const READY_FOR_QUERY = 'Z'.charCodeAt(0);

/**
 * Both directions of one connection to PostgreSQL, cut into requests: each is what one `ReadyForQuery` answers, such as BEGIN,
 * a prepared statement with its values, or COMMIT, though many of them may travel together.
 */
export class PostgresRequests {
  private readonly toServer = new Messages();
  private readonly toClient = new Messages();
  private request: Buffer[] = [];
  private isLoggedIn = false;

  /** @returns the requests that are complete by now; what comes before the first `ReadyForQuery` as it came */
  sent(data: Buffer): Buffer[] {
    if (!this.isLoggedIn) return [data];
    const requests: Buffer[] = [];
    for (const message of this.toServer.push(data)) {
      this.request.push(message);
      if (message[0] !== QUERY && message[0] !== SYNC) continue;
      requests.push(Buffer.concat(this.request));
      this.request = [];
    }
    return requests;
  }

  /** @returns how many requests these bytes finish the answer of; the first `ReadyForQuery` ends all that came before */
  answered(data: Buffer): number {
    const finished = this.toClient.push(data).filter((message) => message[0] === READY_FOR_QUERY).length;
    if (this.isLoggedIn || finished === 0) return finished;
    this.isLoggedIn = true;
    return Infinity;
  }
}

/** A stream of messages: a type of one byte, the length of the rest in four, the rest. */
class Messages {
  private bytes = Buffer.alloc(0);

  /** @returns the messages that are complete by now */
  push(data: Buffer): Buffer[] {
    this.bytes = Buffer.concat([this.bytes, data]);
    const messages: Buffer[] = [];
    let start = 0;
    while (this.bytes.length >= start + 5) {
      const end = start + 1 + this.bytes.readUInt32BE(start + 1);
      if (this.bytes.length < end) break;
      messages.push(this.bytes.subarray(start, end));
      start = end;
    }
    this.bytes = this.bytes.subarray(start);
    return messages;
  }
}
