import { html, raw } from "hono/html";
import type { Health } from "../../../contracts/api/health.ts";
import { LANDING_STYLE } from "./style.ts";

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%23b4491c' " +
  "stroke-width='2.4'%3E%3Cpath d='M5 12 19 5M5 12l14 7'/%3E%3Ccircle cx='5' cy='12' r='3' fill='%23b4491c'/%3E%3C/svg%3E";

/** In one piece: the policy's hash is over every byte between the tags. */
const STYLE = raw(`<style>${LANDING_STYLE}</style>`);

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
          <section aria-labelledby="go">
            <h2 id="go">Where to go</h2>
            <dl>
              <dt><a href="/openapi.json">/openapi.json</a></dt>
              <dd>Every route, for people and generators (OpenAPI 3.1).</dd>
              <dt><a href="/health">/health</a></dt>
              <dd>The checks below, as JSON. Needs no token.</dd>
              <dt><code>POST /v1/plans</code></dt>
              <dd>What a goal would run, and why. Runs nothing.</dd>
              <dt><code>POST /v1/envelopes</code></dt>
              <dd>Reach a goal.</dd>
            </dl>
          </section>
          <section aria-labelledby="try">
            <h2 id="try">Try it</h2>
            <pre tabindex="0"><code>${exampleOf(origin)}</code></pre>
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
