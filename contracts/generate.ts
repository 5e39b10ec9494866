/**
 * Writes everything in the repository that follows from something else, or with `--check` says what is out of date:
 * contracts/generated/templates.ts from contracts/templates, the JSON Schemas in contracts/schemas from the zod schemas,
 * the metered interpreter, the stamps of the built-in nodes, and the root .onextree.
 *
 * Usage: node contracts/generate.ts [--check]. Exit code 1 and the stale files' names when `--check` finds any.
 */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
