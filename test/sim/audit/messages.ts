import type { Answer, WorkItem } from "../../../src/core/run/dispatch/work-item.ts";
import type { EventMessage, ExecuteMessage, ReplanMessage } from "../../../src/core/messages/ring-messages.ts";
import type { DeadLetterStore } from "../../../src/spi/dead-letter-store.ts";
import type { Delivery } from "../../../src/spi/event-bus.ts";
import type { RingStore } from "../../../src/spi/ring-store.ts";
import type { CommitAudit } from "./commits.ts";
import type { Findings } from "./findings.ts";

/** Watches that nobody signs for a message before what it asks for is done. */
export class MessageAudit {
  readonly #findings: Findings;
  readonly #commits: CommitAudit;
  readonly #rings: readonly { readonly store: RingStore }[];
  /** Leases whose answer a ring took. */
  readonly #answered = new Set<string>();
  /** What the dead letters hold: a run's work by its message. */
  readonly #buried = new Set<string>();
  /** Messages that reached a consumer after their lease was over, by its clock. */
  readonly #expired = new Set<string>();

  constructor(findings: Findings, commits: CommitAudit, rings: readonly { readonly store: RingStore }[]) {
    this.#findings = findings;
    this.#commits = commits;
    this.#rings = rings;
  }

  /** A ring has returned from a call. */
  heard(method: string, args: readonly unknown[]): void {
    if (method !== "answer") return;
    for (const answer of args[0] as readonly Answer[]) this.#answered.add(leaseOf(answer));
  }

  /** Whether the ring has heard what came of a work item. */
  wasAnswered(lease: Pick<Answer, "runId" | "segment" | "token">): boolean {
    return this.#answered.has(leaseOf(lease));
  }

  /** The dead letters as the system knows them, watched. */
  watch(deadLetters: DeadLetterStore): DeadLetterStore {
    return {
      ...deadLetters,
      record: (entry) => {
        this.#buried.add(entry.id);
        if (entry.messageType === "archive")
          this.#findings.add("answered", `${entry.id}: an archive message was buried`);
        return deadLetters.record(entry);
      },
    };
  }

  workDelivered(id: string, item: WorkItem, now: number): void {
    if (item.expiresAt <= now) this.#expired.add(id);
  }

  workSettled({ id, body }: Delivery<ExecuteMessage | ReplanMessage>, verdict: "ack" | "retry"): void {
    if (body.type !== "work") return;
    const { runId, segment, token } = body.work;
    if (verdict !== "ack" || this.#buried.has(id) || this.#expired.has(id) || this.#answered.has(leaseOf(body.work)))
      return;
    if (this.#commits.leaseOf(runId, segment) !== token) return;
    this.#findings.add("answered", `${id}: segment ${segment} of run ${runId} still waits under ${token}`);
  }

  eventSettled({ id, body }: Delivery<EventMessage>, verdict: "ack" | "retry"): void {
    if (verdict !== "ack" || body.type !== "archive") return;
    const parts = this.#rings[body.ring]?.store.read("~outbox") ?? [];
    const open = parts.find(({ part }) => part === String(body.batch));
    // Its ring sends it again, for as long as the batch has a time at which it is due.
    if (open && open.dueAt === null)
      this.#findings.add("answered", `${id}: batch ${body.batch} of ring ${body.ring} is not archived`);
  }
}

const leaseOf = ({ runId, segment, token }: Pick<Answer, "runId" | "segment" | "token">): string =>
  `${runId} ${segment} ${token}`;
