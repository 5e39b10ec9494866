import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HttpCall } from "../../../contracts/documents/call.ts";
import { dbRequest, httpRequest } from "../../../src/core/declared/request.ts";
import { numbered } from "../../../src/core/declared/named-parameters.ts";

const call = (more: Partial<HttpCall> = {}): HttpCall => ({
  method: "get",
  url: "https://api.example.com/users/{id}/posts",
  path: { id: "user.id" },
  output: { "user.posts": "/body" },
  ...more,
});

function made(given: HttpCall, input: Parameters<typeof httpRequest>[1]) {
  const request = httpRequest(given, input);
  if (!request.ok) throw new Error(request.error.message);
  return request.value;
}

describe("an HTTP call's request", () => {
  it("fills path, query, headers and body from contract keys", () => {
    const given = call({
      method: "post",
      query: { page: "page.number", fixed: { value: "x" }, tag: { key: "tags", style: "comma" }, gone: "not.there" },
      headers: { authorization: { secret_ref: "API_TOKEN", prefix: "Bearer " }, accept: { value: "application/json" } },
      body: { fields: { "/post/title": "post.title", "/post/tags": "tags", "/by": { key: "user", at: "/name" } } },
    });
    const input = { "user.id": 7, "page.number": 2, tags: ["a", "b"], "post.title": "hello", user: { name: "Ann" } };
    expect(made(given, input)).toEqual({
      operation: "http.post",
      url: "https://api.example.com/users/7/posts",
      query: [
        ["page", "2"],
        ["fixed", "x"],
        ["tag", "a,b"],
      ],
      headers: [
        ["authorization", { secretRef: "API_TOKEN", prefix: "Bearer " }],
        ["accept", "application/json"],
        ["content-type", "application/json"],
      ],
      body: '{"post":{"title":"hello","tags":["a","b"]},"by":"Ann"}',
    });
  });

  it("never leaves the host and the path of its URL, whatever a part holds", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.constantFrom("..", ".", "../x", "a/b", "%2e%2e", "?x=1", "#y", "@evil.test", "\\..\\"),
        ),
        (id) => {
          const request = httpRequest(call(), { "user.id": id });
          if (!request.ok) return request.error.code === "INVALID_PARAMETER";
          const url = new URL(request.value.url);
          return (
            url.host === "api.example.com" &&
            /^\/users\/[^/]+\/posts$/.test(url.pathname) &&
            url.search === "" &&
            url.hash === ""
          );
        },
      ),
    );
  });

  it("takes a value that looks like a secret for a value", () => {
    const trap = { secretRef: "ADMIN", prefix: "", secret_ref: "ADMIN" };
    const request = httpRequest(call({ query: { q: { key: "trap", style: "json" } } }), { "user.id": "1", trap });
    expect(request).toMatchObject({ ok: true, value: { query: [["q", JSON.stringify(trap)]] } });
  });

  it.each([
    [{ headers: { "x-note": "note" } }, { note: "a\r\nset-cookie: x" }, "call.http.headers.x-note"],
    [{ headers: { "x-note": "note" } }, { note: "\u20ac" }, "call.http.headers.x-note"],
    [{ headers: { "x-note": "note" } }, { note: { a: 1 } }, "call.http.headers.x-note"],
    [{ query: { q: "note" } }, { note: { a: 1 } }, "call.http.query.q"],
    [{ method: "post", body: { form: "note" } }, { note: [1] }, "call.http.body.form"],
    [{ method: "post", body: { text: "note" } }, { note: [1] }, "call.http.body.text"],
  ] as const)("refuses what cannot be sent: %j", (more, input, place) => {
    expect(httpRequest(call(more as Partial<HttpCall>), { "user.id": 1, ...input })).toMatchObject({
      ok: false,
      error: { code: "INVALID_PARAMETER", place },
    });
  });

  it("writes lists and objects in every style", () => {
    const input = { "user.id": 1, list: ["a b", 2], deep: { min: 1, sort: { by: "x" }, ids: [3, 4] } };
    const query = {
      repeat: "list",
      comma: { key: "list", style: "comma" },
      space: { key: "list", style: "space" },
      pipe: { key: "list", style: "pipe" },
      deep: { key: "deep", style: "deep" },
      json: { key: "list", style: "json" },
    } as const;
    expect(made(call({ query }), input).query).toEqual([
      ["repeat", "a b"],
      ["repeat", "2"],
      ["comma", "a b,2"],
      ["space", "a b 2"],
      ["pipe", "a b|2"],
      ["deep[min]", "1"],
      ["deep[sort][by]", "x"],
      ["deep[ids][0]", "3"],
      ["deep[ids][1]", "4"],
      ["json", '["a b",2]'],
    ]);
    const form = made(call({ method: "post", body: { form: "deep" } }), input);
    expect(form.body).toBe("min=1&sort%5Bby%5D=x&ids%5B0%5D=3&ids%5B1%5D=4");
    expect(form.headers).toEqual([["content-type", "application/x-www-form-urlencoded"]]);
  });
});

describe("a database call's statement", () => {
  it("takes parameters in the order of their use, outside of texts, names and comments", () => {
    const statement = `SELECT ':no', ":no" -- :no
      /* :no ** :no */ FROM t WHERE a = :a AND b = :b AND c = :a AND d = 'it''s :no'`;
    expect(numbered(statement)).toEqual({
      ok: true,
      value: {
        sql: statement.replace("a = :a", "a = ?").replace("b = :b", "b = ?").replace("c = :a", "c = ?"),
        names: ["a", "b", "a"],
      },
    });
    const request = dbRequest(
      { operation: "query", statement, parameters: { a: "key.a", b: { value: true } }, output: { rows: "/rows" } },
      { "key.a": { x: [1] } },
    );
    expect(request).toMatchObject({
      ok: true,
      value: { operation: "db.query", parameters: ['{"x":[1]}', 1, '{"x":[1]}'] },
    });
  });

  it.each(["SELECT ?", "SELECT ?1", "SELECT @a", "SELECT $a"])("refuses other placeholders: %s", (statement) => {
    expect(numbered(statement)).toMatchObject({ ok: false, error: { code: "CONTRACT_VALIDATION_ERROR" } });
  });

  it("reads hostile statements in linear time", () => {
    for (const part of ["'", "/*", "/* *", "[", "-- ", ":a", "''", "*/"]) {
      const read = numbered(part.repeat(40_000));
      expect(read.ok || read.error.message.includes("never closes")).toBe(true);
    }
  });

  it("gives null for what the input does not have", () => {
    const request = dbRequest(
      { operation: "execute", statement: "DELETE FROM t WHERE a = :a", parameters: { a: "gone" }, output: {} },
      {},
    );
    expect(request).toMatchObject({ ok: true, value: { parameters: [null] } });
  });
});
