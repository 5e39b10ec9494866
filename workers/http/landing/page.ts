import { html, raw } from "hono/html";
import type { Health } from "../../../contracts/api/health.ts";
import { LANDING_STYLE } from "./style.ts";

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%23b4491c' " +
  "stroke-width='2.4'%3E%3Cpath d='M5 12 19 5M5 12l14 7'/%3E%3Ccircle cx='5' cy='12' r='3' fill='%23b4491c'/%3E%3C/svg%3E";

/** In one piece: the policy's hash is over every byte between the tags. */
const STYLE = raw(`<style>${LANDING_STYLE}</style>`);

/** The ten routes that most people need. A test compares them with those there are. */
export const MAIN_ROUTES = [
  ["POST", "/v1/envelopes", "Send an envelope: reach a goal, run a graph, execute a node."],
  ["POST", "/v1/plans", "What a goal would run, and why. Runs nothing."],
  ["GET", "/v1/runs", "Search the runs."],
  ["GET", "/v1/runs/{id}", "A run as it stands."],
  ["GET", "/v1/runs/{id}/result", "What it came to, node by node."],
  ["GET", "/v1/runs/{id}/events", "Its signals, as JSON, server-sent events or over a WebSocket."],
  ["POST", "/v1/runs/{id}/events", "Tell a waiting run what happened."],
  ["POST", "/v1/runs/{id}/rerun", "Run it again, from any step."],
  ["GET", "/v1/nodes", "The nodes with their trust."],
  ["POST", "/v1/nodes", "Register a node."],
] as const;

const LOCAL_TOKEN = html`This server runs on your machine: <code>npm start</code> made its token and keeps it in the
  project's <code>.dev.vars</code>, where the <code>onex</code> command finds it.`;

const DEPLOYED_TOKEN = html`It is the secret <code>ONEX_TOKEN</code> of this deployment. Whoever runs it has it.`;

/** The landing page. Everything that is not constant is escaped by `html`. */
export function landingPage(report: Health, origin: string) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>ONEX</title>
        <meta name="description" content="Contract-driven, trust-scored execution of nodes." />
        <link rel="icon" href="${raw(ICON)}" />
        ${STYLE}
      </head>
      <body>
        <main>
          <header>
            <h1>
              <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
                <path d="M5 12 19 5M5 12l14 7" />
                <circle cx="5" cy="12" r="2.6" fill="currentColor" />
                <circle cx="19" cy="5" r="2.6" fill="currentColor" />
                <circle cx="19" cy="19" r="2.6" fill="currentColor" /></svg
              >ONEX
            </h1>
            ${stateOf(report)}
          </header>
          <p class="lead">
            State a goal. ONEX finds the nodes whose contracts reach it, plans them by trust and cost, runs the plan,
            and remembers who kept their word. It can also grow the nodes it lacks.
          </p>
          <section aria-labelledby="token">
            <h2 id="token">The token</h2>
            <p>
              Everything under <code>/v1</code> wants <code>Authorization: Bearer …</code>.
              ${report.environment === "development" ? LOCAL_TOKEN : DEPLOYED_TOKEN}
            </p>
          </section>
          <section aria-labelledby="try">
            <h2 id="try">Try it</h2>
            <pre
              tabindex="0"
            ><code>${report.environment === "development" ? FROM_VARS : ""}${exampleOf(origin)}</code></pre>
          </section>
          <section aria-labelledby="routes">
            <h2 id="routes">The main routes</h2>
            <dl class="routes">
              ${MAIN_ROUTES.map(
                ([method, path, what]) =>
                  html`<dt><code>${method} ${path}</code></dt>
                    <dd>${what}</dd>`,
              )}
            </dl>
            <p><a href="/openapi.json">/openapi.json</a> has every route in full, for people and generators.</p>
          </section>
          <section aria-labelledby="read">
            <h2 id="read">To read</h2>
            <dl>
              <dt>docs/</dt>
              <dd>
                In the project: planning.md, nodes.md, runs.md, triggers.md and operations.md tell what can be done,
                cli.md the command, architecture.md how it works.
              </dd>
              <dt>Reference</dt>
              <dd>
                <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1) for the routes, docs/schemas for every document
                and message.
              </dd>
              <dt><a href="/health">/health</a></dt>
              <dd>The checks below, as JSON. Needs no token.</dd>
            </dl>
          </section>
          <section aria-labelledby="health">
            <h2 id="health">Health</h2>
            <dl>
              ${Object.entries(report.checks).map(
                ([name, check]) =>
                  html`<dt class="${check.healthy ? "good" : "bad"}">${name}</dt>
                    <dd>${check.healthy ? "" : "not healthy: "}${check.detail}</dd>`,
              )}
            </dl>
          </section>
          <footer>version ${report.version}, ${report.environment}</footer>
        </main>
      </body>
    </html>`;
}

const stateOf = ({ healthy }: Health) =>
  healthy
    ? html`<span class="state good" role="status">healthy</span>`
    : html`<span class="state bad" role="status">not healthy</span>`;

const FROM_VARS = "export ONEX_TOKEN=$(sed -n 's/^ONEX_TOKEN=//p' .dev.vars)\n\n";

const exampleOf = (origin: string): string => `curl ${origin}/v1/envelopes \\
  -H "Authorization: Bearer $ONEX_TOKEN" \\
  -H "Content-Type: application/json" \\
  -H "Prefer: wait=10" \\
  -d '{
    "source_node": "me",
    "operation": "goal.run",
    "payload": {
      "want": ["metadata.report"],
      "given": { "document.text": "# Hello" }
    }
  }'`;
