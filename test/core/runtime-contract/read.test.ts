import { describe, expect, it } from "vitest";
import { readRuntimeContract, type ContractWorld } from "../../../src/core/runtime-contract/read.ts";

const WORLD: ContractWorld = { environment: "development", nodes: ["noop", "scaffold"], databases: ["APP_DB"] };
const HEAD = 'schema_version: "1.0.0"\nruntime:\n  name: h\n  version: "1.0.0"\n  event_bus:\n    kind: queues\n';
const read = (text: string, world: Partial<ContractWorld> = {}) =>
  readRuntimeContract(text, "contracts/runtime.yaml", { ...WORLD, ...world });

/** The handlers and nodes of a contract, in YAML. */
const contract = (handlers: string, nodes = "  nodes: []\n"): string => `${HEAD}  handlers:\n${handlers}${nodes}`;
const problems = (text: string, world: Partial<ContractWorld> = {}) => {
  const setup = read(text, world);
  return setup.ok ? [] : setup.error;
};

describe("a runtime contract", () => {
  it("binds its handlers with every option at its default", () => {
    expect(read(contract("    - type: http\n"))).toEqual({
      ok: true,
      value: {
        name: "h",
        version: "1.0.0",
        eventBus: "queues",
        nodes: [],
        handlers: [
          {
            type: "http",
            config: {},
            profile: {
              timeoutMs: 30_000,
              priority: 0,
              retry: { maxRetries: 3, backoff: "exponential", baseMs: 100, maxMs: 5_000 },
            },
            ratePerSecond: null,
            breaker: { failureThreshold: 5, resetMs: 60_000 },
          },
        ],
      },
    });
  });

  it("takes every option of v0.2, leaves out what is not enabled, and has the most urgent first", () => {
    const text = contract(
      [
        "    - {type: local, enabled: true, priority: -5}",
        "    - {type: db, enabled: false, config: {databases: {main: {binding: APP_DB}}}}",
        "    - type: http",
        "      priority: 100",
        "      timeout_ms: 600000",
        "      rate_limit_per_second: 0.1",
        "      retry: {max_retries: 10, backoff: fixed, base_ms: 60000, max_ms: 300000}",
        "      circuit_breaker: {failure_threshold: 2, reset_ms: 1000}",
        "",
      ].join("\n"),
      "  nodes:\n    - slug: noop\n",
    );
    expect(read(text)).toMatchObject({
      ok: true,
      value: {
        nodes: ["noop"],
        handlers: [
          {
            type: "http",
            profile: { timeoutMs: 600_000, priority: 100, retry: { maxRetries: 10, backoff: "fixed" } },
            ratePerSecond: 0.1,
            breaker: { failureThreshold: 2, resetMs: 1_000 },
          },
          { type: "local", breaker: null },
        ],
      },
    });
  });

  it("tells everything that is wrong at once, each with its line and what to do", () => {
    const text = [
      'schema_version: "2.0.0"',
      "runtime:",
      '  version: "1.0"',
      "  colour: blue",
      "  event_bus: {kind: kafka}",
      "  handlers:",
      "    - type: locla",
      "    - type: http",
      "      timeout_ms: 1",
      "      config:",
      "        egress: {allow_loopbak: true}",
      "    - type: http",
      "      retry: {base_ms: 5000, max_ms: 200}",
      "    - type: db",
      "      config: {databases: {main: {binding: DB}, other: {binding: NOWHERE}}}",
      "      api_key: abc",
      "  nodes:",
      "    - slug: nop",
      "    - slug: scaffold",
      "    - slug: scaffold",
      "",
    ].join("\n");
    const found = problems(text);
    expect(found.map(({ line, error }) => `${line ?? "-"} ${error}`).sort()).toEqual([
      "1 schema_version: version 2.0.0 has a newer major version than 1, which this reader understands",
      "11 runtime.handlers[1].config.egress.allow_loopbak: this field is not known",
      "12 runtime.handlers[2].type: 'http' is there twice",
      "13 runtime.handlers[2].retry.max_ms: must not be below base_ms",
      "15 runtime.handlers[3].config.databases.main.binding: DB is the registry's own database",
      "15 runtime.handlers[3].config.databases.other.binding: there is no database bound as NOWHERE",
      "16 runtime.handlers[3].api_key: a secret is written out",
      "16 runtime.handlers[3].api_key: this field is not known",
      "18 runtime.nodes[0].slug: there is no node 'nop' in the bundle",
      "2 runtime.name: Invalid input: expected string, received undefined",
      "20 runtime.nodes[2].slug: 'scaffold' is there twice",
      "3 runtime.version: a semantic version such as 1.0.0 is required",
      "4 runtime.colour: this field is not known",
      "5 runtime.event_bus.kind: there is no bus 'kafka'",
      "7 runtime.handlers[0].type: there is no handler 'locla'",
      "9 runtime.handlers[1].timeout_ms: Too small: expected number to be >=100",
    ]);
    for (const problem of found) {
      expect(problem.file).toBe("contracts/runtime.yaml");
      expect(problem.hint.length).toBeGreaterThan(0);
      expect(problem.action.length).toBeGreaterThan(0);
    }
    expect(found.find(({ place }) => place === "$.runtime.handlers[0].type")?.hint).toBe("did you mean 'local'?");
    expect(found.find(({ place }) => place === "$.runtime.nodes[0].slug")?.hint).toBe("did you mean 'noop'?");
  });

  it.each([
    ["runtime: [", 1],
    ["runtime:\n  a: 1\n  a: 2\n", 3],
    ["a: &x 1\nb: *x\n", 2],
  ])("that is no YAML is refused with its line: %j", (text, line) => {
    expect(problems(text)).toMatchObject([{ line, place: "$", error: expect.stringContaining("it is no YAML") }]);
  });

  it.each([
    "",
    "[]",
    "3",
    "runtime: 1",
    "runtime: {}",
    "runtime: {handlers: 1, nodes: 2}",
    "runtime: {handlers: [1, null]}",
  ])("of another shape is refused: %j", (text) => {
    expect(problems(text).length).toBeGreaterThan(0);
  });
});

describe("what is for development alone", () => {
  const local = contract("    - type: local\n");
  const loopback = contract("    - type: http\n      config: {egress: {allow_loopback: true}}\n");

  it.each([
    ["production", 1],
    ["staging", 1],
    ["", 1],
    ["Development", 1],
    ["development", 0],
  ])("in %j there are %d problems", (environment, count) => {
    expect(problems(local, { environment })).toHaveLength(count);
    expect(problems(loopback, { environment })).toHaveLength(count);
  });

  it("is refused though it is not enabled: nobody should switch it on by accident", () => {
    expect(problems(contract("    - {type: local, enabled: false}\n"), { environment: "production" })).toMatchObject([
      { place: "$.runtime.handlers[0].type", line: 8 },
    ]);
  });
});

describe("a secret that is written out", () => {
  it.each([
    "password: hunter2",
    "api_key: x",
    "apiKey: x",
    "auth_token: x",
    "client_secret: x",
    "authorization: x",
    "note: Bearer abcdefgh12345",
    "url: postgres://me:pw@host/db",
    "note: ghp_abcdefghij1234567890",
    "note: AKIAABCDEFGHIJKLMNOP",
    "deep: {list: [{token: x}]}",
  ])("is found: %s", (line) => {
    const found = problems(
      `${contract("    - type: http\n").replace("event_bus:\n", `event_bus:\n    config: {${line}}\n`)}`,
    );
    expect(found.map(({ error }) => error)).toEqual([expect.stringContaining("a secret is written out")]);
    expect(JSON.stringify(found)).not.toMatch(/hunter2|:pw@|ghp_|AKIA/);
  });

  it.each(["secret_ref: NAME", "password_secret_ref: NAME", "token: ''", "tokens: 3", "url: https://example.com/a@b"])(
    "is not %s",
    (line) => {
      const text = contract("    - type: http\n").replace("event_bus:\n", `event_bus:\n    config: {${line}}\n`);
      expect(problems(text)).toEqual([]);
    },
  );
});
