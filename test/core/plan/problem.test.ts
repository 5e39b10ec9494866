import { describe, expect, it } from "vitest";
import { HTTP_STATUS } from "../../../src/core/errors.ts";
import { PROBLEM_CODE } from "../../../src/core/plan/model/problem.ts";
import { BLAME } from "../../../src/core/trust/blame.ts";

describe("the planner's problems", () => {
  const codes = Object.values(PROBLEM_CODE);

  it("have a code each", () => {
    expect(new Set(codes).size).toBe(codes.length);
  });

  it("are the only owners of the codes of plans", () => {
    const planCodes = Object.keys(HTTP_STATUS).filter((code) => code.startsWith("PLAN_"));
    expect(planCodes.toSorted()).toEqual(codes.filter((code) => code.startsWith("PLAN_")).toSorted());
  });

  it("are the caller's to solve, and no node's fault", () => {
    for (const code of codes) {
      expect([code, HTTP_STATUS[code]]).toEqual([code, expect.toSatisfy((status) => [404, 409, 422].includes(status))]);
      expect([code, BLAME[code]]).toEqual([code, 0]);
    }
  });
});
