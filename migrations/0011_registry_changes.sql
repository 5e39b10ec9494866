ALTER TABLE `nodes` ADD `changed_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `nodes_by_change` ON `nodes` (`tenant`,`changed_at`,`name`,`version`);--> statement-breakpoint
ALTER TABLE `registry_versions` ADD `chars` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `registry_versions` ADD `published` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `registry_versions` ADD `publishing` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `trust_scores` ADD `changed_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `trust_by_change` ON `trust_scores` (`tenant`,`changed_at`,`node`);--> statement-breakpoint
UPDATE `registry_versions` SET `chars` = (SELECT coalesce(sum(length(`definition`)), 0) FROM `nodes` WHERE `nodes`.`tenant` = `registry_versions`.`tenant`);
