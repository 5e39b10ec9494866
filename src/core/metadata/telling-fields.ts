/** Fields of metadata that, together, no other kind of document has. How many of them tell depends on who asks. */
export const TELLING_FIELDS = [
  "name",
  "uuid",
  "author",
  "created_at",
  "last_modified_at",
  "hash",
  "entrypoint",
  "namespace",
  "lifecycle",
  "meta_type",
  "state_contract",
  "metadata_version",
] as const;
