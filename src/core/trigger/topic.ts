import { TRIGGER_TOPIC } from "../../../contracts/messages/bus-trigger.ts";

/** Where messages that ask for something arrive, without the group. */
const REQUESTS = "node.exec.request.";

/** The topic a group's messages arrive on. */
export const requestTopic = (group: string): string => REQUESTS + group;

/** The group of a topic for requests; null for any other topic. */
export const groupOfTopic = (topic: string): string | null =>
  TRIGGER_TOPIC.test(topic) ? topic.slice(REQUESTS.length) : null;
