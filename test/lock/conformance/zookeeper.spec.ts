import { afterAll, describe, it } from '@jest/globals';
import { describeConformance } from '#lock/conformance';
import { ensureZooKeeperProgram } from '../../../local/zookeeper-program.js';
import { OPTIONS } from '../../support/full-size.js';
import { consensusSubject } from './consensus-subject.js';
import { startedOrMissing } from './servers.js';
import { ZooKeeperStore } from './zookeeper-store.js';

const started = await startedOrMissing(ensureZooKeeperProgram, () => ZooKeeperStore.start());
afterAll(() => started.store?.stop());

const subject = consensusSubject('zookeeper', started, 'test/lock/zookeeper/ensemble');
describeConformance(subject, { describe, it }, OPTIONS);
