/** JSON Schema of what is on the network: namespaces, workloads, targets. */
import type { AnySchemaObject } from 'ajv';
import { DEFAULTS } from './defaults.ts';
import * as part from './schema-parts.ts';

export const namespace: AnySchemaObject = {
  title: 'namespace',
  description: 'An existing namespace, in which only probe pods are put, or one created for the run.',
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    create: {
      description: 'true: created for the run and removed after it. A namespace of that name must not exist.',
      type: 'boolean',
      default: false,
    },
    labels: { ...part.labels, description: 'Labels of a created namespace, for namespaceSelectors.' },
  },
  examples: [{ create: true, labels: { tier: 'app' } }],
};

export const workload: AnySchemaObject = {
  title: 'workload',
  description:
    'An identity on the network, launched as short-lived pods. Every workload is a source of probes.',
  type: 'object',
  required: ['namespace'],
  additionalProperties: false,
  properties: {
    namespace: { ...part.name, description: 'One of the namespaces above.' },
    labels: { ...part.labels, description: 'Labels of its pods: what podSelectors see.' },
    listen: {
      description: 'What its pods serve. Without it the workload is only a source.',
      type: 'array',
      items: part.listenPort,
      examples: [['tcp/8080', 'udp/5353', 'http/8081']],
    },
    portNames: {
      description: 'Names of those ports, for policies that name a port: name to one of listen.',
      type: 'object',
      propertyNames: part.portName,
      additionalProperties: part.listenPort,
      examples: [{ metrics: 'tcp/9090' }],
    },
    serviceAccount: { ...part.subdomain, description: 'Service account of its pods; no token is mounted.' },
    node: { ...part.subdomain, description: 'Name of the node to run on.' },
    sameNodeAs: { ...part.name, description: 'Run on the node of this workload.' },
    differentNodeFrom: { ...part.name, description: 'Run on another node than this workload.' },
    like: {
      ...part.likeReference,
      description: 'Copy labels, service account and named ports of a real workload; those written here win.',
      examples: ['deployment/api'],
    },
  },
  examples: [{ namespace: 'shop', labels: { app: 'web' }, listen: ['http/8080'] }],
};

export const target: AnySchemaObject = {
  title: 'target',
  description: 'Something existing to connect to: one of service, pods, host and dns.',
  type: 'object',
  additionalProperties: false,
  oneOf: [{ required: ['service'] }, { required: ['pods'] }, { required: ['host'] }, { required: ['dns'] }],
  dependentRequired: {
    service: ['ports'],
    pods: ['ports'],
    host: ['ports'],
    via: ['service'],
    resolver: ['dns'],
    port: ['dns'],
  },
  properties: {
    service: {
      ...part.serviceName,
      description: 'A Service, as name.namespace.',
      examples: ['payments.pci'],
    },
    via: {
      description: 'clusterIP: its virtual address; endpoints: the addresses behind it; name: its DNS name.',
      enum: ['clusterIP', 'endpoints', 'name'],
      default: DEFAULTS.via,
    },
    pods: {
      description: 'Existing pods, by label.',
      type: 'object',
      required: ['namespace', 'selector'],
      additionalProperties: false,
      properties: {
        namespace: { ...part.name, description: 'Where they run.' },
        selector: { ...part.labels, minProperties: 1, description: 'Labels that they have.' },
        limit: {
          description: 'At most so many of the ready ones, oldest first.',
          type: 'integer',
          minimum: 1,
          maximum: 100,
          default: DEFAULTS.podLimit,
        },
      },
    },
    host: {
      description: 'A DNS name, an IPv4 or an IPv6 address.',
      type: 'string',
      maxLength: 253,
      minLength: 1,
      examples: ['203.0.113.10', '2001:db8::1', 'www.example.com'],
    },
    dns: {
      ...part.subdomain,
      description: 'A name to look up. Reached means that the resolver answered, whatever it answered.',
      examples: ['www.example.com'],
    },
    resolver: {
      description: "Address of the resolver to ask; without it, the pod's own.",
      type: 'string',
      minLength: 1,
      examples: ['10.96.0.10'],
    },
    port: {
      description: "The resolver's port.",
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      default: 53,
    },
    ports: {
      description: 'Protocols and ports to connect to.',
      type: 'array',
      minItems: 1,
      items: part.listenPort,
      examples: [['https/443'], ['tcp/5432']],
    },
    path: {
      ...part.path,
      description: 'Path of HTTP and HTTPS requests.',
      default: '/',
      examples: ['/healthz'],
    },
  },
  examples: [
    { service: 'payments.pci', ports: ['https/443'] },
    { pods: { namespace: 'data', selector: { app: 'db' } }, ports: ['tcp/5432'] },
    { host: '203.0.113.10', ports: ['tcp/443'] },
    { dns: 'www.example.com' },
  ],
};
