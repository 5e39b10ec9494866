import { ringOf } from "../../core/run/run-id.ts";
import type { Answer, ExecuteMessage, SourceId, Work } from "../../core/run/work.ts";
import type { StoredValue } from "../../core/run/value.ts";
import type { Delivery } from "../../spi/event-bus.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import { admit, dismiss, limitsFor, type AdmissionPorts, type Applicant } from "./admission.ts";
import { executeWork, type ExecutorPorts } from "./executor.ts";

export interface ExecuteConsumerPorts extends ExecutorPorts, AdmissionPorts {
  readonly coordinator: RunCoordinator;
}

/** A delivered work that can be executed now, as far as its lease and its values go. */
interface Taken extends Applicant {
  readonly delivery: Delivery<ExecuteMessage>;
  readonly values: Readonly<Record<SourceId, StoredValue>>;
}

/**
 * Executes a batch of works and answers each ring once; works with limits ask for their turns first and are answered one
 * by one, so that a turn ends with its work. A message whose answer could not be given is redelivered; one whose lease is
 * over is dropped, because its ring has sent or will send another.
 */
export async function consumeWork(
  deliveries: readonly Delivery<ExecuteMessage>[],
  ports: ExecuteConsumerPorts,
): Promise<void> {
  const byPriority = [...deliveries].sort((a, b) => (b.body.work.priority ?? 0) - (a.body.work.priority ?? 0));
  const taken = (await Promise.all(byPriority.map((delivery) => take(delivery, ports)))).filter((one) => one !== null);
  const free = taken.filter(({ limits }) => limits.length === 0);
  const byRing = Map.groupBy(free, ringOfWork);
  await Promise.all([
    ...[...byRing.values()].map((group) => executeAll(group, ports)),
    consumeLimited(
      taken.filter(({ limits }) => limits.length > 0),
      ports,
    ),
  ]);
}

const ringOfWork = ({ work }: Taken): number | null => ringOf(work.runId);

/** Null when the delivery is settled already: the work is stale, or its values cannot be had. */
async function take(delivery: Delivery<ExecuteMessage>, ports: ExecuteConsumerPorts): Promise<Taken | null> {
  const { work } = delivery.body;
  let values = work.expiresAt <= ports.clock.now() ? null : work.values;
  if (values === null && work.expiresAt > ports.clock.now()) {
    try {
      values = await ports.coordinator.values(work.runId, work.segment, work.token);
    } catch {
      delivery.retry();
      return null;
    }
  }
  if (values === null) {
    delivery.ack();
    return null;
  }
  return { delivery, work, values, limits: limitsFor(work, values, ports) };
}

async function consumeLimited(taken: readonly Taken[], ports: ExecuteConsumerPorts): Promise<void> {
  if (taken.length === 0) return;
  const refusals = await admit(taken, ports);
  const deferred: { readonly one: Taken; readonly answer: Answer }[] = [];
  const admitted: Taken[] = [];
  taken.forEach((one, place) => {
    const refusal = refusals[place] ?? null;
    if (refusal === null) admitted.push(one);
    else deferred.push({ one, answer: { ...nothing(one.work), deferred: refusal } });
  });
  const byRing = Map.groupBy(deferred, ({ one }) => ringOfWork(one));
  await Promise.all([
    ...[...byRing.values()].map((group) =>
      answer(
        group.map(({ one }) => one),
        group.map((each) => each.answer),
        ports,
      ),
    ),
    ...admitted.map(async (one) => {
      if (await executeAll([one], ports)) await dismiss([one], ports);
    }),
  ]);
}

/** True when the ring has the answers. */
async function executeAll(group: readonly Taken[], ports: ExecuteConsumerPorts): Promise<boolean> {
  const isWanted = ({ runId, segment, token }: Work) => ports.coordinator.holds(runId, segment, token);
  const answers = await Promise.all(
    group.map(async ({ work, values }) => ({
      ...nothing(work),
      results: await executeWork(work, values, { ...ports, isWanted }),
    })),
  );
  return answer(group, answers, ports);
}

const nothing = ({ runId, segment, token }: Work): Answer => ({ runId, segment, token, results: [] });

async function answer(
  group: readonly Taken[],
  answers: readonly Answer[],
  ports: ExecuteConsumerPorts,
): Promise<boolean> {
  const given = await give(answers, ports);
  for (const { delivery } of group) {
    if (given) delivery.ack();
    else delivery.retry();
  }
  return given;
}

async function give(answers: readonly Answer[], ports: ExecuteConsumerPorts): Promise<boolean> {
  try {
    await ports.coordinator.answer(answers);
    return true;
  } catch {
    for (const { runId } of answers) {
      ports.log.warn("the ring did not take an answer; the message is redelivered", {
        correlation_id: runId,
        run_id: runId,
      });
    }
    return false;
  }
}
