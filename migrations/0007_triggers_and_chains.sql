CREATE TABLE `triggers` (
	`tenant` text NOT NULL,
	`trigger_id` text NOT NULL,
	`group_name` text NOT NULL,
	`idempotent_key` text NOT NULL,
	`hash` text NOT NULL,
	`correlation_id` text NOT NULL,
	`source` text NOT NULL,
	`received_at` integer NOT NULL,
	`status` text NOT NULL,
	`duplicate_of` text,
	`parts` text NOT NULL,
	`left_out` integer DEFAULT 0 NOT NULL,
	`fault_code` text,
	`fault_message` text,
	PRIMARY KEY(`tenant`, `trigger_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `triggers_by_key` ON `triggers` (`tenant`,`group_name`,`idempotent_key`);
--> statement-breakpoint
CREATE INDEX `triggers_by_time` ON `triggers` (`tenant`,`received_at`);
--> statement-breakpoint
CREATE TABLE `run_sequels` (
	`tenant` text NOT NULL,
	`run_id` text NOT NULL,
	`list` text NOT NULL,
	`position` integer NOT NULL,
	`child_id` text,
	`fault_code` text,
	`fault_message` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`tenant`, `run_id`, `list`, `position`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `run_sequels_by_time` ON `run_sequels` (`tenant`,`at`);
