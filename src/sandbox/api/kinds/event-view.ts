/** Core events and events.k8s.io are one storage under two shapes. */
import type { KubeObject } from '../object.ts';

const PAIRS = [
  ['message', 'note'],
  ['involvedObject', 'regarding'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
] as const;

const renamed = (object: KubeObject, apiVersion: string, names: ReadonlyMap<string, string>): KubeObject => {
  const entries = Object.entries(object).map(([key, value]) => [names.get(key) ?? key, value] as const);
  return { ...(Object.fromEntries(entries) as unknown as KubeObject), apiVersion };
};

const toView = new Map<string, string>(PAIRS);
const toCore = new Map<string, string>(PAIRS.map(([core, view]) => [view, core]));

export const fromCoreEvent = (event: KubeObject): KubeObject => renamed(event, 'events.k8s.io/v1', toView);
export const toCoreEvent = (event: KubeObject): KubeObject => renamed(event, 'v1', toCore);
