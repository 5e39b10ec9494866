CREATE TABLE `nodes` (
	`tenant` text NOT NULL,
	`name` text NOT NULL,
	`version` text NOT NULL,
	`digest` text NOT NULL,
	`uuid` text NOT NULL,
	`lifecycle` text NOT NULL,
	`definition` text NOT NULL,
	`registered_at` integer NOT NULL,
	PRIMARY KEY(`tenant`, `name`, `version`)
);
--> statement-breakpoint
CREATE INDEX `nodes_by_uuid` ON `nodes` (`tenant`,`uuid`);
--> statement-breakpoint
CREATE TABLE `registry_versions` (
	`tenant` text PRIMARY KEY NOT NULL,
	`nodes_version` integer NOT NULL,
	`trust_version` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `trust_scores` (
	`tenant` text NOT NULL,
	`node` text NOT NULL,
	`score` real NOT NULL,
	`confidence` real NOT NULL,
	`samples` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`tenant`, `node`)
) WITHOUT ROWID;
