import { readdirSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import type { NodeListItem, RegisterNode } from "../../contracts/api/nodes-api.ts";
import { admitNode } from "../../src/core/registry/admit.ts";
import { crawl } from "../../src/cli/crawl/crawl.ts";
import { DEFAULT_POLICY } from "../../src/core/plan/model/policy.ts";
import { planGoal } from "../../src/core/plan/search/plan-goal.ts";
import { buildSnapshot } from "../../src/core/registry/snapshot.ts";
import { nodeFiles, stampedText, testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";
import { ALL_SERVED } from "../support/served.ts";
import { NODE } from "../http/samples.ts";

const REPOSITORY = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const TOKEN = "a-secret-of-the-tests";

interface Registry {
  readonly url: string;
  /** `name@version` → digest. */
  readonly nodes: Map<string, string>;
}

/** A registry that admits as the real one does, answers as the API says, and keeps nothing but digests. */
async function registry(): Promise<Registry> {
  const nodes = new Map<string, string>();
  const server: Server = createServer((request, response) => {
    void answer(request, nodes).then(({ status, body }) => {
      const type = status < 400 ? "application/json" : "application/problem+json";
      response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, nodes };
}

async function answer(
  request: IncomingMessage,
  nodes: Map<string, string>,
): Promise<{ readonly status: number; readonly body: object }> {
  const problem = (status: number, code: string, detail: string, hint?: string) => ({
    status,
    body: {
      type: `urn:onex:${code}`,
      title: code,
      status,
      detail,
      code,
      ...(hint === undefined ? {} : { hint }),
      correlation_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
      instance: request.url ?? "",
    },
  });
  if (request.headers.authorization !== `Bearer ${TOKEN}`)
    return problem(401, "AUTHENTICATION_ERROR", "no valid token");
  const view = (ref: string, digest: string): NodeListItem => {
    const [name = "", version = ""] = ref.split("@");
    return { ...NODE, name, version, digest, lifecycle: "draft" };
  };
  if (request.method === "GET") {
    return {
      status: 200,
      body: { registry_version: "1.0", nodes: [...nodes].map(([ref, digest]) => view(ref, digest)), next: null },
    };
  }
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const { metadata, contract, code } = JSON.parse(text) as RegisterNode;
  const admitted = admitNode({ metadata, contract, ...(code === undefined ? {} : { code }) });
  if (!admitted.ok) return problem(422, admitted.error[0]?.code ?? "", admitted.error[0]?.message ?? "");
  const ref = `${admitted.value.name}@${admitted.value.version}`;
  const known = nodes.get(ref);
  if (known !== undefined && known !== admitted.value.digest)
    return problem(409, "DUPLICATE_REGISTRATION", "registered with other content", "raise the version");
  nodes.set(ref, admitted.value.digest);
  return {
    status: known === undefined ? 201 : 200,
    body: { created: known === undefined, registry_version: "1.0", node: view(ref, admitted.value.digest) },
  };
}

interface Crawled {
  readonly artifacts: readonly {
    readonly role: string;
    readonly path: string;
    readonly digest: string | null;
    readonly errors: readonly { code: string }[];
  }[];
  readonly duplicates: readonly { readonly kind: string; readonly code: string }[];
  readonly registrations: readonly { readonly node: string; readonly outcome: string }[];
  readonly differences: readonly { readonly kind: string; readonly node: string }[];
  readonly summary: Readonly<Record<string, number>>;
}

const SOURCES = () => ({
  ...nodeFiles("tide"),
  ...nodeFiles("ebb"),
  "agents/sniper.py": stampedText("agents/sniper.py", "x = 1\n", { meta_type: "agent" }),
  "checks/names.py": stampedText("checks/names.py", "x = 1\n", { meta_type: "validator" }),
  "tests/test_tide.py": stampedText("tests/test_tide.py", "x = 1\n"),
  "docs/guide.md": stampedText("docs/guide.md", "# Guide\n"),
  "plain.md": "# Plain\n",
});

describe("onex crawl", () => {
  it("finds nodes, agents, validators and test modules, and admits nodes", async () => {
    const folder = testFolder(SOURCES());
    const outcome = await onex(["crawl", ".", "--json"], { cwd: folder.path });
    const found = outcome.json<Crawled>();
    expect([outcome.code, found.artifacts.map(({ role, path }) => `${role} ${path}`)]).toEqual([
      0,
      [
        "agent agents/sniper.py",
        "validator checks/names.py",
        "node ebb/node.onex.yaml",
        "test tests/test_tide.py",
        "node tide/node.onex.yaml",
      ],
    ]);
    expect(
      found.artifacts.filter(({ role }) => role === "node").every(({ digest }) => /^[0-9a-f]{64}$/.test(digest ?? "")),
    ).toBe(true);
    expect(found.summary).toEqual({ files: 11, nodes: 2, agents: 1, validators: 1, tests: 1, duplicates: 0 });
  });

  it("tells identities that are claimed twice, and what keeps a node from being one", async () => {
    const folder = testFolder(SOURCES());
    folder.write({
      "copy/sniper.py": folder.read("agents/sniper.py"),
      "tide/contract.yaml": "node_name: other\nnode_version: 1.0.0\n",
    });
    const outcome = await onex(["crawl", ".", "--json"], { cwd: folder.path });
    const found = outcome.json<Crawled>();
    expect([outcome.code, found.duplicates]).toEqual([1, [expect.objectContaining({ kind: "uuid", code: "MD009" })]]);
    expect(found.artifacts.find(({ path }) => path === "tide/node.onex.yaml")).toMatchObject({
      digest: null,
      errors: [{}, {}, {}],
    });
  });

  it("holds folders to the canonical structure when asked", async () => {
    const folder = testFolder(nodeFiles("tide"));
    expect((await onex(["crawl", ".", "--strict-structure"], { cwd: folder.path })).code).toBe(0);
    rmSync(folder.at("tide/README.md"));
    expect((await onex(["crawl", "."], { cwd: folder.path })).code).toBe(0);
    const strict = await onex(["crawl", ".", "--strict-structure"], { cwd: folder.path });
    expect([strict.code, strict.stdout]).toEqual([1, expect.stringContaining("tide has no README.md")]);
  });
});

describe("onex crawl, with a registry", () => {
  const withToken = { env: { ONEX_TOKEN: TOKEN } };

  it("registers every node, and again without harm", async () => {
    const folder = testFolder({ ...SOURCES() });
    const spec = {
      output_contract: { "word.count": { type: "integer" } },
      code: 'return { "word.count": 1 };',
      examples: [{ input: {}, output: { "word.count": 1 } }],
    };
    folder.write({ "spec.json": JSON.stringify(spec) });
    await onex(["generate", "node", "one", "--spec", "spec.json"], { cwd: folder.path });
    const { url, nodes } = await registry();
    const register = () => onex(["crawl", ".", "--register", url, "--json"], { cwd: folder.path, ...withToken });
    const first = await register();
    expect([first.code, first.json<Crawled>().registrations.map(({ node, outcome }) => `${node} ${outcome}`)]).toEqual([
      0,
      ["ebb@1.0.0 registered", "one@1.0.0 registered", "tide@1.0.0 registered"],
    ]);
    expect((await register()).json<Crawled>().registrations.every(({ outcome }) => outcome === "known")).toBe(true);
    expect([...nodes.keys()].sort()).toEqual(["ebb@1.0.0", "one@1.0.0", "tide@1.0.0"]);
    nodes.set("tide@1.0.0", "other");
    const refused = await register();
    expect([refused.code, refused.stdout]).toEqual([
      1,
      expect.stringContaining("registered with other content; raise the version"),
    ]);
  });

  it("registers the built-in nodes, all of them, and reaches what README wants on a registry that was empty", async () => {
    const { url, nodes } = await registry();
    const roots = ["crawl", "src/nodes", "--json"];
    const outcome = await onex([...roots, "--register", url], { cwd: REPOSITORY, ...withToken });
    const folders = readdirSync(`${REPOSITORY}/src/nodes`, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect([outcome.code, [...nodes.keys()].map((ref) => ref.replace(/@.*/, "")).sort()]).toEqual([
      0,
      folders.map(({ name }) => name).sort(),
    ]);
    const crawled = crawl({ roots: ["src/nodes"], cwd: REPOSITORY, strictStructure: true });
    const definitions = crawled.artifacts.flatMap(({ node }) => (node ? [node.definition] : []));
    const goal = { want: ["metadata.report", "hash.verdict"], given: ["document.text"], policy: DEFAULT_POLICY };
    expect(planGoal(goal, buildSnapshot("1", definitions, new Map()), ALL_SERVED)).toMatchObject({ ok: true });
    // The test's registry calls every node a draft.
    const disagreements = async () => {
      const { differences } = (
        await onex([...roots, "--check", url], { cwd: REPOSITORY, ...withToken })
      ).json<Crawled>();
      return differences
        .filter(({ kind }) => kind !== "lifecycle")
        .map(({ kind, node }) => `${kind} ${node.split("@")[0]}`);
    };
    expect(await disagreements()).toEqual([]);
    for (const ref of [...nodes.keys()].filter((one) => /^(hash_verify|metadata_validate)@/.test(one)))
      nodes.delete(ref);
    expect(await disagreements()).toEqual(["missing hash_verify", "missing metadata_validate"]);
  });

  it("registers what can be executed, whatever it calls itself, and nothing else", async () => {
    const types = ["tool", "validator", "agent", "model", "plugin", "schema"];
    const folder = testFolder(Object.assign({}, ...types.map((type) => nodeFiles(`a_${type}`, { meta_type: type }))));
    const { url, nodes } = await registry();
    const outcome = await onex(["crawl", ".", "--register", url, "--json"], { cwd: folder.path, ...withToken });
    expect([outcome.code, [...nodes.keys()].sort()]).toEqual([0, types.map((type) => `a_${type}@1.0.0`).sort()]);
  });

  it("fails when registry and sources disagree", async () => {
    const folder = testFolder(SOURCES());
    const { url, nodes } = await registry();
    const check = (...args: string[]) =>
      onex(["crawl", ".", "--check", url, "--json", ...args], { cwd: folder.path, ...withToken });
    await onex(["crawl", ".", "--register", url], { cwd: folder.path, ...withToken });
    expect((await check()).code).toBe(0);
    nodes.set("grown@1.0.0", "x");
    expect((await check()).json<Crawled>().differences).toMatchObject([{ kind: "extra", node: "grown@1.0.0" }]);
    expect((await check("--ignore-extra")).code).toBe(0);
    nodes.set("tide@1.0.0", "other");
    nodes.delete("ebb@1.0.0");
    const outcome = await check("--ignore-extra");
    expect([outcome.code, outcome.json<Crawled>().differences]).toMatchObject([
      1,
      [{ kind: "missing", node: "ebb@1.0.0" }, { kind: "changed" }],
    ]);
  });

  it("takes the token from a file or the environment, and never shows it", async () => {
    const folder = testFolder({ ...nodeFiles("tide"), token: `${TOKEN}\n` });
    const { url } = await registry();
    const fromFile = await onex(["crawl", ".", "--register", url, "--token-file", "token"], { cwd: folder.path });
    expect(fromFile.code).toBe(0);
    const wrong = await onex(["crawl", ".", "--register", url, "--json"], {
      cwd: folder.path,
      env: { ONEX_TOKEN: "wrong-secret" },
    });
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("AUTHENTICATION_ERROR")]);
    for (const outcome of [fromFile, wrong]) {
      expect(outcome.stdout + outcome.stderr).not.toContain(TOKEN);
      expect(outcome.stdout + outcome.stderr).not.toContain("wrong-secret");
    }
    expect((await onex(["crawl", ".", "--register", url], { cwd: folder.path })).code).toBe(2);
    expect((await onex(["crawl", ".", "--register", "ftp://x"], { cwd: folder.path, ...withToken })).code).toBe(2);
    expect(
      (await onex(["crawl", ".", "--register", url, "--check", url], { cwd: folder.path, ...withToken })).code,
    ).toBe(2);
  });
});
