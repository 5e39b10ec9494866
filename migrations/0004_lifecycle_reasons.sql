ALTER TABLE `nodes` ADD `deprecated_by` text;
--> statement-breakpoint
ALTER TABLE `nodes` ADD `archived_reason` text;
