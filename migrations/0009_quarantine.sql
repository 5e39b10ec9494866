CREATE TABLE `quarantine` (
	`tenant` text NOT NULL,
	`run_id` text NOT NULL,
	`code` text NOT NULL,
	`message` text NOT NULL,
	`hint` text,
	`since` integer NOT NULL,
	PRIMARY KEY(`tenant`, `run_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `quarantine_by_time` ON `quarantine` (`tenant`,`since`,`run_id`);