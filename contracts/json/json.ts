import { z } from "zod";

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
/** A JSON Schema (2020-12) in its object form. */
export type JsonSchema = JsonObject;

/** Accepts any JSON value; bodies are JSON.parse results, so no deep walk is needed. */
export const jsonValue = z.custom<JsonValue>((value) => value !== undefined, "a JSON value is required");
export const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "a JSON object is required",
);

/** Whether a text may be a name, a key or a tag: whole Unicode without NUL. */
export const isPlainText = (text: string): boolean => text.isWellFormed() && !text.includes("\0");
/** What is said of a text that is none. */
export const PLAIN_TEXT = "whole Unicode characters without NUL are required";
/** A text that may be a name, a key or a tag. */
export const plainText = z.string().refine(isPlainText, PLAIN_TEXT);

/** major.minor.patch, nothing else. */
export const semver = z.string().regex(/^\d+\.\d+\.\d+$/, "a semantic version such as 1.0.0 is required");
/** A format's version: newer minors are read, a newer major is refused because it may mean something else. */
export const formatVersion = (major: number) =>
  semver.refine((version) => Number(version.split(".")[0]) <= major, {
    error: ({ input }) =>
      `version ${String(input)} has a newer major version than ${major}, which this reader understands`,
  });

/** RFC 9562 layout; the version nibble is not checked because real files carry odd ones. */
export const uuid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/, "a UUID is required");
/** A dotted path that names a value: `document.text`. */
export const contractKey = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/, "a contract key is a dotted path such as document.text");
/** A node's name. */
export const nodeName = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_]*$/, "a node name is lower case letters, digits and underscores, starting with a letter");
/** What a step of a plan executes: a node, or an operation of a handler, such as `http.get`. */
export const executedName = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?$/, "a node's name or an operation is required");
