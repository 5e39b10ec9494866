import { expect } from "vitest";
import type { Envelope } from "../../src/core/envelope/envelope.ts";
import { fault, type Fault } from "../../src/core/errors.ts";
import { err, ok } from "../../src/core/result.ts";
import type { CallContext } from "../../src/app/call-context.ts";
import type { AcceptOptions } from "../../src/app/operations/envelope-service.ts";
import type { Services } from "../../src/app/services.ts";
import type { LogFields } from "../../src/spi/log.ts";
import { createApp, type AppOptions } from "../../workers/http/app.ts";
import {
  ASIDE,
  ASIDE_RAW,
  CORRELATION,
  LETTER,
  LETTER_PAGE,
  METRICS,
  NEW_RUN,
  NODE,
  NODE_DETAIL,
  PLAN,
  REDRIVEN,
  REPLAY,
  RESULT,
  RUN,
  RUN_ENTRY,
  RUN_ID,
  SNAPSHOT,
  SUMMARY,
  TRIGGER_PAGE,
} from "./samples.ts";
import type { RunSignal } from "../../contracts/api/signals.ts";

export const TOKEN = "a-token-of-the-tests-0123456789abcdef";
/** What a call made with the token matches. */
export const CALL_OF_TOKEN: unknown = expect.objectContaining({
  tenant: "default",
  principal: { kind: "token", name: "default" },
});
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

export interface Gateway {
  readonly app: ReturnType<typeof createApp>;
  readonly logs: LogLine[];
  /** Every envelope that came through. */
  readonly accepted: { readonly call: CallContext; readonly envelope: Envelope; readonly options: AcceptOptions }[];
  /** The pauses the gateway made, in milliseconds; none takes time. */
  readonly pauses: number[];
  /** A request with the token, unless the headers say otherwise. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** A DELETE with the token. */
  remove(path: string): Promise<Response>;
  /** A POST with the token; a body that is no string is sent as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

type ServiceOverrides = { readonly [S in keyof Services]?: Partial<Services[S]> };

/** The gateway over services made by hand: what a test does not override answers like a system with one finished run. */
export function gateway(overrides: ServiceOverrides = {}, options: Partial<AppOptions> = {}): Gateway {
  const logs: LogLine[] = [];
  const accepted: Gateway["accepted"] = [];
  const pauses: number[] = [];
  const services = servicesOf(overrides, accepted);
  const line = (level: LogLine["level"]) => (message: string, fields: LogFields) => {
    logs.push({ level, message, fields });
  };
  const app = createApp({
    services: () => services,
    token: () => TOKEN,
    log: { info: line("info"), warn: line("warn"), error: line("error") },
    ids: countingIds(),
    clock: { now: () => NOW },
    environment: "test",
    version: "1.2.3",
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    ...options,
  });
  const authorized = { authorization: `Bearer ${TOKEN}` };
  return {
    app,
    logs,
    accepted,
    pauses,
    get: async (path, headers = {}) => app.request(path, { headers: { ...authorized, ...headers } }),
    remove: async (path) => app.request(path, { method: "DELETE", headers: authorized }),
    post: async (path, body, headers = {}) =>
      app.request(path, {
        method: "POST",
        headers: { ...authorized, "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
  };
}

function servicesOf(overrides: ServiceOverrides, accepted: Gateway["accepted"]): Services {
  const notFound: Fault = { code: "RUN_NOT_FOUND", message: "there is no such run" };
  const noLetter: Fault = { code: "DEAD_LETTER_NOT_FOUND", message: "there is no such dead letter" };
  return {
    envelopes: {
      accept: (call, envelope, options) => {
        accepted.push({ call, envelope, options });
        return Promise.resolve(ok({ status: 200, runId: RUN_ID, success: true, fault: null, payload: SUMMARY }));
      },
      ...overrides.envelopes,
    },
    nodes: {
      register: () => Promise.resolve(ok({ created: true, registryVersion: "7.0", node: NODE })),
      list: () => Promise.resolve({ registryVersion: "7.0", nodes: [NODE], next: null }),
      detail: (_, name, version) => Promise.resolve(name === "noop" && version === "1.0.0" ? NODE_DETAIL : null),
      move: (_, node, { to }) =>
        Promise.resolve(ok({ ...node, from: "draft" as const, to, changed: true, registry_version: "8.0" })),
      get: (_, name) => Promise.resolve(name === "noop" ? { name, versions: [] } : null),
      ...overrides.nodes,
    },
    plans: {
      preview: () => Promise.resolve(ok(PLAN)),
      show: (_, __, format) => Promise.resolve(ok({ text: `a.b as ${format}\n`, registryVersion: "7.0" })),
      ...overrides.plans,
    },
    runs: {
      view: (_, id) => Promise.resolve(id === RUN_ID ? RUN : null),
      result: (_, id) => Promise.resolve(id === RUN_ID ? ok(RESULT) : err(notFound)),
      value: (_, id) =>
        Promise.resolve(
          id === RUN_ID
            ? ok({ sha256: "0".repeat(64), json: new TextEncoder().encode('"ÿ0123456789"') })
            : err(notFound),
        ),
      events: (_, id, after) => Promise.resolve(id === RUN_ID ? { events: signals(3, after), finished: true } : null),
      ...overrides.runs,
    },
    control: {
      control: (_, id, { type }) =>
        Promise.resolve(id === RUN_ID ? ok({ run_id: id, status: AFTER[type] }) : err(notFound)),
      signal: (_, id) =>
        Promise.resolve(
          id === RUN_ID
            ? ok({ run_id: id, status: "running" as const, heard_by: ["paid"], awaited: ["paid"] })
            : err(notFound),
        ),
      rerun: (_, id) =>
        Promise.resolve(id === RUN_ID ? ok({ ...SUMMARY, run_id: NEW_RUN, status: "queued" as const }) : err(notFound)),
      replay: (_, id) => Promise.resolve(id === RUN_ID ? ok(REPLAY) : err(notFound)),
      exportRun: (_, id) => Promise.resolve(id === RUN_ID ? ok(SNAPSHOT) : err(notFound)),
      importRun: () => Promise.resolve(ok(SUMMARY)),
      ...overrides.control,
    },
    pools: {
      lease: () => Promise.resolve(ok({ items: [] })),
      heartbeat: () => Promise.resolve(ok({ lost: [], replaced: false })),
      list: () => Promise.resolve([{ name: "python", waiting: 0, leased: 0, oldest_ms: null, runners: [] }]),
      ...overrides.pools,
    },
    workItems: {
      signer: () =>
        Promise.resolve(err(fault("AUTHENTICATION_ERROR", "the signature does not stand for this work item"))),
      answer: () => Promise.resolve(ok({ accepted: true })),
      heartbeat: () => Promise.resolve(ok({ wanted: true, reason: null })),
      code: () => Promise.resolve(ok("def run(input): return {}")),
      ...overrides.workItems,
    },
    handlers: { list: () => Promise.resolve([]), ...overrides.handlers },
    logs: {
      logs: (_, id) => Promise.resolve(id === RUN_ID ? ok({ run_id: id, finished: true, logs: [] }) : err(notFound)),
      ...overrides.logs,
    },
    search: {
      search: () => Promise.resolve({ items: [RUN_ENTRY], next: `k.${RUN_ID}` }),
      ...overrides.search,
    },
    removal: { remove: (_, id) => Promise.resolve(id === RUN_ID ? ok(null) : err(notFound)), ...overrides.removal },
    deadLetters: {
      search: () => Promise.resolve({ items: [LETTER], next: null }),
      get: (_, id) => Promise.resolve(id === LETTER.id ? LETTER_PAGE : null),
      payload: (_, id) => Promise.resolve(id === LETTER.id ? ok({ type: "work" }) : err(noLetter)),
      redrive: (_, id) => Promise.resolve(id === LETTER.id ? ok(REDRIVEN) : err(noLetter)),
      redriveAll: (_, ids) => Promise.resolve(ids.map((id) => ({ ...REDRIVEN, id }))),
      redriveMatching: () => Promise.resolve({ items: [REDRIVEN], next: null }),
      ...overrides.deadLetters,
    },
    quarantine: {
      list: () => Promise.resolve({ runs: [ASIDE], next: null }),
      get: (_, id) => Promise.resolve(id === RUN_ID ? ok(ASIDE) : err(notFound)),
      raw: (_, id) => Promise.resolve(id === RUN_ID ? ok(ASIDE_RAW) : err(notFound)),
      retry: (_, id) =>
        Promise.resolve(
          id === RUN_ID ? ok({ run_id: id, released: true, status: "running", quarantine: null }) : err(notFound),
        ),
      end: (_, id) => Promise.resolve(id === RUN_ID ? ok({ run_id: id, status: "failed" }) : err(notFound)),
      ...overrides.quarantine,
    },
    cache: {
      stats: () => Promise.resolve([{ node: "noop", version: "1.0.0", entries: 2, bytes: 130, hits: 17, stored: 2 }]),
      clear: (_, { node }) => Promise.resolve(ok(node === undefined ? 3 : 2)),
      ...overrides.cache,
    },
    metrics: { read: () => Promise.resolve(METRICS), ...overrides.metrics },
    triggers: {
      send: ({ correlationId }, { trigger_id: id }) =>
        Promise.resolve(ok({ trigger_id: String(id), group: "texts", correlation_id: correlationId })),
      groups: () => Promise.resolve([]),
      get: (_, id) => Promise.resolve(id === TRIGGER_PAGE.trigger_id ? TRIGGER_PAGE : null),
      ...overrides.triggers,
    },
    health: {
      check: () => Promise.resolve({ healthy: true, checks: { registry: { healthy: true, detail: "7 nodes" } } }),
      ...overrides.health,
    },
  };
}

/** How a run stands after each way of steering it. */
const AFTER = {
  cancel: "cancelled",
  pause: "paused",
  resume: "running",
  event: "running",
  approve: "running",
} as const;

/** The first `last` signals of a run without those up to `after`. */
export const signals = (last: number, after = 0): readonly RunSignal[] =>
  Array.from({ length: last }, (_, i) => signalAt(i + 1, i + 1 === last)).filter(({ seq }) => seq > after);

function signalAt(seq: number, isLast: boolean): RunSignal {
  const common = { seq, run_id: RUN_ID, correlation_id: CORRELATION, timestamp: "2026-01-02T03:04:05.006Z" };
  if (isLast) return { type: "signal.graph.completed", ...common, status: "succeeded", error: null };
  return {
    type: "signal.node.result",
    ...common,
    ...{ step: "noop", node: "noop", version: "1.0.0", segment: "s0", attempt: seq, epoch: seq, via: "queue" as const },
    status: "failure",
    will_retry: true,
    execution_time_ms: 1,
    output_hash: null,
    events: [],
    error: null,
  };
}

function countingIds(): AppOptions["ids"] {
  let count = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, "0")}`,
    ulid: () => "01J00000000000000000000000",
    ring: () => 0,
  };
}

/** What every problem document must have, beside what the test expects of it. */
export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  if (!(response.headers.get("content-type") ?? "").startsWith("application/problem+json")) {
    throw new Error(`${response.status} is no problem document: ${await response.text()}`);
  }
  const document = (await response.json()) as Record<string, unknown>;
  for (const member of ["type", "title", "status", "detail", "code", "correlation_id", "instance"]) {
    if (!(member in document)) throw new Error(`the problem document lacks ${member}`);
  }
  if (document["status"] !== response.status) throw new Error("the document's status is not the response's");
  if (document["correlation_id"] !== response.headers.get("x-correlation-id")) throw new Error("two correlation ids");
  return document;
}
