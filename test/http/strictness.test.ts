import { describe, expect, it } from "vitest";
import { gateway, problemOf, TOKEN } from "./gateway.ts";
import { ENVELOPE, RUN_ID, SNAPSHOT, TRIGGER } from "./samples.ts";

type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: object;
};
interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Every route there is, as the deployment itself says. */
const ROUTES: readonly Route[] = await (async () => {
  const document = (await (await gateway().app.request("/openapi.json")).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
})();
const named = ROUTES.map((route) => [route.operation.operationId, route] as const);

const RUNNER = { protocol: 1, node_id: "host-a", instance: "one" };

/** A body that each route with a body takes. */
const BODIES: Readonly<Record<string, object>> = {
  sendEnvelope: ENVELOPE,
  previewPlan: { payload: { want: ["a.b"] } },
  registerNode: { metadata: "name: noop", contract: "node_name: noop" },
  moveNodeLifecycle: { to: "active" },
  cancelRun: { reason: "x" },
  sendRunEvent: { name: "paid" },
  approveRunStep: { approved: true },
  rerunRun: {},
  importRun: SNAPSHOT,
  redriveDeadLetters: { ids: ["m1"] },
  sendTrigger: TRIGGER,
  leaseWorkItems: {
    ...RUNNER,
    version: "0.1.0",
    kinds: ["python"],
    concurrency: 1,
    running: 0,
    most: 1,
    wait_ms: 0,
  },
  sendHeartbeat: { ...RUNNER, items: [] },
  answerWorkItem: { run_id: RUN_ID, outcome: { ok: true, output: {} } },
  beatWorkItem: { run_id: RUN_ID },
  endQuarantined: { reason: "x" },
};

/** A query without which a route refuses. */
const QUERIES: Readonly<Record<string, string>> = { clearCache: "?node=noop" };

/** An envelope is a message between systems: what others add to it is theirs (docs/runs.md says which members are left out). */
const OPEN = new Set(["sendEnvelope"]);

const urlOf = (path: string): string =>
  path
    .replace("/v1/runs/{id}", `/v1/runs/${RUN_ID}`)
    .replace("/v1/quarantine/{id}", `/v1/quarantine/${RUN_ID}`)
    .replace("/v1/triggers/{id}", `/v1/triggers/${TRIGGER.trigger_id}`)
    .replace("{name}/{version}", "noop/1.0.0")
    .replace("{name}", "noop")
    .replaceAll(/\{\w+\}/g, "m1");

const ask = (
  route: Route,
  { query = QUERIES[route.operation.operationId] ?? "", body }: { readonly query?: string; readonly body?: unknown },
) =>
  gateway().app.request(`${urlOf(route.path)}${query}`, {
    method: route.method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });

const bodyOf = ({ operation }: Route): object | undefined => BODIES[operation.operationId];

describe("every route of the OpenAPI document", () => {
  it("is known to this test, with a body that it takes", async () => {
    const withBody = ROUTES.filter(({ operation }) => operation.requestBody !== undefined);
    expect(withBody.map(({ operation }) => operation.operationId).sort()).toEqual(Object.keys(BODIES).sort());
    for (const route of ROUTES)
      expect([route.path, (await ask(route, { body: bodyOf(route) })).status < 400]).toEqual([route.path, true]);
  });

  it.each(named)("%s refuses a parameter it does not declare", async (_, route) => {
    const problem = await problemOf(await ask(route, { query: "?unheard_of=1", body: bodyOf(route) }));
    expect(problem).toMatchObject({ status: 400, code: "INVALID_PARAMETER", place: "query unheard_of" });
  });

  it.each(named)("%s refuses a parameter that is no text", async (_, route) => {
    for (const query of ["?a=%00", "?%00=1", "?a=%ED%A0%80", "?a=%ff", "?a=%zz", "?a=1&b=%"]) {
      const problem = await problemOf(await ask(route, { query, body: bodyOf(route) }));
      expect(problem).toMatchObject({
        status: 400,
        code: "INVALID_PARAMETER",
        place: expect.stringMatching(/^query /),
      });
    }
  });

  const parameters = ROUTES.flatMap((route) =>
    (route.operation.parameters ?? [])
      .filter((one) => one.in === "query")
      .map(({ name }) => [route.operation.operationId, name, route] as const),
  );

  it.each(parameters)("%s refuses %s when it is there twice", async (_, name, route) => {
    const problem = await problemOf(await ask(route, { query: `?${name}=1&${name}=1`, body: bodyOf(route) }));
    const entries = [problem, ...((problem["errors"] as object[] | undefined) ?? [])];
    expect(entries).toContainEqual(expect.objectContaining({ place: `query ${name}` }));
    expect(problem).toMatchObject({ status: 400, code: "INVALID_PARAMETER" });
  });

  const closed = named.filter(([id, { method }]) => method !== "GET" && !OPEN.has(id));

  it.each(closed)("%s refuses a member it does not know", async (_, route) => {
    const response = await ask(route, { body: { ...bodyOf(route), unheard_of: 1 } });
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status: 400, code: "INVALID_PARAMETER", place: "$.unheard_of" });
  });

  const POSTS = named.filter(([, { method }]) => method !== "GET");

  it.each(POSTS)("%s refuses what is no JSON that keeps its meaning", async (_, route) => {
    const flaws = [
      ['{"a": "\\ud800"}', "$.a"],
      ['{"a": 1e400}', "$.a"],
      ['{"a": 9007199254740993}', "$.a"],
      ['{"a": 1, "a": 1}', "$.a"],
      [`{"a": ${"[".repeat(6_000)}${"]".repeat(6_000)}}`, "$.a[0]"],
    ] as const;
    for (const [body, place] of flaws) {
      const problem = await problemOf(await ask(route, { body }));
      expect(problem).toMatchObject({ status: 400, code: "MALFORMED_JSON", hint: expect.any(String) });
      expect(String(problem["place"])).toContain(place);
      expect(problem["details"]).toMatchObject({ pointer: expect.stringMatching(/^\/a/), line: 1 });
    }
  });

  const bodiless = POSTS.filter(([id]) => BODIES[id] === undefined);

  it.each(bodiless)("%s takes no body, an empty one or an empty object, and nothing else", async (_, route) => {
    for (const body of [undefined, "", "{}"]) expect((await ask(route, { body })).status).toBeLessThan(400);
    for (const body of ["[]", "null", "7"]) {
      expect(await problemOf(await ask(route, { body }))).toMatchObject({ status: 400, code: "INVALID_PARAMETER" });
    }
  });
});
