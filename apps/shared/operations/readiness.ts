import { Injectable } from '@nestjs/common';

/** Turned off when the process begins to stop, so that a load balancer sends nothing new. */
@Injectable()
export class Readiness {
  stopping = false;
}
