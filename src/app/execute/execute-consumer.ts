import { faultOf } from "../../core/errors.ts";
import { MAX_FUNCTION_CPU_MS } from "../../core/sandbox/budget.ts";
import { ringOf } from "../../core/run/model/run-id.ts";
import type { WorkItemLimit } from "../../core/limit/work-item-limits.ts";
import type { Answer, Deferral, SourceId, WorkItem } from "../../core/run/dispatch/work-item.ts";
import type { ExecuteMessage } from "../../core/messages/ring-messages.ts";
import type { StoredValue } from "../../core/run/model/value.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { Received } from "../deliver/received.ts";
import { answersInCall } from "./answers-in-call.ts";
import { admit, dismiss, limitsFor, type AdmissionPorts, type Applicant } from "./admission.ts";
import { CpuAllowance, PUT_OFF } from "./cpu-allowance.ts";
import { executeWorkItem, type ExecutorPorts } from "./executor.ts";
import { Gathering } from "./gathering.ts";
import { judgeSteps } from "./judge-steps.ts";
import { DEFAULT_HAND_OVER, Seats, type HandOverSettings } from "./seats.ts";

export interface ExecuteConsumerPorts extends ExecutorPorts, AdmissionPorts {
  readonly coordinator: RunCoordinator;
  /** How much is taken on beyond what is delivered; DEFAULT_HAND_OVER when absent. */
  readonly handOver?: HandOverSettings;
}

/** A work item somebody wants done: a message of the queue, or a ring that has handed it over. */
interface Task {
  readonly item: WorkItem;
  /** Whether it may have been done before: then its ring is asked first. */
  readonly again: boolean;
  /** Its ring knows what came of it, or wants nothing of it. */
  readonly done: () => void;
  /** Somebody has to do it again. */
  readonly lost: (thrown: unknown) => void | Promise<void>;
}

/** A work item that can be executed now, as far as its lease and its values go. */
interface Ready extends Applicant {
  readonly values: Readonly<Record<SourceId, StoredValue>>;
}

/**
 * Executes work items, each in its own time. What a ring makes ready when it is answered is executed here and now as well, as
 * far as the seats go, so that a chain of steps is one message. A delivered message is acknowledged when its ring has
 * the answer, and redelivered when that could not be given; one whose lease is over is dropped, because its ring has
 * sent or will send another. A work item that was handed over and could not be answered is sent by its ring when its lease
 * has expired.
 */
export async function consumeWorkItems(
  received: readonly Received<ExecuteMessage>[],
  ports: ExecuteConsumerPorts,
): Promise<void> {
  if (received.length === 0) return;
  const byPriority = [...received].sort((a, b) => (b.message.work.priority ?? 0) - (a.message.work.priority ?? 0));
  const seats = new Seats(received.length, ports.clock, ports.handOver ?? DEFAULT_HAND_OVER);
  await new Shift(ports, seats).run(
    byPriority.map((one) => ({
      item: one.message.work,
      again: one.attempts > 1,
      done: () => one.ack(),
      lost: (thrown) => {
        warn("a work item could not be done; its message is redelivered", one.message.work, thrown, ports);
        return one.giveBack(thrown);
      },
    })),
  );
}

/** What came of a work item, and whoever holds turns at limits until its ring knows. */
interface Result {
  /** Null when all of it goes on elsewhere: the answer comes from there. */
  readonly answer: Answer | null;
  readonly turns: readonly Ready[];
}

/** One invocation of the consumer. */
class Shift {
  readonly #ports: ExecuteConsumerPorts;
  readonly #executor: ExecutorPorts;
  readonly #cpu: CpuAllowance;
  readonly #seats: Seats;
  readonly #rings = new Map<number | null, Gathering<Answer, readonly WorkItem[]>>();
  readonly #admission: Gathering<Ready, Deferral | null>;
  readonly #ended = Promise.withResolvers<void>();
  #open = 0;

  constructor(ports: ExecuteConsumerPorts, seats: Seats) {
    const { coordinator } = ports;
    this.#ports = ports;
    this.#cpu = ports.cpu ?? new CpuAllowance();
    this.#seats = seats;
    this.#executor = {
      ...ports,
      cpu: this.#cpu,
      isWanted: ({ runId, segment, token }) => coordinator.holds(runId, segment, token),
    };
    this.#admission = new Gathering((ready) => admit(ready, ports));
  }

  /** Ends with the last work, those that were handed over included. */
  run(tasks: readonly Task[]): Promise<void> {
    for (const task of tasks) this.#begin(task);
    return this.#ended.promise;
  }

  #begin(task: Task): void {
    this.#open++;
    this.#do(task).then(
      (handed) => {
        for (const item of handed) this.#begin(this.#handed(item));
        if (--this.#open === 0) this.#ended.resolve();
      },
      (thrown: unknown) => this.#ended.reject(thrown),
    );
  }

  #handed(item: WorkItem): Task {
    const lost = (thrown: unknown): void =>
      warn(
        "a work item that was handed over could not be done; its lease will expire and it goes out again",
        item,
        thrown,
        this.#ports,
      );
    return { item, again: false, done: () => undefined, lost };
  }

  /** Resolves with the work items that came with the answer to this one. */
  async #do(task: Task): Promise<readonly WorkItem[]> {
    const { item, done, lost } = task;
    let result: Result | null;
    try {
      result = await this.#execute(task);
    } catch (thrown) {
      this.#seats.release(1);
      await lost(thrown);
      return [];
    }
    if (!result) {
      this.#seats.release(1);
      done();
      return [];
    }
    if (!result.answer) {
      this.#seats.release(1);
      done();
      if (result.turns.length > 0) await dismiss(result.turns, this.#ports);
      return [];
    }
    let handed: readonly WorkItem[];
    try {
      handed = await this.#ringOf(item).give(result.answer);
    } catch (thrown) {
      await lost(thrown);
      return [];
    }
    done();
    // A turn ends once the ring has the answer, and before a work item that follows asks for it.
    if (result.turns.length > 0) await dismiss(result.turns, this.#ports);
    return handed;
  }

  /** Null when nobody waits for the work item any more. */
  async #execute(task: Task): Promise<Result | null> {
    const ready = await this.#prepare(task);
    if (!ready) return null;
    const { item, values, limits } = ready;
    const { runId, segment, token } = item;
    const { rest, ...judged } = await judgeSteps(item, values, this.#executor);
    // What will not be executed takes nobody's turn.
    if (rest.length === 0) return { answer: { runId, segment, token, ...judged }, turns: [] };
    const deferred = limits.length === 0 ? null : await this.#admit(ready);
    if (deferred) return { answer: { runId, segment, token, results: [], deferred }, turns: [] };
    let parked = false;
    const park = (): void => void (parked = true);
    const executed = await executeWorkItem({ ...item, steps: rest }, values, { ...this.#executor, park });
    const results = [...judged.results, ...executed];
    const turns = limits.length === 0 ? [] : [ready];
    // What goes on elsewhere is no burden here: others may have the tenant's turn. The node's own turns end with the answer.
    if (parked) return { answer: null, turns: [{ ...ready, limits: limits.filter(isOfTenant) }] };
    if (results.length === 0 && judged.verdicts === undefined)
      return { answer: { runId, segment, token, results, deferred: PUT_OFF }, turns };
    return { answer: { runId, segment, token, ...judged, results }, turns };
  }

  /** Null when nobody waits for the work item any more. */
  async #prepare({ item, again }: Task): Promise<Ready | null> {
    if (item.expiresAt <= this.#ports.clock.now()) return null;
    const { runId, segment, token } = item;
    const known = again ? null : item.values;
    const values = known ?? (await this.#ports.coordinator.values(runId, segment, token));
    return values && { item, values, limits: limitsFor(item, values, this.#ports) };
  }

  /** Null when all limits let the work item through while its lease lasts. */
  async #admit(ready: Ready): Promise<Deferral | null> {
    const refusal = await this.#admission.give(ready);
    if (refusal || ready.item.expiresAt > this.#ports.clock.now()) return refusal;
    // Its turns are over with its lease, and another may have it by now.
    return { by: ready.limits[0]?.label ?? "", retryInMs: 0 };
  }

  #ringOf({ runId }: WorkItem): Gathering<Answer, readonly WorkItem[]> {
    const ring = ringOf(runId);
    const known = this.#rings.get(ring);
    if (known) return known;
    const made = new Gathering<Answer, readonly WorkItem[]>((answers) => this.#answer(answers), answersInCall);
    this.#rings.set(ring, made);
    return made;
  }

  /** One call for all of these. */
  async #answer(answers: readonly Answer[]): Promise<readonly (readonly WorkItem[])[]> {
    const offered = this.#seats.offer(answers.length);
    // Nothing is taken on that could not be begun here.
    const take = this.#cpu.admits(MAX_FUNCTION_CPU_MS) ? offered : 0;
    let handed: readonly WorkItem[] = [];
    try {
      handed = await this.#ports.coordinator.answer(answers, { take });
    } finally {
      this.#seats.release(offered - handed.length);
    }
    return shareOut(handed, answers);
  }
}

/** What an answer has made ready goes on with it, once its own turns are given back; each work item goes once. */
function shareOut(handed: readonly WorkItem[], answers: readonly Answer[]): readonly (readonly WorkItem[])[] {
  if (handed.length === 0) return answers.map(() => []);
  const byRun = Map.groupBy(handed, ({ runId }) => runId);
  return answers.map(({ runId }) => {
    const own = byRun.get(runId) ?? [];
    byRun.delete(runId);
    return own;
  });
}

const isOfTenant = ({ id }: WorkItemLimit): boolean => id.endsWith("/tenant/slots");

function warn(message: string, item: WorkItem, thrown: unknown, { log }: ExecuteConsumerPorts): void {
  const { correlationId, runId, segment } = item;
  log.warn(message, { correlation_id: correlationId, run_id: runId, segment, code: faultOf(thrown).code });
}
