import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { describe, expect, it } from "vitest";
import { MAIN_ROUTES } from "../../workers/http/landing/page.ts";
import { gateway, TOKEN } from "./gateway.ts";
import { CORRELATION } from "./samples.ts";

const unhealthy = () =>
  gateway({
    health: {
      check: () =>
        Promise.resolve({
          healthy: false,
          checks: {
            registry: { healthy: true, detail: "7 nodes" },
            "<b>bus</b>": { healthy: false, detail: `"><script>alert(1)</script>` },
          },
        }),
    },
  });
const failing = () => gateway({ health: { check: () => Promise.reject(new Error("secret detail")) } });

describe("GET /health", () => {
  it("answers 200 with every check when healthy", async () => {
    const response = await gateway().app.request("/health");
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        healthy: true,
        version: "1.2.3",
        environment: "test",
        checks: { registry: { healthy: true, detail: "7 nodes" } },
      },
    ]);
  });

  it("answers 503 in the same shape when not", async () => {
    const response = await unhealthy().app.request("/health");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ healthy: false, checks: { registry: { healthy: true } } });
  });

  it("answers 503 when the check itself fails, and keeps the reason to the log", async () => {
    const { app, logs } = failing();
    const response = await app.request("/health", { headers: { "x-correlation-id": CORRELATION } });
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain("secret detail");
    expect(logs[0]).toMatchObject({ fields: { correlation_id: CORRELATION, error: "Error: secret detail" } });
  });
});

describe("the landing page", () => {
  const page = async (made: ReturnType<typeof gateway>) => {
    const response = await made.app.request("https://onex.example.com/");
    return { response, html: await response.text() };
  };

  it("says what this is, that it is healthy, and where to go", async () => {
    const { response, html } = await page(gateway());
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    for (const text of [
      "ONEX",
      ">healthy<",
      "/openapi.json",
      "/health",
      "curl https://onex.example.com/v1/envelopes",
      "1.2.3",
    ]) {
      expect(html).toContain(text);
    }
    expect(html).toContain('name="viewport"');
    expect(html).toContain("prefers-color-scheme: dark");
  });

  it("shows ten routes, all of which there are", async () => {
    const { html } = await page(gateway());
    const document: unknown = await (await gateway().app.request("/openapi.json")).json();
    for (const [method, path] of MAIN_ROUTES) {
      expect(html).toContain(`<code>${method} ${path}</code>`);
      expect(document).toHaveProperty(["paths", path, method.toLowerCase()]);
    }
    expect(MAIN_ROUTES).toHaveLength(10);
  });

  it("says where the token is, here and in production, and what to read", async () => {
    const local = await page(gateway({}, { environment: "development" }));
    expect(local.html).toContain("<code>.dev.vars</code>");
    const deployed = await page(gateway({}, { environment: "production" }));
    expect(deployed.html).toContain("the secret <code>ONEX_TOKEN</code>");
    expect(deployed.html).not.toContain(".dev.vars");
    for (const html of [local.html, deployed.html]) {
      expect(html).toContain("docs/schemas");
      expect(html).not.toContain(TOKEN);
    }
  });

  it("says that it is not healthy, and what is not, without believing the details to be HTML", async () => {
    const { response, html } = await page(unhealthy());
    expect(response.status).toBe(200);
    expect(html).toContain(">not healthy<");
    expect(html).not.toContain(">healthy<");
    expect(html).toContain("&lt;b&gt;bus&lt;/b&gt;");
    expect(html).not.toContain("<script");
  });

  it("is there even when the health check fails", async () => {
    const { response, html } = await page(failing());
    expect(response.status).toBe(200);
    expect(html).toContain(">not healthy<");
    expect(html).not.toContain("secret detail");
  });

  it("loads nothing from anywhere, and its policy allows its own style sheet alone", async () => {
    const { response, html } = await page(gateway());
    const policy = response.headers.get("content-security-policy") ?? "";
    const style = /<style>([\s\S]*)<\/style>/.exec(html)?.[1] ?? "";
    const hash = btoa(String.fromCharCode(...sha256(utf8ToBytes(style))));
    expect(style.length).toBeGreaterThan(500);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(policy).not.toContain("unsafe");
    expect(html).not.toMatch(/<script|<iframe|<img| style="| on[a-z]+="|@import|url\(/);
    expect([...html.matchAll(/(?:src|href)="(?!\/|data:)[^"]*"/g)]).toEqual([]);
  });

  it("escapes the host it was asked at", async () => {
    const response = await gateway().app.request("http://a'b/", {});
    expect(await response.text()).not.toContain("http://a'b/");
  });
});
