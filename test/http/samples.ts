import type { DeadLetterPage, DeadLetterView, RedriveOutcome } from "../../contracts/api/dead-letters.ts";
import type { NodeDetail, NodeListItem } from "../../contracts/api/nodes-api.ts";
import type { ReplayReport } from "../../contracts/api/run-control.ts";
import type { RunListEntry } from "../../contracts/api/run-search.ts";
import type { ExecutionResult, RunSummaryView, RunView, StepView } from "../../contracts/api/run.ts";
import type { TriggerPage } from "../../contracts/api/triggers-api.ts";
import type { PlanWire } from "../../contracts/documents/plan.ts";
import { policyWire } from "../../contracts/documents/policy.ts";
import type { RunSnapshot } from "../../src/core/run/codec/snapshot.ts";
import type { Metrics } from "../../contracts/api/metrics.ts";
import type { QuarantinedRunView, QuarantineRaw } from "../../contracts/api/quarantine.ts";

export const RUN_ID = "r0a_01J00000000000000000000000";
export const NEW_RUN = "r0c_01J00000000000000000000001";
export const UNKNOWN_RUN = "r0b_01J00000000000000000000000";
export const CORRELATION = "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";
/** A valid envelope in the smallest form. */
export const ENVELOPE = { source_node: "caller", operation: "goal.run", payload: { want: ["a.b"], given: {} } };

/** What became of a run. */
export const SUMMARY: RunSummaryView = {
  run_id: RUN_ID,
  status: "succeeded",
  operation: "goal.run",
  correlation_id: CORRELATION,
  want: ["a.b"],
  plan_hash: "0".repeat(64),
  created_at: "2026-01-02T03:04:05.006Z",
  finished_at: "2026-01-02T03:04:06.006Z",
  duration_ms: 1_000,
  steps: 1,
  replans: 0,
  queued_steps: 0,
  outputs: { "a.b": 1 },
  error: null,
};

export const STEP: StepView = {
  id: "noop",
  node: "noop",
  version: "1.0.0",
  status: "succeeded",
  segment: "s0",
  attempts: [],
  retry_at: null,
  limited_by: null,
  waiting: null,
  input_hash: null,
  output_hash: null,
  values: [],
  error: null,
};

export const METRICS: Metrics = {
  failing: [],
  at: "2026-01-02T03:04:05.006Z",
  runs: {
    unfinished: { running: 1 },
    recent: { window_s: 3_600, created: 40, failed: 1, cancelled: 2, steps: 160, cached_steps: 36 },
    complete: true,
    quarantined: { RECORD_NEWER: 1 },
  },
  cache: { entries: 2, bytes: 130, hits: 36, stored: 2, complete: true },
  breakers: { open: { http: 1 } },
  dead_letters: { open: { consumer_error: 1 } },
  nodes: { by_lifecycle: { active: 7, draft: 1 }, unreadable: 0 },
  trust: { lowest: [{ node: "noop@1.0.0", score: 0.5, confidence: 0.1, samples: 1 }], highest: [] },
};

export const TRIGGER_PAGE: TriggerPage = {
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

export const TRIGGER = {
  topic: "node.exec.request.texts",
  trigger_id: TRIGGER_PAGE.trigger_id,
  idempotent_key: "k",
  source: "test",
  node: "noop",
};

/** The same run as a list shows it. */
export const RUN_ENTRY: RunListEntry = {
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

/** A run in quarantine. */
export const ASIDE: QuarantinedRunView = {
  run_id: RUN_ID,
  code: "RECORD_NEWER",
  message: "a later release wrote it",
  hint: null,
  since: "2026-01-02T03:04:05.006Z",
  operation: "goal.run",
  correlation_id: CORRELATION,
  want: ["a.b"],
  tags: [],
  created_at: "2026-01-02T03:04:05.006Z",
};

export const ASIDE_RAW: QuarantineRaw = { run_id: RUN_ID, parts: [{ part: "r", body: '{"v":99', due_at: null }] };

export const LETTER: DeadLetterView = {
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

export const LETTER_PAGE: DeadLetterPage = {
  ...LETTER,
  standing: { kind: "stale", reason: "the run goes on" },
  run: null,
};

export const REDRIVEN: RedriveOutcome = { id: "m1", outcome: "redriven", reason: "the run waits for it", error: null };

export const RESULT: ExecutionResult = {
  batch_id: RUN_ID,
  status: "success",
  started_at: "2026-01-02T03:04:05.006Z",
  completed_at: "2026-01-02T03:04:06.006Z",
  trust_delta: 0.5,
  results: [
    {
      node_id: "noop@1.0.0",
      step: "noop",
      success: true,
      execution_time_ms: 3,
      status: "success",
      input_hash: "",
      output_hash: "",
      errors: [],
      warnings: [],
      metadata: { segment: "s0", attempts: 1, cached: false },
      input_state: {},
      output_state: null,
      error: null,
      trust: null,
      trace: [],
    },
  ],
  run_status: "succeeded",
  outputs: { "a.b": 1 },
  error: null,
  correlation_id: CORRELATION,
};

export const REPLAY: ReplayReport = {
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
} as const satisfies RunSnapshot;

const BARE_PLAN: PlanWire = {
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
  policy: policyWire.parse({}),
};

/** A plan as `POST /v1/plans` shows it. */
export const PLAN = { ...BARE_PLAN, registry_version: "7.0" };

/** A run's page. */
export const RUN: RunView = {
  ...SUMMARY,
  envelope_id: CORRELATION,
  source_node: "caller",
  idempotency_key: null,
  tags: [],
  deadline_at: null,
  lineage: null,
  trigger: null,
  chains: null,
  chained: [],
  given: [],
  steps: [STEP],
  replaced: [],
  replanning: null,
  plan: BARE_PLAN,
};

export const NODE: NodeListItem = {
  name: "noop",
  version: "1.0.0",
  description: "Does nothing.",
  lifecycle: "active",
  kind: "compute",
  entrypoint: { type: "noop", target: "noop" },
  namespace: "onex.nodes.noop",
  tags: [],
  consumes: [],
  produces: [],
  hash: "0".repeat(64),
  digest: "0".repeat(64),
  execution: { cost: 1, latency_ms: 1, timeout_ms: 1_000, max_retries: 3, cache_ttl_s: null },
  trust: { score: 0.5, confidence: 0, samples: 0 },
};

export const NODE_DETAIL: NodeDetail = {
  ...NODE,
  trust_history: [],
  registered_at: "2026-01-01T00:00:00.000Z",
  input_contract: {},
  optional_inputs: [],
  output_contract: {},
  deprecated_by: null,
  archived_reason: null,
  uuid: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
  metadata: "name: noop",
  contract: "node_name: noop",
  code: null,
  files: { "README.md": "# noop" },
  cases: [{ name: "the example", input: {}, output: null, place: "contract.yaml:$.examples" }],
};
