/**
 * Lower case of ASCII letters only, as SQLite's `lower` does: memory and database must agree on what a search finds, and
 * neither may depend on a locale.
 */
export const asciiLower = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Whether a text contains another, whatever the case of ASCII letters. */
export const containsText = (text: string, part: string): boolean => asciiLower(text).includes(asciiLower(part));
