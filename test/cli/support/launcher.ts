import { fileURLToPath } from "node:url";

/** The file behind the command `onex`. */
export const ONEX = fileURLToPath(new URL("../../../src/cli/onex.mjs", import.meta.url));
