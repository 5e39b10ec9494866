CREATE TABLE `__new_runs` (
	`tenant` text NOT NULL,
	`created_at` integer NOT NULL,
	`run_id` text NOT NULL,
	`status` text NOT NULL,
	`operation` text NOT NULL,
	`correlation_id` text NOT NULL,
	`want` text NOT NULL,
	`finished_at` integer,
	`steps` integer NOT NULL,
	`cached_steps` integer DEFAULT 0 NOT NULL,
	`fault_code` text,
	`fault_message` text,
	`archive_key` text,
	`archive_offset` integer,
	`archive_length` integer,
	`tags` text DEFAULT '[]' NOT NULL,
	`nodes` text DEFAULT '[]' NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	`value_keys` text,
	`deleted_at` integer,
	`id_indexed` integer DEFAULT 0 NOT NULL,
	`correlation_indexed` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`tenant`, `created_at`, `run_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_runs` (`tenant`, `created_at`, `run_id`, `status`, `operation`, `correlation_id`, `want`, `finished_at`, `steps`, `cached_steps`, `fault_code`, `fault_message`, `archive_key`, `archive_offset`, `archive_length`, `tags`, `nodes`, `revision`, `value_keys`, `deleted_at`, `id_indexed`, `correlation_indexed`)
SELECT `tenant`, `created_at`, `run_id`, `status`, `operation`, `correlation_id`, `want`, `finished_at`, `steps`, `cached_steps`, `fault_code`, `fault_message`, `archive_key`, `archive_offset`, `archive_length`, `tags`, `nodes`, `revision`, `value_keys`, `deleted_at`, 1, 1 FROM `runs`;
--> statement-breakpoint
DROP TABLE `runs`;
--> statement-breakpoint
ALTER TABLE `__new_runs` RENAME TO `runs`;
--> statement-breakpoint
CREATE INDEX `runs_by_id` ON `runs` (`tenant`,`run_id`) WHERE id_indexed = 1;
--> statement-breakpoint
CREATE INDEX `runs_by_correlation` ON `runs` (`tenant`,`correlation_id`,`created_at`) WHERE correlation_indexed = 1;
--> statement-breakpoint
CREATE INDEX `runs_unfinished` ON `runs` (`tenant`,`created_at`) WHERE finished_at is null;
--> statement-breakpoint
CREATE INDEX `runs_with_fault` ON `runs` (`tenant`,`created_at`) WHERE fault_code is not null;
--> statement-breakpoint
CREATE INDEX `runs_deleted` ON `runs` (`tenant`,`deleted_at`) WHERE deleted_at is not null;
