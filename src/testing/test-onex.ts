import type { RunView } from "../../contracts/api/run.ts";
import type { PlanWire } from "../../contracts/documents/plan.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { CallContext } from "../app/call-context.ts";
import { builtinTable } from "../authoring/builtin-node.ts";
import type { DefinedNode } from "../authoring/define-node.ts";
import { nodeQuickJsModule } from "../cli/quickjs-module.ts";
import { acceptEnvelope } from "../core/envelope/envelope.ts";
import type { Fault } from "../core/errors.ts";
import type { NodeArtifacts } from "../core/registry/node.ts";
import type { Result } from "../core/result.ts";
import { memoryEngine, type MemoryEngine } from "../embedded/memory-engine.ts";
import { settled } from "../embedded/settled.ts";
import { builtinHandler } from "../infra/handlers/builtin-handler.ts";
import { functionHandler } from "../infra/handlers/function-handler.ts";
import { noopHandler } from "../infra/handlers/noop-handler.ts";
import { fixedClock } from "../infra/memory/clock.ts";
import { seededIds } from "../infra/memory/ids.ts";
import { quickJsSandbox } from "../infra/sandbox/quick-js-sandbox.ts";
import { systemTimer } from "../infra/system/clock.ts";
import { absentHandlers, mocked, type Mocks } from "./mock-handlers.ts";

/** What a test brings. */
export interface TestOnexOptions {
  /** The nodes of the project. */
  readonly nodes?: readonly DefinedNode[];
  /** Further nodes, as they are registered: those of folders (`nodesIn`), or of another deployment. */
  readonly registered?: readonly NodeArtifacts[];
  /** What stands in for nodes that a test does not run: those of runners and of other services above all. */
  readonly mocks?: Mocks;
  /** When it is in the test, milliseconds since 1970. The clock moves by waits and retries alone. */
  readonly now?: number;
}

/** A goal in a test. */
export interface TestGoal {
  readonly want: readonly string[];
  readonly given?: JsonObject;
  readonly policy?: JsonObject;
}

/** An engine in this process, with everything in memory. */
export interface TestOnex {
  /** Plans a goal and runs it to its end: retries and waits take no time. */
  goal(goal: TestGoal): Promise<RunView>;
  /** Runs an explicit graph. */
  graph(graph: JsonObject): Promise<RunView>;
  /** Runs one node. */
  node(name: string, input: JsonObject): Promise<RunView>;
  /** The plan of a goal, without running it. */
  plan(goal: TestGoal): Promise<PlanWire>;
}

/** Waits longer than this are not waited for, in milliseconds of the test's clock: a month. */
const LONGEST_MS = 31 * 86_400_000;
const NEW_YEAR_2026 = 1_767_225_600_000;

/**
 * Makes an engine for tests. Nodes are registered as a deployment registers them; throws TypeError, with what is wrong, when
 * one is refused. A run that fails is a run; a goal that cannot be planned is a TypeError with the reasons.
 */
export async function testOnex(options: TestOnexOptions = {}): Promise<TestOnex> {
  const { nodes = [], registered = [], mocks = {}, now = NEW_YEAR_2026 } = options;
  const clock = fixedClock(now);
  const ids = seededIds(1);
  const engine = memoryEngine({
    clock,
    ids,
    timer: systemTimer,
    handlers: () => {
      const own = [
        builtinHandler(builtinTable(nodes)),
        functionHandler(quickJsSandbox({ loadModule: nodeQuickJsModule })),
        noopHandler(),
      ];
      return [...own.map((handler) => mocked(handler, mocks)), ...absentHandlers(own, mocks)];
    },
  });
  const call = (): CallContext => ({
    tenant: "default",
    principal: { kind: "host", name: "test" },
    correlationId: ids.uuid(),
    trace: null,
  });
  for (const artifacts of [...nodes.map((node) => node.artifacts()), ...registered])
    await register(engine, call(), artifacts);

  async function run(operation: string, payload: JsonObject): Promise<RunView> {
    const assign = { correlationId: ids.uuid(), envelopeId: ids.uuid(), now: clock.now() };
    const envelope = valueOf(acceptEnvelope({ source_node: "test", operation, payload }, assign));
    const begun = await engine.services.envelopes.accept(call(), envelope, { waitMs: 0, registryVersion: null });
    const { runId } = valueOf(begun);
    await settled(engine, clock, LONGEST_MS);
    const view = await engine.services.runs.view(call(), runId);
    if (view === null) throw new TypeError(`there is no run ${runId}`);
    return view;
  }

  return {
    goal: (goal) => run("goal.run", payloadOf(goal)),
    graph: (graph) => run("graph.run", graph),
    node: (node, input) => run("node.execute", { node, input }),
    async plan(goal) {
      const query = {
        operation: "goal.run",
        payload: payloadOf(goal),
        targetNode: null,
        registryVersion: null,
      } as const;
      return valueOf(await engine.services.plans.preview(call(), query));
    },
  };
}

const payloadOf = ({ want, given = {}, policy = {} }: TestGoal): JsonObject => ({ want: [...want], given, policy });

async function register({ services }: MemoryEngine, call: CallContext, artifacts: NodeArtifacts): Promise<void> {
  const registered = await services.nodes.register(call, artifacts);
  if (registered.ok) return;
  const problems = registered.error.map(({ code, message, place }) => `${place ?? code}: ${message}`);
  throw new TypeError(`a node is refused: ${problems.join("; ")}`);
}

function valueOf<T>(result: Result<T, Fault>): T {
  if (result.ok) return result.value;
  const { code, message, hint, details } = result.error;
  const more = details === undefined ? "" : ` ${JSON.stringify(details)}`;
  throw new TypeError(`${code}: ${message}${hint === undefined ? "" : ` (${hint})`}${more}`);
}
