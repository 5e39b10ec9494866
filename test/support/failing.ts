import { fault, RuntimeHostError, type ErrorCode } from "../../src/core/errors.ts";

/** How one call goes wrong: before anything is done, or after it was done, when only the answer is lost. */
export type Failure = "before" | "after" | null;

/** Which calls of a port fail. Called once for every call. */
export type FailurePlan<Port> = (method: keyof Port & string, call: number) => Failure;

/** The first `times` calls of a method fail. */
export const failFirst =
  <Port>(method: keyof Port & string, times = 1, failure: Failure = "before"): FailurePlan<Port> =>
  (called, call) =>
    called === method && call <= times ? failure : null;

/**
 * The same port, failing by plan. `call` counts from 1 for each method. Every method of a port is asynchronous, so a
 * failure is a rejected promise.
 */
export function failing<Port extends object>(
  port: Port,
  plan: FailurePlan<Port>,
  code: ErrorCode = "SERVICE_UNAVAILABLE",
): Port {
  const calls = new Map<string, number>();
  return new Proxy(port, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== "function" || typeof property !== "string") return member;
      return async (...args: unknown[]) => {
        const call = (calls.get(property) ?? 0) + 1;
        calls.set(property, call);
        const failure = plan(property as keyof Port & string, call);
        const broken = () => new RuntimeHostError(fault(code, `${property} was made to fail`));
        if (failure === "before") throw broken();
        const answer: unknown = await member.apply(target, args);
        if (failure === "after") throw broken();
        return answer;
      };
    },
  });
}
