import { fileURLToPath } from "node:url";
import type { CallContext } from "../../app/call-context.ts";
import type { NodeArtifacts } from "../../core/registry/node.ts";
import { builtinHandler } from "../../infra/handlers/builtin-handler.ts";
import { functionHandler } from "../../infra/handlers/function-handler.ts";
import { noopHandler } from "../../infra/handlers/noop-handler.ts";
import { memoryEngine, type MemoryEngine } from "../../embedded/memory-engine.ts";
import { boundSecrets } from "../../infra/system/bound-secrets.ts";
import { systemTimer } from "../../infra/system/clock.ts";
import { quickJsSandbox } from "../../infra/sandbox/quick-js-sandbox.ts";
import { builtinNodes } from "../../nodes/index.ts";
import type { Clock, Ids } from "../../spi/clock.ts";
import { crawl } from "../crawl/crawl.ts";
import { readTreeNodes } from "../dev/tree-nodes.ts";
import { nodeQuickJsModule } from "../quickjs-module.ts";
import { CommandFailure, type Shell } from "../shell.ts";
import { localBindings } from "./local-bindings.ts";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));

/** The one tenant of a local engine. */
export const LOCAL_TENANT = "default";

/** A call of whoever runs the command. */
export const localCall = (correlationId: string): CallContext => ({
  tenant: LOCAL_TENANT,
  principal: { kind: "host", name: "command" },
  correlationId,
  trace: null,
});

/** An engine in this process, without a server and without a disk, that knows the built-in nodes and those of the folders. */
export async function localEngine(
  world: { readonly clock: Clock; readonly ids: Ids },
  folders: readonly string[],
  shell: Shell,
): Promise<MemoryEngine> {
  const sandbox = quickJsSandbox({ loadModule: nodeQuickJsModule });
  const engine = memoryEngine({
    ...world,
    timer: systemTimer,
    bindings: localBindings(world.clock),
    secrets: boundSecrets((name) => shell.env[name]),
    handlers: (own) => [builtinHandler(builtinNodes({ sandbox, ...own })), functionHandler(sandbox), noopHandler()],
  });
  const call = localCall(world.ids.uuid());
  for (const artifacts of [...builtInNodes(), ...nodesIn(folders, shell)]) await register(call, engine, artifacts);
  return engine;
}

/** The nodes that come with the command. */
export const builtInNodes = (): readonly NodeArtifacts[] => readTreeNodes(PROJECT).map(({ texts }) => texts);

/** The nodes of some folders. */
export function nodesIn(folders: readonly string[], { cwd }: Shell): readonly NodeArtifacts[] {
  if (folders.length === 0) return [];
  const { artifacts } = crawl({ roots: folders, cwd, strictStructure: false });
  const nodes = artifacts.filter(({ role, node }) => role === "node" || node !== null);
  if (nodes.length === 0) throw new CommandFailure(`there is no node in ${folders.join(", ")}`);
  return nodes.map(({ path, node, problems }) => {
    if (node) return node.artifacts;
    throw new CommandFailure(`${path} is no node that can be registered`, {
      list: problems.map(({ code, message }) => `${code}  ${message}`),
      hint: "`onex validate` says more",
    });
  });
}

async function register(call: CallContext, { services }: MemoryEngine, artifacts: NodeArtifacts): Promise<void> {
  const registered = await services.nodes.register(call, artifacts);
  if (registered.ok) return;
  throw new CommandFailure(`a node was refused: ${registered.error.map(({ message }) => message).join("; ")}`);
}
