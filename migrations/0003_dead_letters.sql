CREATE TABLE `dead_letters` (
	`tenant` text NOT NULL,
	`id` text NOT NULL,
	`queue` text NOT NULL,
	`error_type` text NOT NULL,
	`failure_reason` text NOT NULL,
	`correlation_id` text,
	`run_id` text,
	`retry_count` integer NOT NULL,
	`failed_at` integer NOT NULL,
	`payload_key` text NOT NULL,
	PRIMARY KEY(`tenant`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `dead_letters_by_time` ON `dead_letters` (`tenant`,`failed_at`);
