import type { WorkItem } from "../../../src/core/run/dispatch/work-item.ts";
import type { ExecuteMessage, ReplanMessage } from "../../../src/core/messages/ring-messages.ts";
import type { CommitAudit } from "./commits.ts";
import type { Findings } from "./findings.ts";

/** Watches work items that rings hand over: each is leased, goes to one executor, and is on no queue. */
export class HandOverAudit {
  /** Leases whose work has left its ring, and how. */
  readonly #left = new Map<string, "handed over" | "sent">();
  /** Those of them that reached an executor by hand. */
  readonly #taken = new Set<string>();
  readonly #findings: Findings;
  readonly #commits: CommitAudit;

  constructor(findings: Findings, commits: CommitAudit) {
    this.#findings = findings;
    this.#commits = commits;
  }

  /** What came up, in words. */
  get reached(): readonly string[] {
    const handed = [...this.#left].filter(([, how]) => how === "handed over");
    return [
      ...(handed.length > 0 ? ["a work item was handed over"] : []),
      ...(handed.some(([lease]) => !this.#taken.has(lease)) ? ["a work item was handed over to nobody"] : []),
    ];
  }

  /** A ring has answered an executor with work items. */
  handed(items: readonly WorkItem[], take: number): void {
    if (items.length > take)
      this.#findings.add("handed", `${items.length} work items are handed over, ${take} were wanted`);
    for (const item of items) {
      this.#leave(item, "handed over");
      if (!this.#commits.wasLeased(item.runId, item.token))
        this.#findings.add("handed", `${this.#leaseOf(item)} is handed over and was never leased`);
    }
  }

  /** A ring asks the queue to carry this. */
  sent(messages: readonly (ExecuteMessage | ReplanMessage)[]): void {
    for (const message of messages) if (message.type === "work") this.#leave(message.work, "sent");
  }

  /** An executor has been handed these. */
  taken(items: readonly WorkItem[]): void {
    for (const item of items) this.#taken.add(this.#leaseOf(item));
  }

  #leave(item: WorkItem, how: "handed over" | "sent"): void {
    const lease = this.#leaseOf(item);
    const before = this.#left.get(lease);
    if (before !== undefined && (how === "handed over" || before === "handed over"))
      this.#findings.add("handed", `${lease} is ${how} and was ${before} before`);
    this.#left.set(lease, how);
  }

  /** A later run under the same key begins with the same tokens. */
  #leaseOf({ runId, segment, token }: WorkItem): string {
    return `${token} of segment ${segment} of run ${runId}, begun at ${this.#commits.runs.get(runId)?.begunAt ?? "no time"}`;
  }
}
