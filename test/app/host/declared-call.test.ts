import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallBlock } from "../../../contracts/documents/call.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { dbHandler } from "../../../src/infra/handlers/db-handler.ts";
import { httpHandler } from "../../../src/infra/handlers/http/http-handler.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { boundSecrets } from "../../../src/infra/system/bound-secrets.ts";
import { sqliteDatabase } from "../../../src/cli/run/sqlite-database.ts";
import { bindingOf } from "../../support/bindings.ts";
import { CALL } from "../../support/call.ts";
import { testEngine } from "../../support/engines.ts";
import { loopbackServer, type LoopbackServer } from "../../support/hostile-server.ts";

const SECRET = "s3cret/of-the harbour";

let server: LoopbackServer;
let failures = 0;
beforeAll(async () => {
  server = await loopbackServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
    if (pathname === "/echo") return json(200, { headers: request.headers, url: request.url });
    if (pathname === "/busy")
      return failures-- > 0 ? json(503, { secret: SECRET }, { "retry-after": "40" }) : json(200, { name: "at last" });
    if (pathname === "/gone") return json(404, { secret: request.headers.authorization });
    return json(200, { name: decodeURIComponent(pathname.split("/").at(-1) ?? ""), depth: 12 });
  });
});
afterAll(() => server.stop());

const keys = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { schema: {}, optional: false }]));

function node(
  name: string,
  type: "http" | "db",
  target: string,
  call: CallBlock,
  inputs: string[],
  kind: NodeDefinition["kind"] = "compute",
) {
  const output = call.http?.output ?? call.db?.output ?? {};
  return {
    definition: {
      name,
      kind,
      entrypoint: { type, target },
      call,
      inputs: keys(...inputs),
      outputs: Object.fromEntries(Object.keys(output).map((key) => [key, {}])),
      inputState: {},
      outputState: {},
    },
    run: () => ({}),
  };
}

const http = (path: string, more: Partial<NonNullable<CallBlock["http"]>> = {}): CallBlock => ({
  http: { method: "get", url: `${server.url}${path}`, output: { "port.record": "/body" }, ...more },
});

async function world(...nodes: ReturnType<typeof node>[]) {
  const lines: string[] = [];
  const line = (message: string, fields: object) => void lines.push(JSON.stringify([message, fields]));
  const database = sqliteDatabase(":memory:");
  const engine = await testEngine(nodes, undefined, {
    bindings: [
      bindingOf(httpHandler({ fetch, clock: fixedClock(0) }), { egress: { allow_loopback: true } }),
      bindingOf(dbHandler({ database: (name) => (name === "DB_HARBOUR" ? database : null) }), {
        databases: { harbour: { binding: "DB_HARBOUR" } },
      }),
    ],
    secrets: boundSecrets(
      (name) => ({ SECRET_HARBOUR: SECRET, SECRET_ELSEWHERE: "other", SECRET_ELSEWHERE_HOSTS: "x.test" })[name],
    ),
    log: { info: line, warn: line, error: line },
  });
  return {
    ...engine,
    lines,
    /** Runs a goal to its end: the run's page, and everything else that is told of it. */
    async goal(want: string, given: JsonObject) {
      const sent = await engine.send("goal.run", { want: [want], given });
      if (!sent.ok) return { view: null, refused: sent.error };
      await engine.settle();
      return { view: await engine.engine.services.runs.view(CALL, sent.value.runId), refused: null };
    },
  };
}

describe("a node that is a call", () => {
  it("sends its request and gives what its pointers lead to", async () => {
    const get = node(
      "port_get",
      "http",
      server.url,
      http("/ports/{id}", {
        path: { id: "port.id" },
        output: { "port.name": "/body/name", "port.depth": "/body/depth" },
      }),
      ["port.id"],
    );
    const { goal } = await world(get);
    const { view } = await goal("port.depth", { "port.id": "Saint-Malo/é" });
    expect(view).toMatchObject({
      status: "succeeded",
      outputs: { "port.depth": 12 },
      steps: [{ node: "port_get", status: "succeeded" }],
    });
    expect(server.asked.at(-1)?.path).toBe("/ports/Saint-Malo%2F%C3%A9");
  });

  it("hands an effect's target one key for all its attempts", async () => {
    failures = 2;
    const post = node("port_busy", "http", server.url, http("/busy", { method: "post" }), ["port.id"], "effect");
    const { goal, clock } = await world(post);
    const begun = clock.now();
    const before = server.asked.length;
    const { view } = await goal("port.record", { "port.id": 1 });
    expect(view).toMatchObject({ status: "succeeded", outputs: { "port.record": { name: "at last" } } });
    const sent = server.asked.slice(before);
    expect(new Set(sent.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(sent).toHaveLength(3);
    // Both failures named 40 seconds.
    expect(clock.now() - begun).toBeGreaterThanOrEqual(80_000);
  });

  it("shows its secret to its target alone: no page, event, log, error or answer holds it", async () => {
    const secret = { authorization: { secret_ref: "HARBOUR", prefix: "Bearer " } };
    const query = { key: { secret_ref: "HARBOUR" } };
    const nodes = [
      node("echo", "http", server.url, http("/echo", { headers: secret, query, output: { "echo.all": "" } }), []),
      node("gone", "http", server.url, http("/gone", { headers: secret, output: { "gone.all": "" } }), []),
      node(
        "down",
        "http",
        "x",
        { http: { method: "get", url: "http://127.0.0.1:1/", query, output: { "down.all": "" } } },
        [],
      ),
    ];
    const { goal, engine, lines } = await world(...nodes);
    const echoed = await goal("echo.all", {});
    expect(server.asked.at(-1)).toMatchObject({ headers: { authorization: `Bearer ${SECRET}` } });
    expect(echoed.view).toMatchObject({
      status: "succeeded",
      outputs: { "echo.all": { body: { headers: { authorization: "Bearer [secret HARBOUR]" } } } },
    });
    const gone = await goal("gone.all", {});
    expect(gone.view).toMatchObject({ status: "failed", error: { code: "REQUEST_REJECTED" } });
    const down = await goal("down.all", {});
    expect(down.view).toMatchObject({ status: "failed" });
    const told: unknown[] = [lines, echoed, gone, down, engine.ports.blobs, engine.ports.deadLetters];
    for (const { view } of [echoed, gone, down]) {
      const runId = String(view?.["run_id"]);
      told.push(await engine.services.runs.result(CALL, runId), await engine.services.control.exportRun(CALL, runId));
    }
    told.push(await engine.services.metrics.read(CALL));
    const text = JSON.stringify(told);
    expect(text).toContain("HARBOUR");
    for (const spelling of [SECRET, encodeURIComponent(SECRET), "s3cret"]) expect(text).not.toContain(spelling);
  });

  it("fails for good where its secret is not bound, or is for other hosts", async () => {
    const of = (name: string, ref: string) =>
      node(
        name,
        "http",
        server.url,
        http("/echo", { headers: { x: { secret_ref: ref } }, output: { [`${name}.all`]: "" } }),
        [],
      );
    const { goal } = await world(of("unbound", "NOBODY"), of("foreign", "ELSEWHERE"));
    const before = server.asked.length;
    for (const name of ["unbound", "foreign"]) {
      const { view } = await goal(`${name}.all`, {});
      expect(view).toMatchObject({
        status: "failed",
        error: { code: "SECRET_RESOLUTION_ERROR" },
        steps: [{ attempts: [{}] }],
      });
    }
    expect(server.asked).toHaveLength(before);
  });

  it("asks a database with the values apart from the statement", async () => {
    const statement = (
      operation: "query" | "execute",
      sql: string,
      names: string[],
      output: Record<string, string>,
    ): CallBlock => ({
      db: {
        operation,
        statement: sql,
        parameters: Object.fromEntries(names.map((name) => [name, `visit.${name}`])),
        output,
      },
    });
    const { goal } = await world(
      node(
        "make",
        "db",
        "harbour",
        statement("execute", "CREATE TABLE visits (ship TEXT, days INTEGER)", [], { "made.count": "/row_count" }),
        [],
        "effect",
      ),
      node(
        "add",
        "db",
        "harbour",
        statement("execute", "INSERT INTO visits VALUES (:ship, :days)", ["ship", "days"], {
          "added.count": "/row_count",
        }),
        ["visit.ship", "visit.days"],
        "effect",
      ),
      node(
        "list",
        "db",
        "harbour",
        statement("query", "SELECT * FROM visits WHERE ship = :ship", ["ship"], { "ship.visits": "/rows" }),
        ["visit.ship"],
      ),
    );
    expect((await goal("made.count", {})).view).toMatchObject({ status: "succeeded" });
    const ship = "'); DROP TABLE visits; --";
    expect((await goal("added.count", { "visit.ship": ship, "visit.days": 3 })).view).toMatchObject({
      outputs: { "added.count": 1 },
    });
    expect((await goal("ship.visits", { "visit.ship": ship })).view).toMatchObject({
      status: "succeeded",
      outputs: { "ship.visits": [{ ship, days: 3 }] },
    });
  });
});
