import { JuteReader, type JuteWriter } from './jute.js';

/** ZooKeeper's numbers for what we ask of it (org.apache.zookeeper.ZooDefs.OpCode). */
const OP = {
  create: 1,
  delete: 2,
  getData: 4,
  setData: 5,
  getChildren: 12, // with the node's own state
  check: 13,
  multi: 14,
  auth: 100,
  closeSession: -11,
  error: -1,
  ping: 11,
} as const;

/** Numbers of packets that are no answers to a request. */
export const XID = { event: -1, ping: -2, auth: -4 } as const;

const ALL_PERMISSIONS = 31;
const EPHEMERAL_SEQUENTIAL = 3;

/** What ZooKeeper keeps about a node. */
export interface NodeStat {
  /** The transaction that wrote its data last. */
  readonly mzxid: bigint;
  /** When that was, in milliseconds since 1970 on the leader's clock. */
  readonly mtimeMs: number;
  /** How often its data was written. */
  readonly version: number;
  readonly childCount: number;
}

/** A change that is one part of a transaction. */
export type Change =
  | { readonly create: string; readonly data: string; readonly ephemeralSequential?: boolean }
  | { readonly set: string; readonly data: string; readonly version: number }
  | { readonly remove: string; readonly version: number }
  | { readonly check: string; readonly version: number };

/** What came of a change: the path of a node that was created; of one that was written what is kept about it. */
export interface Changed {
  readonly path?: string;
  readonly stat?: NodeStat;
}

/** A request's number, its body, and how its answer is read. */
export interface Request<Reply> {
  readonly op: number;
  /** It compares what was seen in one session, and must not be sent in another: that may be with another ZooKeeper. */
  readonly isOfItsSession?: true;
  write(to: JuteWriter): void;
  read(from: JuteReader): Reply;
}

/** Any version. */
export const ANY_VERSION = -1;

/** @param watch the next change of the node is told */
export function getData(path: string, watch = false): Request<{ data: string; stat: NodeStat }> {
  return {
    op: OP.getData,
    write: (to) => void to.text(path).bool(watch),
    read: (from) => ({ data: from.text(), stat: readStat(from) }),
  };
}

export function getChildren(path: string): Request<readonly string[]> {
  return {
    op: OP.getChildren,
    write: (to) => void to.text(path).bool(false),
    read: (from) => from.list(() => from.text()),
  };
}

/**
 * All of the changes or none, in one transaction.
 * @param isOwned the nodes that are created are for who has logged in, not for everybody
 */
export function multi(
  changes: readonly Change[],
  isOwned: boolean,
): Request<readonly Changed[] | { error: number }> {
  return {
    op: OP.multi,
    isOfItsSession: true,
    write: (to) => {
      for (const change of changes) writeChange(to, change, isOwned);
      to.int(-1).bool(true).int(-1);
    },
    read: readChanged,
  };
}

export function auth(credentials: string): Request<void> {
  return {
    op: OP.auth,
    write: (to) => void to.int(0).text('digest').text(credentials),
    read: () => undefined,
  };
}

export const PING: Request<void> = { op: OP.ping, write: () => undefined, read: () => undefined };
export const CLOSE_SESSION: Request<void> = {
  op: OP.closeSession,
  write: () => undefined,
  read: () => undefined,
};

export interface SessionOffer {
  readonly timeoutMs: number;
  readonly id: bigint;
  readonly password: Buffer;
}

/**
 * A client may name the last transaction that it has seen, for which a server that is behind turns it away. Ours says that
 * it has seen none: each change compares versions, and a ZooKeeper that was set up anew turns nobody away for ever.
 */
export function writeConnect(to: JuteWriter, { timeoutMs, id, password }: SessionOffer): void {
  to.int(0).long(0n).int(timeoutMs).long(id).bytes(password).bool(false);
}

/** `timeoutMs` is 0 when the session that was offered has ended. */
export function readConnected(packet: Buffer): { timeoutMs: number; id: bigint; password: Buffer } {
  const from = new JuteReader(packet);
  from.int(); // the protocol's version
  const [timeoutMs, id] = [Math.max(0, from.int()), from.long()];
  return { timeoutMs, id, password: Buffer.from(from.bytes()) };
}

/** Of an event: the node that was changed; empty where it is about the session. */
export function readEvent(from: JuteReader): string {
  from.int(); // the kind of change: who hears of it looks anyway
  from.int(); // the state of the session
  return from.text();
}

function writeChange(to: JuteWriter, change: Change, isOwned: boolean): void {
  const header = (op: number): JuteWriter => to.int(op).bool(false).int(-1);
  if ('create' in change) {
    const { create, data, ephemeralSequential = false } = change;
    header(OP.create).text(create).text(data);
    const [scheme, id] = isOwned ? ['auth', ''] : ['world', 'anyone'];
    to.int(1).int(ALL_PERMISSIONS).text(scheme).text(id);
    to.int(ephemeralSequential ? EPHEMERAL_SEQUENTIAL : 0);
  } else if ('set' in change) header(OP.setData).text(change.set).text(change.data).int(change.version);
  else if ('remove' in change) header(OP.delete).text(change.remove).int(change.version);
  else header(OP.check).text(change.check).int(change.version);
}

function readChanged(from: JuteReader): Changed[] | { error: number } {
  const changed: Changed[] = [];
  let error = 0;
  for (;;) {
    const op = from.int();
    const isEnd = from.bool();
    from.int(); // an error, which the body tells too
    if (isEnd) return error === 0 ? changed : { error };
    if (op === OP.error) {
      const code = from.int(); // 0 for the changes before the one that failed
      if (error === 0) error = code;
    } else if (op === OP.create) changed.push({ path: from.text() });
    else if (op === OP.setData) changed.push({ stat: readStat(from) });
    else changed.push({});
  }
}

function readStat(from: JuteReader): NodeStat {
  from.long(); // czxid
  const mzxid = from.long();
  from.long(); // ctime
  const mtimeMs = Number(from.long());
  const version = from.int();
  from.int(); // cversion
  from.int(); // aversion
  from.long(); // ephemeralOwner
  from.int(); // dataLength
  const childCount = from.int();
  from.long(); // pzxid
  return { mzxid, mtimeMs, version, childCount };
}
