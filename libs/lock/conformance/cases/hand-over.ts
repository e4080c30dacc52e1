import assert from 'node:assert/strict';
import { LockTicketError } from '../../errors.js';
import type { Lock } from '../../lock.js';
import type { ConformanceCase } from '../conformance-case.js';
import type { CaseContext } from '../context.js';
import { aborted, inTime, rejectsWith, sleep } from '../support.js';

export const HAND_OVER: readonly ConformanceCase[] = [
  {
    number: 29,
    title: 'adopt: one receiver owns it, the sender’s signal fires',
    needs: ['handOver'],
    run: adopted,
  },
  {
    number: 39,
    title: 'A bad ticket: LockTicketError, nothing changes',
    needs: ['handOver'],
    run: badTickets,
  },
];

async function adopted(context: CaseContext): Promise<void> {
  const resources = [context.resource('item:a'), context.resource('item:b')];
  const [sender, receiver, third] = [
    await context.manager(),
    await context.manager(),
    await context.manager(),
  ];
  const leaseMs = 3_000;
  const sent = await sender.acquire(resources, { leaseMs, waitMs: 0 });
  const ticket = await sent.handOver();
  assert.ok(
    (await third.tryAcquire(resources[0] ?? '', { leaseMs: 5_000 })) === null,
    'on its way it is held',
  );
  const adoptedAt = performance.now();
  const mine = await receiver.adopt(ticket, { leaseMs: 5_000 });
  assert.deepEqual(mine.resources, sent.resources);
  assert.deepEqual([...mine.fences], [...sent.fences], 'the fences stay the same');
  // A store that tells nobody anything leaves the sender to the end of its lease.
  const toldWithinMs = context.has('fair') ? 1_000 : leaseMs + 200;
  inTime((await aborted(sent)) - adoptedAt, toldWithinMs, "ms until the sender's signal fires");
  assert.equal(await sent.release(), false, "the sender's handle is dead");
  assert.equal(await sent.extend(60_000), false, "the sender's handle is dead");
  assert.equal(await mine.extend(5_000), true, 'the receiver holds it');
  assert.equal(await mine.release(), true);
  for (const resource of resources) assert.equal(await context.isFree(resource), true);

  const contested = await sender.acquire(context.resource('item:c'), { leaseMs: 5_000, waitMs: 0 });
  const twice = await contested.handOver();
  const outcomes = await Promise.allSettled([receiver.adopt(twice), third.adopt(twice)]);
  const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  assert.equal(won.length, 1, 'adopters that won');
  const lost = outcomes.find((outcome) => outcome.status === 'rejected');
  assert.ok(lost?.reason instanceof LockTicketError, String(lost?.reason));
  assert.equal(await won[0]?.value.release(), true);
}

async function badTickets(context: CaseContext): Promise<void> {
  const [sender, receiver] = [await context.manager(), await context.manager()];
  const resource = context.resource();
  const sent = await sender.acquire(resource, { leaseMs: 10_000, waitMs: 0 });
  const ticket = await sent.handOver();
  const middle = Math.floor(ticket.length / 2);
  const letter = ticket[middle] === 'A' ? 'B' : 'A';
  const altered = ticket.slice(0, middle) + letter + ticket.slice(middle + 1);
  const bad = [altered, ticket.slice(0, -3), ticket.slice(0, middle), `${ticket}A`, '', 'ticket'];
  for (const text of bad) await rejectsWith(receiver.adopt(text), LockTicketError, `"${text}"`);
  assert.equal(sent.signal.aborted, false, 'the sender still has it');
  assert.equal(await context.isFree(resource), false);

  const mine = await receiver.adopt(ticket);
  await rejectsWith(sender.adopt(ticket), LockTicketError, 'adopted twice');
  assert.equal(mine.signal.aborted, false);
  assert.equal(await mine.extend(5_000), true, 'the second adopter has changed nothing');
  await mine.release();
  await rejectsWith(receiver.adopt(ticket), LockTicketError, 'adopted after its end');
  assert.equal(await context.isFree(resource), true);

  const slow: Lock = await sender.acquire(resource, { leaseMs: 10_000, waitMs: 0 });
  const late = await slow.handOver({ leaseMs: 1_000 });
  await sleep(1_200);
  await rejectsWith(receiver.adopt(late), LockTicketError, 'an expired ticket');
  assert.equal(await context.isFree(resource), true, 'an expired hand-over frees the lock');
}
