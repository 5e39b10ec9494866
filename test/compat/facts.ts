import { isForeign, ownOrigin } from "../../src/core/run/model/origin.ts";
import type { JsonObject, JsonValue } from "../../contracts/json/json.ts";
import { planIndex } from "../../src/core/plan/model/plan-index.ts";
import type { RunHeader, RunState, StepState } from "../../src/core/run/model/state.ts";
import { wireValue, type StoredValue } from "../../src/core/run/model/value.ts";

/** What is true of a run whatever shape it is stored in. Written beside each stored record, and compared for ever. */
export function factsOf(state: RunState): JsonObject {
  const { header, plan } = state;
  const { stepById } = planIndex(plan);
  const steps = [...state.segments.values()].flatMap((segment) => segment.steps);
  return {
    id: header.id,
    tenant: header.tenant,
    operation: header.operation,
    correlation_id: header.correlationId,
    status: header.status,
    key: header.idempotencyKey,
    request: header.requestHash,
    tags: [...header.tags],
    created_at: header.createdAt,
    finished_at: header.finishedAt,
    deadline_at: header.deadlineAt,
    fault: header.fault?.code ?? null,
    origin: originOf(header),
    chains: Object.entries(header.chains ?? {}).map(([list, links]) => `${list} ${links?.length ?? 0}`),
    mailbox: (header.mailbox ?? []).map(({ name }) => name),
    heard: (header.heard ?? []).length,
    foreign: isForeign(header),
    replans: header.replans ?? 0,
    question: header.replanning?.question?.token ?? null,
    want: [...plan.want],
    plan: plan.hash,
    given: valuesOf(state.given),
    steps: steps.map((step) => ({ ...stepFacts(step), node: nodeOf(stepById.get(step.id)) })),
    replaced: (state.replaced ?? []).map((one) => ({ ...stepFacts(one.state), node: nodeOf(one.step) })),
    leases: [...state.segments.values()].flatMap(({ lease }) => (lease ? [lease.token] : [])),
    open_steps: state.openSteps,
  };
}

const nodeOf = (step: { readonly node: string; readonly version: string } | undefined): string =>
  step ? `${step.node}@${step.version}` : "";

function originOf(header: RunHeader): string {
  const origin = ownOrigin(header);
  switch (origin.kind) {
    case "client":
      return "client";
    case "rerun":
      return `rerun of ${origin.runId} from ${origin.from ?? "the beginning"}, ${origin.depth} deep`;
    case "chain":
      return `chain of ${origin.runId} from the beginning, ${origin.depth} deep`;
    case "trigger":
      return `trigger ${origin.id} of ${origin.group}, part ${origin.part}`;
  }
}

const stepFacts = ({ id, status, attempts, retryAt, outcome, waiting, limitedBy }: StepState): JsonObject => ({
  id,
  status,
  attempts: attempts.map(({ via, epoch, fault }) => `${via} ${epoch} ${fault?.code ?? ""}`.trim()),
  retry_at: retryAt,
  waits_for: waiting ? `${waiting.kind} ${waiting.event ?? ""} until ${waiting.until}` : null,
  limited_by: limitedBy ?? null,
  outputs: outcome?.ok ? valuesOf(outcome.outputs) : null,
  fault: outcome?.ok === false ? outcome.fault.code : null,
  hit: outcome?.ok && outcome.hit ? outcome.hit.runId : null,
});

/** Long values by their length: a fixture is read by people too. */
const valuesOf = (values: Readonly<Record<string, StoredValue>>): JsonObject =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, shortened(wireValue(value))]));

const shortened = (value: JsonValue): JsonValue =>
  typeof value === "string" && value.length > 200 ? `${value.length} characters` : value;
