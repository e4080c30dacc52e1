import { afterAll, describe, it } from '@jest/globals';
import { describeConformance } from '#lock/conformance';
import { ensureEtcdProgram } from '../../../local/etcd-program.js';
import { OPTIONS } from '../../support/full-size.js';
import { consensusSubject } from './consensus-subject.js';
import { EtcdStore } from './etcd-store.js';
import { startedOrMissing } from './servers.js';

const started = await startedOrMissing(ensureEtcdProgram, () => EtcdStore.start());
afterAll(() => started.store?.stop());

const subject = consensusSubject('etcd', started, 'test/lock/etcd/members');
describeConformance(subject, { describe, it }, OPTIONS);
