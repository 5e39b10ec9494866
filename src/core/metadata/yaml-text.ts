/** Bare words that YAML of some version reads as something else than text. */
const NOT_TEXT = /^(?:null|true|false|yes|no|on|off|y|n|none|\.?nan|\.?inf)$/i;
const PLAIN_WORDS = /^\.?[A-Za-z_][A-Za-z0-9_./@+()-]*(?: [A-Za-z0-9_./@+()=<>,;-]+)*$/;
const PLAIN_URI = /^[a-z][a-z0-9_+.-]*:\/\/[A-Za-z0-9_./@+=<>~%-]+$/;
const PLAIN_VERSION = /^\d+\.\d+\.\d+$/;
/** With a letter that cannot make a number of it. */
const PLAIN_HEX = /^(?=[0-9e]*[a-df])[0-9a-f]{64}$/;
const PLAIN_UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const PLAIN_KEY = /^[A-Za-z_$][A-Za-z0-9_.$-]*$/;
/** Control characters and the line breaks that are not newlines: only a double-quoted value may hold them. */
const NEEDS_ESCAPE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** A mapping key as YAML; `inMarkup` as for yamlString. */
export function yamlKey(key: string, inMarkup = false): string {
  return PLAIN_KEY.test(key) && !NOT_TEXT.test(key) && !breaksMarkup(key, inMarkup) ? key : quoted(key);
}

/**
 * A string as a YAML scalar of one line, plain where every YAML version reads it as this very string, else single-quoted,
 * else double-quoted. `inMarkup` keeps it from ending an HTML comment.
 */
export function yamlString(text: string, inMarkup = false): string {
  if (NEEDS_ESCAPE.test(text) || breaksMarkup(text, inMarkup)) return quoted(text);
  const plain = PLAIN_WORDS.test(text)
    ? !NOT_TEXT.test(text)
    : [PLAIN_URI, PLAIN_VERSION, PLAIN_UUID, PLAIN_HEX].some((form) => form.test(text));
  return plain ? text : `'${text.replaceAll("'", "''")}'`;
}

/** Two hyphens may end or break an HTML comment, so they are written escaped inside one. */
const breaksMarkup = (text: string, inMarkup: boolean): boolean => inMarkup && text.includes("--");

/** A double-quoted value that is valid as JSON and as YAML, and never contains two hyphens in a row. */
function quoted(text: string): string {
  return JSON.stringify(text)
    .replaceAll("--", "-\\u002d")
    .replaceAll("--", "-\\u002d")
    .replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
