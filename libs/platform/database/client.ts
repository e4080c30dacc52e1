import { Client, type ClientConfig } from 'pg';

/**
 * A client whose loss does not end the process. A pool hands a new connection on in the moment in which the server says
 * that it is ready, before anybody can listen; what the server says with the same breath, such as that it shuts down, would
 * be an 'error' event that nobody hears. Whoever uses the client learns of its loss from the statement under way.
 */
export class LossTolerantClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
