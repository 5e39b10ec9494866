import { readFile } from "node:fs/promises";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { WireClient } from "../../../src/client/wire-client.ts";
import { DemoFailure, registration, type Registration } from "./answers.ts";
import { follow } from "./follow.ts";
import type { Screen } from "./screen.ts";

/** Lets the scaffold node build a node from a specification file. Rejects unless the node is active and its hash true. */
export async function buildNode(client: WireClient, specificationFile: URL, screen: Screen): Promise<Registration> {
  const specification = JSON.parse(await readFile(specificationFile, "utf8")) as JsonObject;
  const sent = await client.executeNode("scaffold", { "node.specification": specification });
  await follow(client, sent.runId, screen);
  const result = await client.runs.wait(sent.runId, { timeoutSeconds: 60 });
  const read = registration.safeParse(result.outputs["node.registration"]);
  if (!read.success) {
    throw new DemoFailure(
      `the scaffold built nothing: ${result.error?.code ?? ""} ${result.error?.message ?? result.run_status}`,
    );
  }
  const built = read.data;
  const passed = built.examples.filter((example) => example.passed).length;
  screen.line(
    `  ${built.name}@${built.version} is ${built.lifecycle}: ${passed} of ${built.examples.length} examples passed`,
  );
  screen.line(`  hash ${built.hash} ${built.hash_verified ? "verified" : "NOT VERIFIED"}`);
  screen.faint(`  ${built.artifacts.length} files stored and registered`);
  if (built.lifecycle !== "active" || !built.hash_verified) {
    throw new DemoFailure(`the built node is ${built.lifecycle}: ${built.problems.join("; ")}`);
  }
  return built;
}
