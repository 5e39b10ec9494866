CREATE TABLE `cache_counts` (
	`tenant` text NOT NULL,
	`node` text NOT NULL,
	`version` text NOT NULL,
	`hits` integer NOT NULL,
	`stored` integer NOT NULL,
	PRIMARY KEY(`tenant`, `node`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `result_cache` (
	`tenant` text NOT NULL,
	`node` text NOT NULL,
	`version` text NOT NULL,
	`signature` text NOT NULL,
	`run_id` text NOT NULL,
	`made_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`bytes` integer NOT NULL,
	`blobs` text,
	`output_hash` text NOT NULL,
	`outputs` text NOT NULL,
	PRIMARY KEY(`tenant`, `node`, `version`, `signature`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `runs` ADD `cached_steps` integer DEFAULT 0 NOT NULL;
