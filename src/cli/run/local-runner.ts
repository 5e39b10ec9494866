import { parseJson } from "../../../contracts/json/narrow.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { eventTaken } from "../../../contracts/api/run-control.ts";
import { acceptEnvelope } from "../../core/envelope/envelope.ts";
import { entriesIn } from "../../core/envelope/refusal.ts";
import type { Fault } from "../../core/errors.ts";
import { decodeRun } from "../../core/run/codec/codec.ts";
import type { StepState } from "../../core/run/model/state.ts";
import type { Result } from "../../core/result.ts";
import type { CallContext } from "../../app/call-context.ts";
import { unknownRun } from "../../app/runs/run-faults.ts";
import type { ToldValues } from "../../app/runs/told-values.ts";
import type { RevisionRequest } from "../../app/runs/run-revision.ts";
import type { MemoryEngine } from "../../embedded/memory-engine.ts";
import type { Clock, Ids } from "../../spi/clock.ts";
import { CommandFailure } from "../shell.ts";
import { LOCAL_TENANT, localCall } from "./local-engine.ts";
import type { OnSignal, Runner } from "./runner.ts";

/** Time and chance of a local engine. */
export interface LocalWorld {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Looks at the run at least this often while it has nothing to do, in milliseconds. */
const LONGEST_SLEEP_MS = 1_000;

/** Runs in this process. Nothing happens but while a run is followed. */
export function localRunner(engine: MemoryEngine, { clock, ids, sleep }: LocalWorld): Runner {
  const { envelopes, runs, control } = engine.services;
  const call = (): CallContext => localCall(ids.uuid());

  async function tell(
    runId: string,
    after: number,
    onSignal: OnSignal | null,
  ): Promise<[last: number, ended: boolean]> {
    const page = await runs.events(call(), runId, after);
    if (!page) throw refused(unknownRun(runId));
    let last = after;
    for (const signal of page.events) {
      last = signal.seq;
      await onSignal?.(signal);
    }
    return [last, page.finished];
  }

  return {
    outlives: false,
    async begin(wire) {
      const assign = { correlationId: ids.uuid(), envelopeId: ids.uuid(), now: clock.now() };
      const envelope = valueOf(acceptEnvelope(wire, assign));
      const options = { waitMs: 0, registryVersion: null };
      return valueOf(await envelopes.accept(localCall(envelope.correlationId), envelope, options)).runId;
    },
    async missing(names) {
      const { byName } = await engine.ports.registry.snapshot(LOCAL_TENANT);
      return names.filter((name) => !byName.has(name));
    },
    takeIn: async (snapshot) => idOf(valueOf(await control.importRun(call(), snapshot))),
    async rerun(
      runId,
      { from, downstream = true, given = {}, values = {}, chains = false, ...revision },
      { idempotencyKey = null } = {},
    ) {
      const request = {
        from: from ?? null,
        downstream,
        given,
        values: values as ToldValues,
        chains,
        revision: revision as RevisionRequest,
        idempotencyKey,
      };
      return idOf(valueOf(await control.rerun(call(), runId, request)));
    },
    async follow(runId, timeoutMs, onSignal) {
      const end = clock.now() + timeoutMs;
      for (let last = 0, ended = false; ;) {
        await engine.fireAlarms();
        const worked = await engine.deliver();
        const before = last;
        [last, ended] = await tell(runId, last, onSignal);
        if (ended) return true;
        if (worked || last > before) continue;
        refuseVainWait(await waitingSteps(engine, runId), end);
        const left = end - clock.now();
        if (left <= 0) return false;
        const alarm = engine.nextAlarm() ?? end;
        await sleep(Math.max(1, Math.min(alarm - clock.now(), left, LONGEST_SLEEP_MS)));
      }
    },
    async sendEvent(runId, name, payload) {
      const { heard_by: steps, awaited } = eventTaken.parse(
        valueOf(await control.signal(call(), runId, name, payload)),
      );
      return { steps, awaited };
    },
    async decide(runId, step, { approved, by, comment }) {
      const word = { ...(by === undefined ? {} : { by }), ...(comment === undefined ? {} : { comment }) };
      valueOf(await control.control(call(), runId, { type: "approve", step, approved, word }));
    },
    async view(runId) {
      const view = await runs.view(call(), runId);
      if (!view) throw refused(unknownRun(runId));
      return view;
    },
    result: async (runId) => valueOf(await runs.result(call(), runId)),
    exported: async (runId, options) => valueOf(await control.exportRun(call(), runId, options)),
    async value(runId, step, key) {
      const { json } = valueOf(await runs.value(call(), runId, step, key));
      return parseJson(new TextDecoder().decode(json));
    },
    replay: async (runId) => valueOf(await control.replay(call(), runId)),
  };
}

/** The steps that wait while nothing else of the run goes on; none when something does. */
async function waitingSteps({ ports }: MemoryEngine, runId: string): Promise<readonly StepState[]> {
  const record = await ports.coordinator.read(runId);
  if (record === null) return [];
  const { header, segments } = decodeRun(record);
  if (header.status !== "waiting") return [];
  return [...segments.values()].flatMap(({ steps }) => steps.filter(({ status }) => status === "waiting"));
}

/** Time passes by itself, events and people do not reach this process: a wait for them that outlasts `end` is in vain. */
function refuseVainWait(steps: readonly StepState[], end: number): void {
  const [first] = steps;
  if (!first || steps.some(({ waiting }) => waiting?.kind === "sleep" || (waiting?.until ?? 0) <= end)) return;
  const { kind, event, prompt } = first.waiting ?? {};
  const what = kind === "event" ? `the event '${event ?? ""}'` : "an approval";
  throw new CommandFailure(
    `step '${first.id}' waits for ${what}, which cannot come here${prompt ? `: ${prompt}` : ""}`,
    {
      hint: kind === "event" ? `give --event ${event ?? first.id}=VALUE` : `give --approve ${first.id}`,
    },
  );
}

function valueOf<T>(result: Result<T, Fault>): T {
  if (result.ok) return result.value;
  throw refused(result.error);
}

function refused({ code, message, hint, details }: Fault): CommandFailure {
  const entries = entriesIn(details) as readonly { readonly detail: string }[] | null;
  const list = entries?.map(({ detail }) => detail) ?? [];
  return new CommandFailure(message, { code, list, ...(hint === undefined ? {} : { hint }) });
}

const idOf = ({ run_id: id }: JsonObject): string => (typeof id === "string" ? id : "");
