import { isObject } from "../../../contracts/json/narrow.ts";
import type { Envelope } from "../../../contracts/documents/envelope.ts";
import { fault, faultOf, RuntimeHostError, type ErrorCode } from "../../core/errors.ts";
import type { CallResult } from "../../core/resilience/breaker.ts";
import { fullBucket, takeToken, type TokenBucket } from "../../core/resilience/token-bucket.ts";
import { quoted } from "../../core/text/clip.ts";
import type { Clock } from "../../spi/clock.ts";
import type { CallSurroundings, HandlerBinding } from "../../spi/envelope-handler.ts";
import type { Timer } from "../../spi/timer.ts";
import { attempt } from "../execute/attempt.ts";
import type { Breakers } from "./breakers.ts";

export interface GuardPorts {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly breakers: Pick<Breakers, "admit" | "report">;
}

/** The most targets whose rate is kept; those not called for longest are forgotten, which only gives them a full bucket. */
const MOST_BUCKETS = 2_000;

/** Failures that speak against the target. Others are about the request, or about us. */
export const AGAINST_TARGET: ReadonlySet<ErrorCode> = new Set([
  "CONNECTION_ERROR",
  "TIMEOUT_ERROR",
  "SERVICE_UNAVAILABLE",
]);

/** What stands between a handler and whom it calls: a rate, a breaker and a time limit, for each binding and target. */
export class Guard {
  readonly #ports: GuardPorts;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(ports: GuardPorts) {
    this.#ports = ports;
  }

  /**
   * Calls a handler. Rejects with RATE_LIMIT_ERROR or SERVICE_UNAVAILABLE, with the time to wait, where it is not called at
   * all, with TIMEOUT_ERROR when it takes too long, and otherwise with what the handler rejects with.
   */
  async call(binding: HandlerBinding, envelope: Envelope, surroundings: CallSurroundings): Promise<unknown> {
    const { handler, breaker } = binding;
    const target = handler.targetOf(envelope.payload);
    const key = `${surroundings.tenant}/${handler.type}/${target}`;
    this.#takeToken(binding, key, target);
    if (breaker === null) return this.#timed(binding, envelope, surroundings);
    const pass = await this.#ports.breakers.admit(
      { tenant: surroundings.tenant, binding: handler.type, target },
      breaker,
    );
    let result: CallResult = "neutral";
    try {
      const returned = await this.#timed(binding, envelope, surroundings);
      result = isObject(returned) && handler.isFailure?.(returned) ? "failure" : "success";
      return returned;
    } catch (thrown) {
      if (AGAINST_TARGET.has(faultOf(thrown).code)) result = "failure";
      throw thrown;
    } finally {
      this.#ports.breakers.report(pass, result);
    }
  }

  async #timed({ handler, profile }: HandlerBinding, envelope: Envelope, outer: CallSurroundings): Promise<unknown> {
    const call = (signal: () => AbortSignal): Promise<unknown> => {
      const own = signal();
      return handler.execute(envelope, { ...outer, signal: eitherOf(own, outer.signal) });
    };
    return attempt(call, {
      what: `a call of handler ${handler.type}`,
      timeoutMs: profile.timeoutMs,
      timer: this.#ports.timer,
    });
  }

  #takeToken({ ratePerSecond }: HandlerBinding, key: string, target: string): void {
    if (ratePerSecond === null) return;
    const now = this.#ports.clock.now();
    const taken = takeToken(this.#buckets.get(key) ?? fullBucket(ratePerSecond, now), ratePerSecond, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, taken.bucket);
    if (this.#buckets.size > MOST_BUCKETS) this.#forgetOldest();
    if (taken.waitMs === 0) return;
    throw new RuntimeHostError(
      fault("RATE_LIMIT_ERROR", `${quoted(target)} is called more than ${ratePerSecond} times a second`, {
        details: { target, limit_per_second: ratePerSecond },
        retryAfterSeconds: taken.waitMs / 1_000,
        blameless: true,
      }),
    );
  }

  #forgetOldest(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      return;
    }
  }
}

/** Aborted when the call's own time is over, or when whoever wanted it does not want it any more. */
function eitherOf(own: CallSurroundings["signal"], outer: CallSurroundings["signal"]): CallSurroundings["signal"] {
  return {
    get aborted() {
      return own.aborted || outer.aborted;
    },
    addEventListener(type, listener) {
      own.addEventListener(type, listener);
      outer.addEventListener(type, listener);
    },
  };
}
