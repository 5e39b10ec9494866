import { setTimeout as pause } from "node:timers/promises";
import { systemClock, systemIds } from "../../infra/system/clock.ts";
import type { ServerOptions } from "../remote/server-options.ts";
import { type Shell, usageFailure } from "../shell.ts";
import type { Runner } from "./runner.ts";

export interface RunnerOptions extends ServerOptions {
  /** Run in this process. */
  readonly local: boolean;
  /** Folders of nodes a local engine knows besides the built-in ones. */
  readonly nodes: readonly string[];
}

/** The runner a command line asks for. What the other one needs is not loaded. */
export async function chosenRunner(options: RunnerOptions, shell: Shell): Promise<Runner> {
  if (!options.local) {
    const [{ remoteRunner }, { serverClient }] = await Promise.all([
      import("./remote-runner.ts"),
      import("../remote/server.ts"),
    ]);
    return remoteRunner(serverClient(options, shell));
  }
  if (options.url !== undefined) throw usageFailure("--local and --url exclude each other");
  const [{ localEngine }, { localRunner }] = await Promise.all([
    import("./local-engine.ts"),
    import("./local-runner.ts"),
  ]);
  const world = { clock: systemClock, ids: systemIds };
  const engine = await localEngine(world, options.nodes, shell);
  return localRunner(engine, { ...world, sleep: (ms) => pause(ms) });
}
