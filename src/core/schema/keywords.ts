/** Keywords of a producer that only narrow it in ways not followed here: a counter-example may be among what they exclude. */
export const NARROWING = [
  ...["not", "if", "pattern", "format", "patternProperties", "propertyNames", "dependentRequired", "dependentSchemas"],
  ...["dependencies", "contains", "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef"],
];

/** Keywords that judge without regard to their neighbours: stated alike on both sides, they hold. */
export const INDEPENDENT: ReadonlySet<string> = new Set([
  ...[
    "pattern",
    "format",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "not",
  ],
]);

/** The JSON type a keyword speaks of; it holds for values of other types whatever it says. */
export const SPEAKS_OF: Readonly<Record<string, readonly string[]>> = {
  properties: ["object"],
  required: ["object"],
  additionalProperties: ["object"],
  patternProperties: ["object"],
  propertyNames: ["object"],
  minProperties: ["object"],
  maxProperties: ["object"],
  dependentRequired: ["object"],
  dependentSchemas: ["object"],
  items: ["array"],
  prefixItems: ["array"],
  minItems: ["array"],
  maxItems: ["array"],
  uniqueItems: ["array"],
  contains: ["array"],
  minLength: ["string"],
  maxLength: ["string"],
  pattern: ["string"],
  format: ["string"],
  minimum: ["number", "integer"],
  maximum: ["number", "integer"],
  exclusiveMinimum: ["number", "integer"],
  exclusiveMaximum: ["number", "integer"],
  multipleOf: ["number", "integer"],
};
