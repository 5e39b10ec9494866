CREATE TABLE `erasures` (
	`segment` text NOT NULL,
	`offset` integer NOT NULL,
	`length` integer NOT NULL,
	PRIMARY KEY(`segment`, `offset`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `run_labels` (
	`tenant` text NOT NULL,
	`label` text NOT NULL,
	`minute` integer NOT NULL,
	PRIMARY KEY(`tenant`, `label`, `minute`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `segments` (
	`key` text PRIMARY KEY NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sweep_marks` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `value_doubts` (
	`tenant` text NOT NULL,
	`key` text NOT NULL,
	`since` integer NOT NULL,
	PRIMARY KEY(`tenant`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `value_doubts_by_time` ON `value_doubts` (`tenant`,`since`);
--> statement-breakpoint
CREATE TABLE `value_refs` (
	`tenant` text NOT NULL,
	`key` text NOT NULL,
	`run_id` text NOT NULL,
	PRIMARY KEY(`tenant`, `key`, `run_id`)
) WITHOUT ROWID;
--> statement-breakpoint
DROP INDEX `runs_by_correlation`;
--> statement-breakpoint
ALTER TABLE `runs` ADD `tags` text DEFAULT '[]' NOT NULL;
--> statement-breakpoint
ALTER TABLE `runs` ADD `nodes` text DEFAULT '[]' NOT NULL;
--> statement-breakpoint
ALTER TABLE `runs` ADD `fault_message` text;
--> statement-breakpoint
ALTER TABLE `runs` ADD `revision` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `runs` ADD `value_keys` text;
--> statement-breakpoint
ALTER TABLE `runs` ADD `deleted_at` integer;
--> statement-breakpoint
CREATE INDEX `runs_by_correlation_and_time` ON `runs` (`tenant`,`correlation_id`,`created_at`);
--> statement-breakpoint
CREATE INDEX `runs_unfinished` ON `runs` (`tenant`,`created_at`) WHERE finished_at is null;
--> statement-breakpoint
CREATE INDEX `runs_with_fault` ON `runs` (`tenant`,`created_at`) WHERE fault_code is not null;
--> statement-breakpoint
CREATE INDEX `runs_deleted` ON `runs` (`tenant`,`deleted_at`) WHERE deleted_at is not null;
--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `message_type` text;
--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `cause_code` text;
--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `cause_message` text;
--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `work` text;
--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `status` text DEFAULT 'open' NOT NULL;
--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `redrives` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `redriven_at` integer;
--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `resolved_at` integer;
--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `resolution` text;
--> statement-breakpoint
CREATE INDEX `dead_letters_by_run` ON `dead_letters` (`tenant`,`run_id`) WHERE run_id is not null;
--> statement-breakpoint
CREATE INDEX `dead_letters_redriven` ON `dead_letters` (`tenant`,`redriven_at`) WHERE status = 'redriven';
