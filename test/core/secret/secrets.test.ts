import { describe, expect, it } from "vitest";
import { isHostOf } from "../../../src/core/secret/bound-secret.ts";
import { redacted } from "../../../src/core/secret/redact.ts";
import { boundSecrets } from "../../../src/infra/system/bound-secrets.ts";

const ask = (environment: Readonly<Record<string, unknown>>, name: string, host = "api.example.com") =>
  boundSecrets((binding) => environment[binding]).resolve({ name, tenant: "default", host });

describe("a secret by its name", () => {
  it("is a binding SECRET_…, of text or of a store, and nothing else of the deployment", async () => {
    const environment = { SECRET_A: "alpha", SECRET_B: { get: () => Promise.resolve("beta") }, ONEX_TOKEN: "token" };
    expect(await ask(environment, "A")).toEqual({ ok: true, value: "alpha" });
    expect(await ask(environment, "B")).toEqual({ ok: true, value: "beta" });
    for (const name of ["ONEX_TOKEN", "TOKEN", "", "A_HOSTS"]) {
      expect(await ask(environment, name)).toMatchObject({ ok: false, error: { code: "SECRET_RESOLUTION_ERROR" } });
    }
  });

  it("is shown to the hosts it is for", async () => {
    const environment = { SECRET_A: "alpha", SECRET_A_HOSTS: "api.example.com, *.example.org" };
    expect((await ask(environment, "A")).ok).toBe(true);
    expect((await ask(environment, "A", "x.example.org")).ok).toBe(true);
    for (const host of [
      "evil.test",
      "example.org.evil.test",
      "api.example.com.evil.test",
      "example.org",
      "xexample.org",
    ]) {
      expect(await ask(environment, "A", host), host).toMatchObject({ ok: false, error: { retryable: false } });
      expect(isHostOf(host, ""), host).toBe(false);
    }
  });

  it("never stands in the refusal, whatever is wrong with it", async () => {
    const environment = {
      SECRET_LINES: "line\nbreak",
      SECRET_BROKEN: { get: () => Promise.reject(new Error("the secret is hunter2")) },
      SECRET_A: "alpha-secret",
      SECRET_A_HOSTS: "none.example.com",
    };
    for (const name of ["LINES", "BROKEN", "A"]) {
      const text = JSON.stringify(await ask(environment, name));
      expect(text).toContain("SECRET_RESOLUTION_ERROR");
      expect(text).not.toMatch(/line\\nbreak|hunter2|alpha-secret/);
    }
  });
});

describe("what comes back with a secret in it", () => {
  const secrets = new Map([["TOKEN", 'abc"123/x']]);

  it("loses it, in texts, names and as a URL shows it", () => {
    expect(
      redacted({ 'h abc"123/x': ['got abc"123/x', { url: "https://x/?k=abc%22123%2Fx" }], n: 1, none: null }, secrets),
    ).toEqual({ "h [secret TOKEN]": ["got [secret TOKEN]", { url: "https://x/?k=[secret TOKEN]" }], n: 1, none: null });
  });

  it("loses it however a URL or a form writes it", () => {
    const secret = "a b!c'd(e)f~g*h/i";
    const written = [secret, encodeURIComponent(secret), new URLSearchParams({ k: secret }).toString()];
    const told = JSON.stringify(redacted(written, new Map([["X", secret]])));
    expect(told).toBe(JSON.stringify(["[secret X]", "[secret X]", "k=[secret X]"]));
  });

  it("stays the same object where there is none", () => {
    const value = { a: ["b"] };
    expect(redacted(value, secrets)).toBe(value);
    expect(redacted(value, new Map([["SHORT", "b"]]))).toBe(value);
    expect(redacted(value, new Map())).toBe(value);
  });
});
