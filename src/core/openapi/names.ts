import { withoutBeginning, withoutEnd } from "../text/trim.ts";

/** A text as lower-case words joined by underscores, for a node's name or a contract key: `getUserById` → `get_user_by_id`. */
export function snakeName(text: string, fallback: string): string {
  const joined = text
    .normalize("NFKD")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
  const words = withoutEnd(withoutBeginning(joined, "_"), "_");
  if (words === "") return fallback;
  return /^[a-z]/.test(words) ? words : `${fallback}_${words}`;
}

/** Names that are given out once each: the second of a kind gets a number. */
export class Names {
  readonly #taken = new Set<string>();
  readonly #longest: number;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The name itself, shortened where it is too long, or with the first number that makes it new. */
  take(wanted: string): string {
    const base = withoutEnd(wanted.slice(0, this.#longest), "_");
    for (let i = 1; ; i++) {
      const suffix = i === 1 ? "" : `_${i}`;
      const name = `${base.slice(0, this.#longest - suffix.length)}${suffix}`;
      if (this.#taken.has(name)) continue;
      this.#taken.add(name);
      return name;
    }
  }
}

/** `STRIPE_BASIC_AUTH`: how the secret of a security scheme is called. */
export const secretNameOf = (prefix: string, scheme: string): string =>
  `${prefix}_${snakeName(scheme, "secret")}`.toUpperCase().slice(0, 128);
