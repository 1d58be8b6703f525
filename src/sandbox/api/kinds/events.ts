/** Events. */
import type { Known } from '../object.ts';
import type { Resource } from '../resource.ts';
import { required } from '../validation/field.ts';
import { age, column, define, typed } from './define.ts';

type Event = Known['events'];
const lastSeen = (event: Event, now: number): string =>
  age(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp, now);

export const eventFields = (event: Event): Record<string, string> => ({
  'involvedObject.kind': event.involvedObject?.kind ?? '',
  'involvedObject.namespace': event.involvedObject?.namespace ?? '',
  'involvedObject.name': event.involvedObject?.name ?? '',
  'involvedObject.uid': event.involvedObject?.uid ?? '',
  'involvedObject.apiVersion': event.involvedObject?.apiVersion ?? '',
  'involvedObject.resourceVersion': event.involvedObject?.resourceVersion ?? '',
  'involvedObject.fieldPath': event.involvedObject?.fieldPath ?? '',
  reason: event.reason ?? '',
  reportingComponent: event.reportingComponent ?? '',
  source: event.source?.component || event.reportingComponent || '',
  type: event.type ?? '',
});

const EVENT_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
  (name) => `involvedObject.${name}`,
);

export const events: Resource = define({
  kind: 'Event',
  model: 'CoreV1Event',
  shortNames: ['ev'],
  validate: typed((event: Event) => (event.involvedObject ? [] : [required('involvedObject')])),
  fieldNames: [...EVENT_FIELDS, 'reason', 'reportingComponent', 'source', 'type'],
  fields: typed(eventFields),
  columns: [
    column<Event>('Last Seen', lastSeen),
    column<Event>('Type', ({ type }) => type ?? ''),
    column<Event>('Reason', ({ reason }) => reason ?? ''),
    column<Event>('Object', ({ involvedObject: { kind, name } }) => `${kind?.toLowerCase()}/${name}`),
    column<Event>('Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? '', { wide: true }),
    column<Event>('Source', ({ source }) => [source?.component, source?.host].filter(Boolean).join(', '), {
      wide: true,
    }),
    column<Event>('Message', ({ message }) => message?.trim() ?? ''),
    column<Event>('First Seen', (event, now) => age(event.firstTimestamp ?? event.eventTime, now), {
      wide: true,
    }),
    column<Event>('Count', ({ count: times }) => times ?? 1, { wide: true, type: 'integer' }),
    { ...column<Event>('Name', ({ metadata }) => metadata.name, { wide: true }), format: 'name' },
  ],
});
