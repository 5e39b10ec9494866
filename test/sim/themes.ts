import type { Random } from "./random.ts";

/** What a world is about. */
export const THEMES = ["variants", "limits", "cache", "chains", "bus", "copies", "upkeep", "steering"] as const;
export type Theme = (typeof THEMES)[number];
export type Themes = ReadonlySet<Theme>;

/** Each theme is absent from most worlds and strong in the others: everything at once hides what a few things can reach. */
export const themesOf = (random: Random): Themes => new Set(THEMES.filter(() => random.chance(0.25)));
