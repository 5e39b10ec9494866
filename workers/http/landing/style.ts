/** The landing page's style sheet. Its hash is in the page's Content-Security-Policy, so nothing else styles the page. */
export const LANDING_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f5f1; --card: #ffffff; --ink: #1c2128; --soft: #5b6470; --line: #dedbd2;
  --accent: #b4491c; --good: #1f7a4d; --bad: #b3261e; --code: #f0eee7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12151a; --card: #1a1f27; --ink: #e9e6df; --soft: #9aa4b1; --line: #2c333d;
    --accent: #f08a5d; --good: #58c48d; --bad: #ff8a80; --code: #12161c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main { max-width: 46rem; margin: 0 auto; padding: clamp(1.5rem, 6vw, 4.5rem) 1.25rem; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1rem; }
h1 { margin: 0; font-size: clamp(2rem, 7vw, 2.75rem); line-height: 1.1; letter-spacing: -0.03em; }
h1 svg { width: 0.9em; height: 0.9em; margin-right: 0.35em; vertical-align: -0.08em; color: var(--accent); }
.lead { margin: 1rem 0 2rem; max-width: 38rem; font-size: 1.15rem; color: var(--soft); text-wrap: pretty; }
.state {
  display: inline-flex; align-items: center; gap: 0.5em; padding: 0.2em 0.85em; border: 1px solid currentColor;
  border-radius: 99px; font-size: 0.875rem; font-weight: 600;
}
.state::before { content: ""; width: 0.55em; height: 0.55em; border-radius: 50%; background: currentColor; }
.good { color: var(--good); }
.bad { color: var(--bad); }
section { margin: 0 0 1.25rem; padding: 1.25rem 1.4rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.9rem; }
h2 { margin: 0 0 0.75rem; font-size: 0.8rem; letter-spacing: 0.08em; text-transform: uppercase; color: var(--soft); }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.4rem 1.25rem; margin: 0; }
dt { font-weight: 600; overflow-wrap: anywhere; }
dd { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: 0.2em; }
a:focus-visible, pre:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 0.2rem; }
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace; font-size: 0.85rem; }
p code, dd code { overflow-wrap: anywhere; }
section p { margin: 0; }
.routes + p { margin-top: 0.75rem; }
pre { margin: 0; padding: 1rem; overflow-x: auto; background: var(--code); border: 1px solid var(--line); border-radius: 0.6rem; }
footer { color: var(--soft); font-size: 0.875rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.6rem; } }
`;
