import { z } from "zod";
import { plainText, uuid } from "../json/json.ts";

/*
 * The metadata of a node or document, as its block holds it. Names are those of the wire. Optional fields may be null,
 * which means absent: old stampers wrote every field they knew.
 */

const text = plainText;
const filled = plainText.min(1, "must not be empty");
const texts = z.array(plainText);
const openMap = z.record(z.string(), z.unknown());
const metadataVersion = z.string().regex(/^\d+\.\d+\.\d+$/, "must be a semantic version such as 1.0.0");
/** Date and time, zone optional: real blocks were stamped with local and with UTC clocks. */
export const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
const timestamp = z
  .string()
  .regex(TIMESTAMP, "must be an ISO 8601 date and time such as 2026-01-31T12:00:00Z")
  .refine((value) => !Number.isNaN(Date.parse(value.replace(" ", "T"))), "is not a date that exists");

/** What a block may describe, by the canonical schema. */
export const META_TYPES = ["tool", "validator", "agent", "model", "schema", "plugin", "ignore_config"] as const;
/** Types that code knows beyond the canonical list. */
export const EXTENDED_META_TYPES = [...META_TYPES, "node", "project", "unknown"] as const;
/** Lifecycles a reader accepts; src/core/metadata/lifecycle.ts says which may follow which. */
export const LIFECYCLE_VALUES = ["draft", "review", "active", "deprecated", "archived"] as const;
/** A SHA-256 as a block writes it. */
export const HASH = /^[a-fA-F0-9]{64}$/;

const DEPENDENCY_TYPES = [
  "onex_node",
  "library",
  "binary",
  "external_service",
  "protocol_adherence",
  "data_source",
] as const;
const BINDINGS = [
  "injection",
  "runtime_lookup",
  "environment_variable",
  "implicit",
  "compile_time",
  "config_file",
] as const;
const FORMATS = ["json", "yaml", "text", "binary", "stream", "file_path", "directory_path"] as const;

const dependency = z.union([
  text,
  z.looseObject({
    name: text,
    type: z.enum(DEPENDENCY_TYPES),
    target: text,
    binding: z.enum(BINDINGS).nullish(),
    protocol_required: text.nullish(),
    optional: z.boolean().nullish(),
    description: text.nullish(),
  }),
]);
const port = z.union([
  text,
  z.looseObject({
    name: text,
    schema_ref: text,
    description: text.nullish(),
    format_hint: z.enum(FORMATS).nullish(),
    required: z.boolean().nullish(),
  }),
]);

/** Fields no profile requires. */
const optionalFields = {
  metadata_version: metadataVersion.nullish(),
  protocol_version: metadataVersion.nullish(),
  runtime_language_hint: text.nullish(),
  license: text.nullish(),
  owner: text.nullish(),
  copyright: text.nullish(),
  deprecated_by: uuid.nullish(),
  archived_reason: text.nullish(),
  container_image_reference: text.nullish(),
  trust_score: z.number().min(0).max(1).nullish(),
  capabilities: texts.nullish(),
  tags: texts.nullish(),
  protocols_supported: texts.nullish(),
  base_class: texts.nullish(),
  environment: texts.nullish(),
  os_requirements: texts.nullish(),
  compliance_profiles: texts.nullish(),
  architectures: z.array(z.enum(["amd64", "arm64", "ppc64le"])).nullish(),
  x_extensions: openMap.nullish(),
  execution_constraints: openMap.nullish(),
  security_context: openMap.nullish(),
  execution_mode: z.enum(["sync", "async", "batched", "streaming"]).nullish(),
  dependencies: z.array(dependency).nullish(),
  inputs: z.array(port).nullish(),
  outputs: z.array(port).nullish(),
  signature_block: z
    .looseObject({
      signature: text.nullish(),
      algorithm: text.nullish(),
      signed_by: text.nullish(),
      issued_at: text.nullish(),
    })
    .nullish(),
  testing: z
    .looseObject({
      canonical_test_case_ids: texts.nullish(),
      required_ci_tiers: z.array(z.enum(["mock", "integration", "external"])).nullish(),
      minimum_coverage_percentage: z.number().min(0).max(100).nullish(),
    })
    .nullish(),
  data_handling_declaration: z
    .looseObject({
      processes_sensitive_data: z.boolean().nullish(),
      data_residency_required: text.nullish(),
      data_classification: text.nullish(),
    })
    .nullish(),
  logging_config: openMap.nullish(),
  source_repository: z
    .looseObject({ url: text.nullish(), commit_hash: text.nullish(), path: text.nullish() })
    .nullish(),
  tools: openMap.nullish(),
  trust_score_stub: z
    .looseObject({
      runs: z.number().int().min(0).nullish(),
      failures: z.number().int().min(0).nullish(),
      trust_score: z.number().nullish(),
    })
    .nullish(),
};

/** The strict profile: what a registered node must declare. Unknown fields are kept; they are reported, not refused. */
export const canonicalMetadata = z.looseObject({
  ...optionalFields,
  schema_version: metadataVersion,
  name: filled,
  version: metadataVersion,
  uuid,
  author: text,
  created_at: timestamp,
  last_modified_at: timestamp,
  description: text,
  state_contract: text,
  lifecycle: z.enum(LIFECYCLE_VALUES),
  hash: z.string().regex(HASH, "must be 64 hexadecimal digits"),
  entrypoint: z.looseObject({ type: filled, target: filled }),
  namespace: z.string().regex(/^(omninode|onex|omnibase)\.[a-zA-Z0-9_.]+$/, "must look like onex.tools.example"),
  meta_type: z.enum(EXTENDED_META_TYPES),
});

/**
 * The loose profile of an earlier generation: eight required fields, the rest filled by default. Entrypoint and
 * namespace have many spellings, which their own parsers read.
 */
export const permissiveMetadata = z.looseObject({
  ...optionalFields,
  name: filled,
  uuid,
  author: text,
  created_at: timestamp,
  last_modified_at: timestamp,
  hash: z.string().regex(HASH, "must be 64 hexadecimal digits"),
  entrypoint: z.union(
    [filled, z.looseObject({ type: text, target: text })],
    "must be a mapping of type and target, or text",
  ),
  namespace: z.union([filled, z.looseObject({ value: text })], "must be text"),
  schema_version: metadataVersion.nullish(),
  version: metadataVersion.nullish(),
  description: text.nullish(),
  state_contract: text.nullish(),
  lifecycle: z.enum(LIFECYCLE_VALUES).nullish(),
  meta_type: z.enum(EXTENDED_META_TYPES).nullish(),
});

/** What the permissive profile puts where a field is absent or null. */
export const PERMISSIVE_DEFAULTS = {
  metadata_version: "0.1.0",
  protocol_version: "0.1.0",
  schema_version: "0.1.0",
  version: "1.0.0",
  owner: "OmniNode Team",
  description: "Stamped by ONEX",
  state_contract: "state_contract://default",
  lifecycle: "active",
  meta_type: "tool",
} as const;

/** Metadata that satisfies the strict profile. */
export type CanonicalMetadata = z.infer<typeof canonicalMetadata>;
/** Metadata that satisfies the loose profile, defaults not filled. */
export type PermissiveMetadata = z.infer<typeof permissiveMetadata>;
