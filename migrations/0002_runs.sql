CREATE TABLE `runs` (
	`tenant` text NOT NULL,
	`run_id` text NOT NULL,
	`status` text NOT NULL,
	`operation` text NOT NULL,
	`correlation_id` text NOT NULL,
	`want` text NOT NULL,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	`steps` integer NOT NULL,
	`fault_code` text,
	`archive_key` text,
	`archive_offset` integer,
	`archive_length` integer,
	PRIMARY KEY(`tenant`, `run_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `runs_by_time` ON `runs` (`tenant`,`created_at`);
--> statement-breakpoint
CREATE INDEX `runs_by_correlation` ON `runs` (`tenant`,`correlation_id`);
