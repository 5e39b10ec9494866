CREATE TABLE `quarantine` (
	`run_id` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`code` text NOT NULL,
	`message` text NOT NULL,
	`hint` text,
	`since` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `quarantine_by_tenant` ON `quarantine` (`tenant`,`since`,`run_id`);--> statement-breakpoint
CREATE INDEX `quarantine_by_time` ON `quarantine` (`since`);