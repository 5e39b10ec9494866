import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { contractFrom } from "../../../src/core/contract/load-contract.ts";

const contract = (call: JsonObject): JsonObject => ({
  contract_version: "1.0.0",
  node_name: "user_get",
  input_contract: { "user.id": { type: "string" }, "page.number": { type: "integer" } },
  optional_inputs: ["page.number"],
  output_contract: { "user.record": { type: "object" } },
  call,
});
const http = (more: JsonObject): JsonObject => ({
  http: {
    method: "get",
    url: "https://api.example.com/users/{id}",
    path: { id: "user.id" },
    output: { "user.record": "/body" },
    ...more,
  },
});
const problems = (call: JsonObject): readonly string[] => {
  const read = contractFrom(contract(call));
  return read.ok ? [] : read.error.map(({ place, message }) => `${place}: ${message}`);
};

describe("the call block of a contract", () => {
  it("is taken when everything in it comes from somewhere", () => {
    expect(problems(http({ query: { page: "page.number" } }))).toEqual([]);
    const statement = "SELECT * FROM users WHERE id = :id";
    expect(
      problems({
        db: { operation: "query", statement, parameters: { id: "user.id" }, output: { "user.record": "/rows/0" } },
      }),
    ).toEqual([]);
  });

  it.each<[string, JsonObject, RegExp]>([
    ["a part of the URL from nowhere", http({ path: {} }), /call\.http\.path: the URL names "id"/],
    [
      "a part of the URL nobody uses",
      http({ path: { id: "user.id", x: "user.id" } }),
      /path\.x: the URL does not use "x"/,
    ],
    ["an optional key in the path", http({ path: { id: "page.number" } }), /page\.number is optional/],
    ["a key that is no input", http({ query: { q: "user.name" } }), /query\.q: "user\.name" is no input/],
    ["an output that is none", http({ output: { "user.record": "/body", other: "" } }), /"other" is no output/],
    ["an output without a pointer", http({ output: {} }), /where the output "user\.record" is/],
    ["a pointer that is none", http({ output: { "user.record": "body" } }), /JSON Pointer/],
    [
      "a written secret in a header",
      http({ headers: { Authorization: { value: "Bearer abc" } } }),
      /a secret is never written/,
    ],
    ["a written secret in the query", http({ query: { api_key: { value: "abc" } } }), /a secret is never written/],
    ["a header of the connection", http({ headers: { Host: { value: "x" } } }), /belongs to the connection/],
    ["a header that is none", http({ headers: { "a b": { value: "x" } } }), /headers\["a b"\]: Invalid key/],
    ["a user in the URL", http({ url: "https://a:b@x.test/{id}" }), /no user and no password/],
    ["a host from a key", http({ url: "https://{id}/" }), /only its path may hold/],
    ["a URL of another scheme", http({ url: "file:///etc/{id}" }), /whole URL/],
    ["a body of a get", http({ body: { json: "user.id" } }), /a get has no body/],
    ["a member nobody knows", http({ verb: "x" }), /call/],
    ["a secret in the body", http({ method: "post", body: { json: { secret_ref: "X" } } }), /call/],
    ["a line break before a secret", http({ headers: { x: { secret_ref: "A", prefix: "a\r\nb" } } }), /call/],
    [
      "a parameter of the statement from nowhere",
      { db: { operation: "query", statement: "SELECT :a", output: { "user.record": "/rows" } } },
      /the statement names "a"/,
    ],
    [
      "another kind of placeholder",
      { db: { operation: "query", statement: "SELECT ?", output: { "user.record": "/rows" } } },
      /statement: \? is not a parameter/,
    ],
  ])("is refused with %s", (_, call, expected) => {
    const found = problems(call);
    expect(found.join("\n")).toMatch(expected);
    expect(found.every((one) => one.startsWith("$.call"))).toBe(true);
  });
});
