CREATE TABLE `run_parts` (
	`tenant` text NOT NULL,
	`last_at` integer NOT NULL,
	`archive_key` text NOT NULL,
	`first_at` integer NOT NULL,
	`runs` integer NOT NULL,
	`steps` integer NOT NULL,
	`cached_steps` integer NOT NULL,
	`rings` text NOT NULL,
	`labels` text,
	`offset` integer NOT NULL,
	`index_offset` integer NOT NULL,
	`index_length` integer NOT NULL,
	`strip` blob NOT NULL,
	PRIMARY KEY(`tenant`, `last_at`, `archive_key`)
) WITHOUT ROWID;