import { isIpv6 } from "./format-hosts.ts";

/** Characters as a table by code; beyond ASCII there is none. */
const table = (characters: string): readonly boolean[] => {
  const taken = new Array<boolean>(128).fill(false);
  for (const char of characters) taken[char.charCodeAt(0)] = true;
  return taken;
};
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const UNRESERVED = `${LETTERS}0123456789-._~`;
const SUB_DELIMITERS = "!$&'()*+,;=";
const NAME = table(UNRESERVED + SUB_DELIMITERS);
const USER = table(`${UNRESERVED + SUB_DELIMITERS}:`);
const SEGMENTS = table(`${UNRESERVED + SUB_DELIMITERS}:@/`);
const QUERY = table(`${UNRESERVED + SUB_DELIMITERS}:@/?`);
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;

/** Whether a text is made of these characters and of percent-encoded ones. */
function isMadeOf(text: string, characters: readonly boolean[]): boolean {
  for (let i = 0; i < text.length; i++) {
    if (characters[text.charCodeAt(i)] === true) continue;
    if (text[i] !== "%" || !isHexadecimal(text.charCodeAt(i + 1)) || !isHexadecimal(text.charCodeAt(i + 2)))
      return false;
    i += 2;
  }
  return true;
}

const isHexadecimal = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

interface Parts {
  readonly scheme: string | null;
  readonly authority: string | null;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** What lies before the first of a character, and what behind it. */
function cut(text: string, at: string): readonly [string, string] {
  const found = text.indexOf(at);
  return found === -1 ? [text, ""] : [text.slice(0, found), text.slice(found + 1)];
}

/** RFC 3986, appendix B. */
function partsOf(text: string): Parts {
  const [beforeFragment, fragment] = cut(text, "#");
  const [hierarchy, query] = cut(beforeFragment, "?");
  const colon = hierarchy.indexOf(":");
  const scheme = colon > 0 && SCHEME.test(hierarchy.slice(0, colon)) ? hierarchy.slice(0, colon) : null;
  const rest = scheme === null ? hierarchy : hierarchy.slice(colon + 1);
  if (!rest.startsWith("//")) return { scheme, authority: null, path: rest, query, fragment };
  const slash = rest.indexOf("/", 2);
  const end = slash === -1 ? rest.length : slash;
  return { scheme, authority: rest.slice(2, end), path: rest.slice(end), query, fragment };
}

function isAuthority(text: string): boolean {
  const at = text.indexOf("@");
  if (at !== -1 && !isMadeOf(text.slice(0, at), USER)) return false;
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(text.slice(at + 1)) ?? [];
  if (port !== undefined && !/^\d*$/.test(port)) return false;
  if (!host.startsWith("[")) return isMadeOf(host, NAME);
  const address = host.slice(1, -1);
  return isIpv6(address) || /^v[0-9a-f]+\.[a-z0-9\-._~!$&'()*+,;=:]+$/i.test(address);
}

function isWritten({ scheme, authority, path, query, fragment }: Parts): boolean {
  if (authority !== null && !isAuthority(authority)) return false;
  // Before the first slash of a relative path there is no colon: it would read as a scheme.
  if (scheme === null && authority === null && cut(path, "/")[0].includes(":")) return false;
  return isMadeOf(path, SEGMENTS) && isMadeOf(query, QUERY) && isMadeOf(fragment, QUERY);
}

/** RFC 3986: with a scheme. */
export function isUri(text: string): boolean {
  const parts = partsOf(text);
  return parts.scheme !== null && isWritten(parts);
}

/** RFC 3986: with a scheme or relative. */
export const isUriReference = (text: string): boolean => isWritten(partsOf(text));

/** What people call a URL: http, https or ftp, and a host. */
export function isUrl(text: string): boolean {
  const parts = partsOf(text);
  return /^(?:https?|ftp)$/i.test(parts.scheme ?? "") && (parts.authority ?? "") !== "" && isWritten(parts);
}

const VARIABLE = /^(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})+(?:\.(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})+)*(?::[1-9][0-9]{0,3}|\*)?$/;
// oxlint-disable-next-line no-control-regex -- RFC 6570 excludes control characters.
const NOT_LITERAL = /[\u0000-\u0020\u007f"<>\\^`|}]|%(?![0-9A-Fa-f]{2})/;

/** RFC 6570. */
export function isUriTemplate(text: string): boolean {
  const [literal = "", ...expressions] = text.split("{");
  if (NOT_LITERAL.test(literal)) return false;
  return expressions.every((expression) => {
    const [inner, after] = cut(expression, "}");
    const variables = inner.replace(/^[+#./;?&=,!@|]/, "").split(",");
    return expression.includes("}") && variables.every((one) => VARIABLE.test(one)) && !NOT_LITERAL.test(after);
  });
}
