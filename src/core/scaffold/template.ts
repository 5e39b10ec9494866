import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";

const TOKEN = /\{\{([a-z][a-z0-9_]*)\}\}/g;
/** Anything that was meant to be a token and is none: `{{ Name }}`, `{{na-me}}`, a pair of braces left open. */
const LOOKS_LIKE_TOKEN = /\{\{|\}\}/;

/**
 * Fills a template's `{{tokens}}` in one pass. Values are never looked at again, so a user's text may contain
 * `{{anything}}`. A token without a value, or braces that form no token, are a TEMPLATE_TOKEN fault with their line.
 */
export function renderTemplate(
  name: string,
  template: string,
  values: Readonly<Record<string, string>>,
): Result<string, Fault> {
  let rendered = "";
  let end = 0;
  for (const match of template.matchAll(TOKEN)) {
    const token = match[1] ?? "";
    const value = Object.hasOwn(values, token) ? values[token] : undefined;
    if (value === undefined) return err(leftover(name, template, match.index, match[0]));
    const literal = template.slice(end, match.index);
    const stray = LOOKS_LIKE_TOKEN.exec(literal);
    if (stray) return err(leftover(name, template, end + stray.index, stray[0]));
    rendered += literal + value;
    end = match.index + match[0].length;
  }
  const rest = template.slice(end);
  const stray = LOOKS_LIKE_TOKEN.exec(rest);
  return stray ? err(leftover(name, template, end + stray.index, stray[0])) : ok(rendered + rest);
}

function leftover(name: string, template: string, at: number, token: string): Fault {
  const line = template.slice(0, at).split("\n").length;
  return fault("TEMPLATE_TOKEN", `the template ${name} has a token that nothing fills: ${token}`, {
    place: `${name}:${line}`,
    hint: "correct the template or give the token a value",
  });
}
