import { describe, expect, it } from "vitest";
import { Random } from "../sim/random.ts";
import { judge, type Answer } from "./judge.ts";
import { write } from "./odd.ts";
import { nextRequest } from "./requests.ts";

const ID = "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";
const problem = (status: number, code: unknown, changes: Partial<Answer> = {}): Answer => ({
  status,
  contentType: "application/problem+json",
  correlationId: ID,
  text: JSON.stringify({ code, correlation_id: ID }),
  ms: 1,
  ...changes,
});
const fine: Answer = { status: 200, contentType: "application/json", correlationId: ID, text: "{}", ms: 1 };

describe("an answer is a finding when", () => {
  it.each<[string, Answer]>([
    ["it is a server error without a declared code", problem(500, "RUNTIME_ERROR")],
    ["its code is none of ours", problem(400, "EEK")],
    ["it has no code", problem(503, undefined)],
    ["its status is not its code's", problem(500, "INVALID_PARAMETER")],
    ["it is no problem document", problem(400, "INVALID_PARAMETER", { contentType: "text/html" })],
    ["the problem is another's", problem(400, "INVALID_PARAMETER", { correlationId: "another" })],
    ["it has no correlation id", { ...fine, correlationId: null }],
    ["it is slow", { ...fine, ms: 5_001 }],
    ["it is no JSON", { ...fine, text: "<html>" }],
    ["a run failed unexpectedly", { ...fine, text: JSON.stringify({ error: { code: "RUNTIME_ERROR" } }) }],
  ])("%s", (_, answer) => expect(judge(answer)).toHaveLength(1));

  it("and not otherwise", () => {
    expect(judge(fine)).toEqual([]);
    expect(judge(problem(503, "SERVICE_UNAVAILABLE"))).toEqual([]);
    expect(judge({ ...fine, text: JSON.stringify({ error: { code: "SANDBOX_BUDGET" } }) })).toEqual([]);
  });
});

it("the same seed sends the same requests, of every family", () => {
  const scene = { endedRun: "r00_a", waitingRun: "r00_b", snapshot: { format: "onex-run/1" } };
  const stream = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 400 }, () => nextRequest(random, scene));
  };
  const requests = stream(7);
  expect(stream(7)).toEqual(requests);
  expect(stream(8)).not.toEqual(requests);
  expect(new Set(requests.map(({ family }) => family)).size).toBe(10);
});

it("documents hold what JSON cannot", () => {
  expect(write({ a: [1, Number.POSITIVE_INFINITY, "\ud800"] })).toBe('{"a":[1,Infinity,"\\ud800"]}');
});
