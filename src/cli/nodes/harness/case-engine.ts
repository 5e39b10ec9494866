import { memoryEngine, type MemoryEngine } from "../../../embedded/memory-engine.ts";
import { overlayRegistry, type OverlaidNode } from "../../../embedded/overlay-registry.ts";
import { builtinHandler } from "../../../infra/handlers/builtin-handler.ts";
import { functionHandler } from "../../../infra/handlers/function-handler.ts";
import { noopHandler } from "../../../infra/handlers/noop-handler.ts";
import { fixedClock } from "../../../infra/memory/clock.ts";
import { seededIds } from "../../../infra/memory/ids.ts";
import { quickJsSandbox } from "../../../infra/sandbox/quick-js-sandbox.ts";
import { systemTimer } from "../../../infra/system/clock.ts";
import { builtinNodes } from "../../../nodes/index.ts";
import { nodeQuickJsModule } from "../../quickjs-module.ts";
import { localRunner } from "../../run/local-runner.ts";
import type { Runner } from "../../run/runner.ts";

/** The moment at which every case begins, in milliseconds since the epoch: 2026-01-01T00:00:00Z. */
export const CASE_START = Date.UTC(2026, 0, 1);

/** An engine for one case. */
export interface CaseEngine {
  readonly engine: MemoryEngine;
  readonly runner: Runner;
}

/**
 * An engine of its own for one case: nothing an earlier case did is there, its ids are the same each time, and its clock
 * stands still until there is something to wait for, which it then leaps to. The nodes are there as if they had been
 * registered somewhere else.
 */
export function caseEngine(nodes: readonly OverlaidNode[]): CaseEngine {
  const clock = fixedClock(CASE_START);
  const ids = seededIds(1);
  const sandbox = quickJsSandbox({ loadModule: nodeQuickJsModule });
  const engine = memoryEngine({
    ...{ clock, ids, timer: systemTimer },
    handlers: (own) => [builtinHandler(builtinNodes({ sandbox, ...own })), functionHandler(sandbox), noopHandler()],
    ports: (ports) => ({ ...ports, registry: overlayRegistry(ports.registry, nodes) }),
  });
  const sleep = (ms: number): Promise<void> => {
    clock.set(Math.max(clock.now() + 1, engine.nextAlarm() ?? clock.now() + ms));
    return Promise.resolve();
  };
  return { engine, runner: localRunner(engine, { clock, ids, sleep }) };
}
