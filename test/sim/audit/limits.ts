import type { Holder } from "../../../src/core/limit/book.ts";
import type { NodeCall } from "../../../src/spi/handler.ts";
import type { Limiter } from "../../../src/spi/limiter.ts";
import type { Execution } from "../execution-log.ts";
import type { Timeline } from "../timeline.ts";
import type { Findings } from "./findings.ts";
import type { MessageAudit } from "./messages.ts";

interface Granted {
  readonly holder: string;
  readonly token: string;
  readonly at: number;
  readonly until: number;
}

/** Keeps books of its own on who was let through, by the true time. */
export class LimitAudit {
  readonly #findings: Findings;
  readonly #timeline: Timeline;
  readonly #messages: MessageAudit;
  readonly #granted = new Map<string, Granted[]>();
  /** What came up, in words. */
  readonly reached = new Set<string>();
  /** Segments that were let through: one that waited has several dispatches, and who speaks for which cannot be told. */
  readonly #passed = new Set<string>();

  constructor(findings: Findings, timeline: Timeline, messages: MessageAudit) {
    this.#findings = findings;
    this.#timeline = timeline;
    this.#messages = messages;
  }

  watch(limiter: Limiter): Limiter {
    return {
      acquire: async (limit, requests) => {
        const answer = await limiter.acquire(limit, requests);
        for (const [place, { holder, token, allows, holdMs }] of requests.entries()) {
          this.reached.add(
            `a limit of ${allows.kind} ${answer.turns[place]?.granted ? "let somebody through" : "had no room"}`,
          );
          if (!answer.turns[place]?.granted) continue;
          const perMs = allows.kind === "rate" ? allows.perMs : holdMs;
          this.#grant(limit, nameOf(holder), token, perMs, allows);
        }
        return answer;
      },
      release: async (limit, leaving) => {
        for (const { holder, token, how } of leaving) {
          this.#end(limit, nameOf(holder), token, how);
          if (how === "ended" && !this.#messages.wasAnswered({ ...holder, token }))
            this.#findings.add("limited", `${limit}: ${nameOf(holder)} leaves before its ring has its answer`);
        }
        const called = await limiter.release(limit, leaving);
        if (called.length > 0) this.reached.add("a limit called somebody");
        return called;
      },
    };
  }

  /** A node with limits runs for a work item that has passed them. */
  begun({ tokens, segment, runId, number }: Execution, { node, lease }: NodeCall): void {
    // A replay is nobody's work item, though it executes the step of one that was never begun.
    if (tokens.size === 0 || lease === null || node.execution.limits === undefined) return;
    if (!this.#passed.has(nameOf({ runId, segment })))
      this.#findings.add("limited", `execution ${number} of ${node.name} has passed no limit`);
  }

  #grant(
    limit: string,
    holder: string,
    token: string,
    forMs: number,
    allows: { readonly kind: "slots" | "rate"; readonly max: number },
  ): void {
    const { now } = this.#timeline;
    this.#passed.add(holder);
    const known = (this.#granted.get(limit) ?? []).filter(({ until }) => until > now);
    const own = ({ holder: other, token: under }: Granted): boolean =>
      other === holder && (allows.kind === "slots" || under === token);
    const others = known.filter((one) => !own(one));
    // Whoever asks twice keeps its one turn, also where others with a higher limit have come since.
    const isRenewed = known.some((one) => one.holder === holder && one.token === token);
    if (!isRenewed && others.length >= allows.max)
      this.#findings.add(
        "limited",
        `${limit}: ${holder} is let through as number ${others.length + 1} of ${allows.max}`,
      );
    this.#granted.set(limit, [...others, { holder, token, at: now, until: now + forMs }]);
  }

  #end(limit: string, holder: string, token: string, how: "ended" | "unused"): void {
    const known = this.#granted.get(limit) ?? [];
    const isRate = limit.endsWith("/rate");
    if (isRate && how === "ended") return;
    this.#granted.set(
      limit,
      known.filter((one) => one.holder !== holder || one.token !== token),
    );
  }
}

const nameOf = ({ runId, segment }: Holder): string => `${runId}/${segment}`;
