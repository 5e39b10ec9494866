CREATE TABLE `breakers` (
	`tenant` text NOT NULL,
	`binding` text NOT NULL,
	`target` text NOT NULL,
	`failures` integer NOT NULL,
	`open_until` integer,
	`trial_until` integer,
	`changed_at` integer NOT NULL,
	PRIMARY KEY(`tenant`, `binding`, `target`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `breakers_by_time` ON `breakers` (`changed_at`);