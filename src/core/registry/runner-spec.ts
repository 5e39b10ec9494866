import type { CliWire, PythonWire, SandboxWire } from "../../../contracts/documents/runner-blocks.ts";

/** What a contract says to the runners of its pool; in the contract's own form, in which it travels on to them. */
export interface RunnerSpec {
  /** Which runners execute the node. */
  readonly pool: string;
  /** How long an attempt may wait for a runner, in milliseconds. */
  readonly queueTimeoutMs: number;
  readonly sandbox: SandboxWire;
  /** How a command or container is called; absent when the contract leaves it to the defaults. */
  readonly cli?: CliWire;
  readonly python?: PythonWire;
}
