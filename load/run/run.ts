import { readApi } from '../checker/api-snapshot.js';
import { check } from '../checker/checker.js';
import { readDatabase } from '../checker/database-snapshot.js';
import type { Evidence } from '../checker/evidence.js';
import { History } from '../checker/history.js';
import { nowMs, pause } from '../clock.js';
import { throwIfAborted } from '../errors.js';
import { Journal, readJournal } from '../journal.js';
import type { LoadOptions } from '../options.js';
import { randomOf } from '../random.js';
import { Api } from '../target/api.js';
import { createBuyers, createCatalogue, type Buyer, type Catalogue, endSale } from '../target/catalogue.js';
import { Sampler } from '../target/sampler.js';
import type { Target } from '../target/target.js';
import type { OrderAttempts } from '../workload/order-attempts.js';
import { createScenario } from '../workload/scenario.js';
import { composeResult } from './compose-result.js';
import { driveLoad } from './drive.js';
import type { Progress } from './progress.js';
import { replayAccepted } from './replays.js';
import type { RunResult } from './result.js';
import { createStage } from './stage.js';

export interface RunContext {
  readonly target: Target;
  /** Their seed is that of this run. */
  readonly options: LoadOptions;
  readonly files: RunResult['files'];
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** What goes on beside the load, from its first request on; the run ends when both have. */
  readonly meanwhile?: (signal: AbortSignal) => Promise<void>;
}

const TRANSIT_MS = 1_000;

/**
 * Sells, watches, and judges: one run from its first item to its verdicts. The journal is written to `files.journal`.
 * @throws LoadError when the service cannot be driven, InterruptedError when `signal` is aborted
 */
export async function runOnce(context: RunContext): Promise<RunResult> {
  const { target, options, files, progress, signal, meanwhile } = context;
  const random = randomOf(options.seed);
  const api = new Api({ url: target.url, adminKey: target.adminKey, signal });
  const { catalogue, buyers } = await setUp(api, options, progress);
  const sampler = new Sampler(api, catalogue.saleId);
  await sampler.sample();
  throwIfAborted(signal);
  const journal = new Journal(files.journal);
  try {
    const scenario = createScenario(options, random);
    const stage = createStage({ scenario, catalogue, buyers, options, journal, random });
    const load = await driveLoad(target.url, stage, { options, sampler, progress, signal, meanwhile });
    const { attempts, workload } = stage;
    await becomeQuiet(context, attempts);
    const replayed = await replayAccepted(target.url, workload.accepted, { attempts, random, signal });
    throwIfAborted(signal);
    journal.close();
    progress.show(() => 'Checking what must hold …');
    const evidence = await gatherEvidence(context, { api, catalogue, buyers, sampler });
    const { snapshot } = evidence;
    return composeResult(context, {
      catalogue,
      stage,
      load,
      replayed,
      sampler,
      snapshot,
      verdicts: check(evidence),
    });
  } finally {
    progress.done();
    journal.close();
    await endSale(api, catalogue.saleId).catch(() => undefined); // the service may be gone, or the run called off
  }
}

async function setUp(
  api: Api,
  options: LoadOptions,
  progress: Progress,
): Promise<{ catalogue: Catalogue; buyers: Buyer[] }> {
  let signedIn = 0;
  progress.show(() => `Preparing: ${signedIn} of ${options.buyers} buyers are signed in`);
  const catalogue = await createCatalogue(api, options);
  const buyers = await createBuyers(api, options.buyers, (done) => {
    signedIn = done;
  });
  return { catalogue, buyers };
}

/** A request that was never answered may still be at work in the service, until its deadline. */
async function becomeQuiet({ target, progress, signal }: RunContext, attempts: OrderAttempts): Promise<void> {
  const quietMs = attempts.lastUnsettledMs + target.orderDeadlineMs + TRANSIT_MS;
  if (quietMs <= nowMs()) return;
  progress.show(() => `Waiting for what may still be at work: ${Math.ceil((quietMs - nowMs()) / 1000)} s`);
  await pause(quietMs - nowMs(), signal);
  progress.done();
  throwIfAborted(signal);
}

async function gatherEvidence(
  { target, files }: RunContext,
  parts: { api: Api; catalogue: Catalogue; buyers: readonly Buyer[]; sampler: Sampler },
): Promise<Evidence> {
  const { api, catalogue, buyers, sampler } = parts;
  const { saleId, currency, items } = catalogue;
  const history = new History();
  for await (const entry of readJournal(files.journal)) history.add(entry);
  const snapshot =
    target.databaseUrl === undefined
      ? await readApi(api, { buyers, stock: await sampler.sample() })
      : await readDatabase(target.databaseUrl, { saleId, itemIds: items.map(({ itemId }) => itemId) });
  if (target.databaseUrl !== undefined) await sampler.trySample(); // the record can be judged without the service
  const { orderDeadlineMs } = target;
  return {
    history,
    snapshot,
    samples: sampler.samples,
    parameters: { saleId, currency, items, orderDeadlineMs },
  };
}
