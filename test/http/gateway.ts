import type { Metrics } from "../../contracts/metrics.ts";
import type { Envelope } from "../../src/core/envelope/envelope.ts";
import type { Fault } from "../../src/core/errors.ts";
import { err, ok } from "../../src/core/result.ts";
import type { AcceptOptions, Services } from "../../src/infra/host/services.ts";
import type { LogFields } from "../../src/spi/log.ts";
import { createApp, type AppOptions } from "../../workers/http/app.ts";

export const TOKEN = "a-token-of-the-tests";
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
export const RUN_ID = "r0a_01J00000000000000000000000";
export const NEW_RUN = "r0c_01J00000000000000000000001";
export const UNKNOWN_RUN = "r0b_01J00000000000000000000000";
export const CORRELATION = "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";
/** A valid envelope in the smallest form. */
export const ENVELOPE = { source_node: "caller", operation: "goal.run", payload: { want: ["a.b"], given: {} } };

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

export interface Gateway {
  readonly app: ReturnType<typeof createApp>;
  readonly logs: LogLine[];
  /** Every envelope that came through. */
  readonly accepted: { readonly envelope: Envelope; readonly options: AcceptOptions }[];
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
      accept: (envelope, options) => {
        accepted.push({ envelope, options });
        const payload = { run_id: RUN_ID, status: "succeeded", outputs: { "a.b": 1 } };
        return Promise.resolve(ok({ status: 200, runId: RUN_ID, success: true, fault: null, payload }));
      },
      ...overrides.envelopes,
    },
    nodes: {
      register: () =>
        Promise.resolve(ok({ created: true, registryVersion: "7.0", node: { name: "noop", version: "1.0.0" } })),
      list: () => Promise.resolve({ registryVersion: "7.0", nodes: [{ name: "noop", version: "1.0.0" }] }),
      get: (_, name) => Promise.resolve(name === "noop" ? { name, versions: [] } : null),
      ...overrides.nodes,
    },
    plans: {
      preview: () => Promise.resolve(ok(PLAN)),
      show: (_, __, ___, ____, format) => Promise.resolve(ok({ text: `a.b as ${format}\n`, registryVersion: "7.0" })),
      ...overrides.plans,
    },
    runs: {
      view: (_, id) => Promise.resolve(id === RUN_ID ? RUN : null),
      result: (_, id) => Promise.resolve(id === RUN_ID ? ok(RESULT) : err(notFound)),
      events: (_, id, after) => Promise.resolve(id === RUN_ID ? { events: signals(3, after), finished: true } : null),
      ...overrides.runs,
    },
    control: {
      control: (_, id, { type }) =>
        Promise.resolve(id === RUN_ID ? ok({ run_id: id, status: AFTER[type] }) : err(notFound)),
      signal: (_, id) => Promise.resolve(id === RUN_ID ? ok({ run_id: id, status: "running" }) : err(notFound)),
      rerun: (_, id) => Promise.resolve(id === RUN_ID ? ok({ run_id: NEW_RUN, status: "queued" }) : err(notFound)),
      replay: (_, id) => Promise.resolve(id === RUN_ID ? ok(REPLAY) : err(notFound)),
      exportRun: (_, id) => Promise.resolve(id === RUN_ID ? ok(SNAPSHOT) : err(notFound)),
      importRun: () => Promise.resolve(ok({ run_id: RUN_ID, status: "succeeded" })),
      ...overrides.control,
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
    cache: {
      stats: () => Promise.resolve([{ node: "noop", version: "1.0.0", entries: 2, bytes: 130, hits: 17, stored: 2 }]),
      clear: (_, { node }) => Promise.resolve(ok(node === undefined ? 3 : 2)),
      ...overrides.cache,
    },
    metrics: { read: () => Promise.resolve(METRICS), ...overrides.metrics },
    triggers: {
      send: (_, { trigger_id: id }, correlation) =>
        Promise.resolve(ok({ trigger_id: id ?? "", group: "texts", correlation_id: correlation })),
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
export const signals = (last: number, after = 0) =>
  Array.from({ length: last }, (_, i) => ({
    seq: i + 1,
    type: i + 1 === last ? "signal.graph.completed" : "signal.node.result",
    run_id: RUN_ID,
  })).filter(({ seq }) => seq > after);

function countingIds(): AppOptions["ids"] {
  let count = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, "0")}`,
    ulid: () => "01J00000000000000000000000",
    ring: () => 0,
  };
}

export const RUN = {
  run_id: RUN_ID,
  status: "succeeded",
  operation: "goal.run",
  correlation_id: CORRELATION,
  want: ["a.b"],
  created_at: "2026-01-02T03:04:05.006Z",
  finished_at: "2026-01-02T03:04:06.006Z",
  outputs: { "a.b": 1 },
  error: null,
  steps: [{ id: "noop", node: "noop", version: "1.0.0", status: "succeeded" }],
};

export const METRICS: Metrics = {
  at: "2026-01-02T03:04:05.006Z",
  runs: {
    unfinished: { running: 1 },
    recent: { window_s: 3_600, created: 40, failed: 1, cancelled: 2, steps: 160, cached_steps: 36 },
    complete: true,
  },
  cache: { entries: 2, bytes: 130, hits: 36, stored: 2, complete: true },
  dead_letters: { open: { consumer_error: 1 } },
  nodes: { by_lifecycle: { active: 7, draft: 1 } },
  trust: { lowest: [{ node: "noop@1.0.0", score: 0.5, confidence: 0.1, samples: 1 }], highest: [] },
};

export const TRIGGER_PAGE = {
  trigger_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5c",
  topic: "node.exec.request.texts",
  group: "texts",
  idempotent_key: "k",
  correlation_id: CORRELATION,
  source: "test",
  received_at: "2026-01-02T03:04:05.006Z",
  status: "accepted",
  duplicate_of: null,
  left_out: 0,
  error: null,
  runs: [{ node: "noop@1.0.0", run_id: RUN_ID, status: "running", result: null, error: null }],
};

/** The same run as a list shows it. */
export const RUN_ENTRY = {
  run_id: RUN_ID,
  status: "succeeded",
  operation: "goal.run",
  correlation_id: CORRELATION,
  want: ["a.b"],
  tags: [],
  nodes: ["noop@1.0.0"],
  steps: 1,
  cached_steps: 0,
  created_at: "2026-01-02T03:04:05.006Z",
  finished_at: "2026-01-02T03:04:06.006Z",
  duration_ms: 1_000,
  error: null,
};

export const LETTER = {
  id: "m1",
  status: "open",
  original_topic: "onex-execute",
  original_message: { key: RUN_ID, value: { href: "/v1/dead-letters/m1/payload" }, offset: "m1", partition: null },
  message_type: "work",
  error_type: "consumer_error",
  failure_reason: "the queue gave up redelivering it",
  failure_timestamp: "2026-01-02T03:04:05.006Z",
  correlation_id: CORRELATION,
  retry_count: 3,
  cause: null,
  lineage: {
    run_id: RUN_ID,
    segment: "s1",
    epoch: 1,
    steps: [{ id: "noop", attempt: 1 }],
    redrives: 0,
    redriven_at: null,
  },
  resolution: null,
};

export const LETTER_PAGE = { ...LETTER, standing: { kind: "stale", reason: "the run goes on" }, run: null };

export const REDRIVEN = { id: "m1", outcome: "redriven", reason: "the run waits for it", error: null };

export const RESULT = {
  batch_id: RUN_ID,
  status: "success",
  started_at: "2026-01-02T03:04:05.006Z",
  completed_at: "2026-01-02T03:04:06.006Z",
  trust_delta: 0.5,
  results: [{ node_id: "noop@1.0.0", success: true, execution_time_ms: 3, status: "success" }],
  run_status: "succeeded",
  outputs: { "a.b": 1 },
  error: null,
  correlation_id: CORRELATION,
};

export const REPLAY = {
  run_id: RUN_ID,
  plan_hash: "0".repeat(64),
  identical: true,
  matches: 1,
  differs: 0,
  gone: 0,
  not_repeated: 0,
  steps: [{ step: "noop", node: "noop", version: "1.0.0", verdict: "matches" }],
};

export const SNAPSHOT = {
  format: "onex-run/1",
  run_id: RUN_ID,
  record: {
    v: 1,
    header: { id: RUN_ID, tenant: "default", status: "succeeded" },
    plan: { steps: [], segments: [] },
    given: {},
    segments: [],
  },
  events: [],
  values: {},
  sha256: "0".repeat(64),
};

export const PLAN = {
  hash: "0".repeat(64),
  want: ["a.b"],
  given: [],
  steps: [],
  segments: [],
  boundaries: [],
  edges: [],
  results: {},
  cost: 0,
  depth: 0,
  why: [],
  guards: [],
  origin: "goal",
  policy: {},
};

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
