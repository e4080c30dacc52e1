import http from 'node:http';
import https from 'node:https';
import { createInterface } from 'node:readline';
import type { ConnectionOptions } from 'node:tls';
import { EtcdReplyError, isRefused, isTokenUnknown, NoAnswerError, NotSentError } from './etcd-errors.js';

export interface EtcdAddress {
  /** The first one's user and password are for all. */
  readonly urls: readonly string[];
  readonly tls?: ConnectionOptions | undefined;
}

interface User {
  readonly name: string;
  readonly password: string;
}

/** Requests under way at once; further ones wait within their time. A watch is no request. */
const MAX_SOCKETS = 64;

/**
 * etcd's JSON gateway, over HTTP. It asks one member until that one cannot be reached or does not answer, and then the
 * next one.
 */
export class EtcdConnection {
  private readonly urls: readonly URL[];
  private readonly user: User | undefined;
  private token: string | undefined;
  private loggingIn: Promise<void> | undefined;
  private readonly tls: ConnectionOptions;
  private readonly agents: Readonly<Record<string, http.Agent>>;
  private current = 0;

  constructor({ urls, tls = {} }: EtcdAddress) {
    const [{ username, password } = { username: '', password: '' }] = urls.map((url) => new URL(url));
    this.user =
      username === ''
        ? undefined
        : { name: decodeURIComponent(username), password: decodeURIComponent(password) };
    this.urls = urls.map((url) => Object.assign(new URL(url), { username: '', password: '' }));
    this.tls = tls;
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
    this.agents = { 'http:': new http.Agent(options), 'https:': new https.Agent({ ...tls, ...options }) };
  }

  /**
   * One request and its answer, from whichever member can be reached.
   * @param deadline on the monotonic clock
   * @throws NotSentError, NoAnswerError, EtcdReplyError
   */
  async call<Reply>(path: string, body: object, deadline: number): Promise<Reply> {
    if (this.user && this.token === undefined) await this.logIn(this.user, deadline);
    try {
      return await this.askMembers(path, body, deadline);
    } catch (error) {
      if (!this.user || !isTokenUnknown(error)) throw error;
      await this.logIn(this.user, deadline);
      return this.askMembers(path, body, deadline);
    }
  }

  /**
   * A request whose answer goes on, a JSON text a line, until it is ended.
   * @param listeners `ended`: by etcd, or with the connection
   * @returns ends it
   */
  stream(
    path: string,
    body: object,
    listeners: { line: (line: string) => void; ended: () => void },
  ): () => void {
    const request = this.request(this.current, path, { agent: false, ...this.tls });
    let isEnded = false;
    const end = (tell: boolean): void => {
      if (isEnded) return;
      isEnded = true;
      request.destroy();
      if (tell) listeners.ended();
    };
    request.on('error', () => end(true)).on('close', () => end(true));
    request.on('response', (response) => {
      if (response.statusCode !== 200) {
        end(true);
        return;
      }
      response.on('error', () => end(true)); // readline hears it too, and would throw it
      createInterface({ input: response })
        .on('error', () => undefined)
        .on('line', (line) => {
          if (!isEnded) listeners.line(line);
        });
    });
    request.end(JSON.stringify(body));
    return () => end(false);
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  /** Once for all that wait for it: etcd takes its time to check a password. */
  private logIn(user: User, deadline: number): Promise<void> {
    this.token = undefined;
    this.loggingIn ??= this.askMembers<{ token: string }>('/v3/auth/authenticate', user, deadline)
      .then(({ token }) => void (this.token = token))
      .finally(() => (this.loggingIn = undefined));
    return this.loggingIn;
  }

  private async askMembers<Reply>(path: string, body: object, deadline: number): Promise<Reply> {
    for (let tries = 1; ; tries += 1) {
      const member = this.current;
      try {
        return JSON.parse(await this.ask(member, path, body, deadline)) as Reply;
      } catch (error) {
        if (!isRefused(error)) this.turnFrom(member);
        const isLast = tries >= this.urls.length || performance.now() >= deadline;
        if (isLast || !(error instanceof NotSentError)) throw error;
      }
    }
  }

  private ask(member: number, path: string, body: object, deadline: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = this.request(member, path, {});
      let isSent = false;
      const fail = (error: Error): void => {
        clearTimeout(timer);
        request.destroy();
        const { host } = this.urls[member] as URL;
        const message = `${host}: ${error.message || error.name}`;
        if (error instanceof EtcdReplyError) reject(error);
        else if (isSent) reject(new NoAnswerError(message, { cause: error }));
        else reject(new NotSentError(message, { cause: error }));
      };
      const timer = setTimeout(() => fail(new Error('no answer in time')), deadline - performance.now());
      request.on('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => (isSent = true));
        else isSent = true;
      });
      request.on('error', fail);
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          if (response.statusCode === 200) resolve(text);
          else fail(replyError(text));
        });
      });
      request.end(JSON.stringify(body));
    });
  }

  private request(member: number, path: string, options: https.RequestOptions): http.ClientRequest {
    const url = new URL(path, this.urls[member]);
    const send = url.protocol === 'https:' ? https.request : http.request;
    const headers = {
      'content-type': 'application/json',
      ...(this.token !== undefined && { authorization: this.token }),
    };
    return send(url, { method: 'POST', headers, agent: this.agents[url.protocol], ...options });
  }

  private turnFrom(member: number): void {
    if (this.current === member) this.current = (member + 1) % this.urls.length;
  }
}

interface ReplyError {
  readonly code?: number;
  readonly error?: string;
  readonly message?: string;
}

function replyError(text: string): EtcdReplyError {
  try {
    const { code = 2, error = text, message = error } = JSON.parse(text) as ReplyError;
    return new EtcdReplyError(code, message);
  } catch {
    return new EtcdReplyError(2, text.slice(0, 200)); // of a proxy, say
  }
}
