import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../src/sandbox/api/object.ts';
import {
  type World,
  NAMESPACES,
  PODS,
  POLICIES,
  SERVICES,
  object,
  pod,
  policy,
  refusal,
  world,
} from './support.ts';

let cluster: World;
beforeAll(async () => {
  cluster = await world();
});

const DRY = { dryRun: true, fieldValidation: 'Strict' } as const;
const refusedPod = (body: JsonObject): string =>
  refusal(() => cluster.rest.create(PODS, 'default', body, DRY)).message ?? '';

describe('names and labels', () => {
  test.each([
    ['Upper', /a lowercase RFC 1123 subdomain must consist of/],
    ['-dash', /a lowercase RFC 1123 subdomain/],
    ['a..b', /a lowercase RFC 1123 subdomain/],
    ['x'.repeat(254), /must be no more than 253 characters/],
    ['', /metadata.name: Required value: name or generateName is required/],
  ])('a pod can not be called %j', (name, message) => {
    expect(refusedPod(pod(name))).toMatch(message);
  });

  test.each(['a_b', 'a.b'])('a namespace can not be called %j', (name) => {
    const said = refusal(() => cluster.rest.create(NAMESPACES, '', object('v1', 'Namespace', name)));
    expect(said).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(said.message).toContain('a lowercase RFC 1123 label must consist of lower case');
  });

  test.each([
    [{ 'bad key': 'x' }, 'name part must consist of alphanumeric characters'],
    [{ 'UPPER/x': 'x' }, 'prefix part a lowercase RFC 1123 subdomain'],
    [{ '/x': 'x' }, 'prefix part must be non-empty'],
    [{ 'a/b/c': 'x' }, 'a qualified name must consist of'],
    [{ x: 'not valid' }, 'a valid label must be an empty string or consist of'],
    [{ x: 'y'.repeat(64) }, 'must be no more than 63 characters'],
  ])('labels %j', (labels, message) => {
    const said = refusedPod(pod('p', {}, { labels }));
    expect(said).toContain('Pod "p" is invalid: metadata.labels: Invalid value: ');
    expect(said).toContain(message);
  });
});

const container = (extra: JsonObject): JsonObject => ({ containers: [{ name: 'c', image: 'i', ...extra }] });

describe('pods', () => {
  test.each<[string, JsonObject, string]>([
    ['no containers', { containers: [] }, 'spec.containers: Required value'],
    ['no image', { containers: [{ name: 'c' }] }, 'spec.containers[0].image: Required value'],
    ['no name', { containers: [{ image: 'i' }] }, 'spec.containers[0].name: Required value'],
    [
      'a bad container name',
      { containers: [{ name: 'C', image: 'i' }] },
      'spec.containers[0].name: Invalid value: "C"',
    ],
    [
      'two of a name',
      {
        containers: [
          { name: 'c', image: 'i' },
          { name: 'c', image: 'i' },
        ],
      },
      'spec.containers[1].name: Duplicate value: "c"',
    ],
    [
      'a restart policy',
      { restartPolicy: 'Sometimes' },
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
    ],
    [
      'a deadline',
      { activeDeadlineSeconds: 0 },
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ],
    [
      'a port',
      container({ ports: [{ containerPort: 70000 }] }),
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    [
      'a port name',
      container({ ports: [{ containerPort: 1, name: 'much-too-long-name' }] }),
      'must be no more than 15 characters',
    ],
    [
      'a protocol',
      container({ ports: [{ containerPort: 1, protocol: 'ICMP' }] }),
      'Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      'a variable without name',
      container({ env: [{ name: '', value: 'x' }] }),
      'spec.containers[0].env[0].name: Required value',
    ],
    [
      'a volume that is not there',
      container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ],
    [
      'a quantity',
      container({ resources: { limits: { cpu: 'lots' } } }),
      'quantities must match the regular expression',
    ],
    [
      'a request over its limit',
      container({ resources: { limits: { cpu: '100m' }, requests: { cpu: '0.2' } } }),
      'must be less than or equal to cpu limit of 100m',
    ],
    [
      'a probe without handler',
      container({ livenessProbe: {} }),
      'spec.containers[0].livenessProbe: Required value: must specify a handler type',
    ],
    [
      'privileged and not',
      container({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
  ])('%s is refused', (_what, spec, message) => {
    expect(refusedPod(pod('p', spec))).toContain(message);
  });

  test('several faults are told at once, each as a cause', () => {
    const said = refusal(() => cluster.rest.create(PODS, 'default', pod('p', { containers: [{}] }), DRY));
    expect(said).toMatchObject({ code: 422, reason: 'Invalid', details: { kind: 'Pod', name: 'p' } });
    expect(said.details?.causes).toHaveLength(2);
    expect(said.message).toBe(
      'Pod "p" is invalid: [spec.containers[0].name: Required value, spec.containers[0].image: Required value]',
    );
  });

  test.each<[string, JsonObject, string]>([
    [
      'unknown fields',
      pod('p', { nodeNmae: 'x' }),
      'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.nodeNmae"',
    ],
    [
      'wrong types',
      pod('p', { nodeName: 5 }),
      'json: cannot unmarshal number into Go struct field spec.nodeName of type string',
    ],
    ['broken numbers', pod('p', container({ ports: [{ containerPort: 1.5 }] })), 'of type int32'],
    ['another kind', { ...pod('p'), kind: 'Service' }, 'Service in version "v1" cannot be handled as a Pod'],
    [
      'another version',
      { ...pod('p'), apiVersion: 'v2' },
      'the API version in the data (v2) does not match the expected API version (v1)',
    ],
    [
      'another namespace',
      pod('p', {}, { namespace: 'other' }),
      'the namespace of the provided object does not match',
    ],
    [
      'a version for a new object',
      pod('p', {}, { resourceVersion: '1' }),
      'resourceVersion should not be set on objects to be created',
    ],
  ])('%s: a bad request', (_what, body, message) => {
    const said = refusal(() => cluster.rest.create(PODS, 'default', body, DRY));
    expect(said).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(said.message).toContain(message);
  });

  test('unknown fields are dropped with a warning unless asked otherwise', () => {
    const made = cluster.rest.create(PODS, 'default', pod('p', { nodeNmae: 'x' }), { dryRun: true });
    expect(made.warnings).toEqual(['unknown field "spec.nodeNmae"']);
    expect(made.object.spec).not.toHaveProperty('nodeNmae');
  });

  test('a body without kind is what its path says', () => {
    const { kind: _kind, apiVersion: _version, ...body } = pod('p');
    expect(cluster.rest.create(PODS, 'default', body, DRY).object).toMatchObject({
      kind: 'Pod',
      apiVersion: 'v1',
    });
  });

  test('a missing namespace is named', () => {
    expect(refusal(() => cluster.rest.create(PODS, 'nowhere', pod('p')))).toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
    });
  });

  test('a missing service account is named', () => {
    expect(refusedPod(pod('p', { serviceAccountName: 'who' }))).toBe(
      'pods "p" is forbidden: error looking up service account default/who: serviceaccount "who" not found',
    );
  });

  test('what the sandbox does not have is said to be missing', () => {
    expect(refusedPod(pod('p', { hostNetwork: true }))).toContain('the sandbox has no host network');
  });
});

const refusedPolicy = (spec: JsonObject): string =>
  refusal(() => cluster.rest.create(POLICIES, 'default', policy(spec), DRY)).message ?? '';
const from = (...peers: Json[]): JsonObject => ({ ingress: [{ from: peers }] });
const ports = (...list: Json[]): JsonObject => ({ egress: [{ ports: list }] });

describe('network policies', () => {
  test.each<[JsonObject, string]>([
    [
      ports({ port: 0 }),
      'spec.egress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
    [
      ports({ port: 80, endPort: 79 }),
      'spec.egress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`',
    ],
    [
      ports({ port: 80, endPort: 65536 }),
      'spec.egress[0].ports[0].endPort: Invalid value: 65536: must be between',
    ],
    [ports({ port: 'web', endPort: 90 }), 'may not be specified when `port` is non-numeric'],
    [ports({ endPort: 90 }), 'may not be specified when `port` is not specified'],
    [ports({ port: 'WEB' }), 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'],
    [ports({ port: '80' }), 'must contain at least one letter (a-z)'],
    [ports({ protocol: 'ICMP' }), 'spec.egress[0].ports[0].protocol: Unsupported value: "ICMP"'],
    [from({}), 'spec.ingress[0].from[0]: Required value: must specify a peer'],
    [
      from({ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }),
      'spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer',
    ],
    [from({ ipBlock: { cidr: '' } }), 'spec.ingress[0].from[0].ipBlock.cidr: Required value'],
    [from({ ipBlock: { cidr: '10.0.0.0' } }), 'must be a valid CIDR value'],
    [from({ ipBlock: { cidr: '10.0.0.0/33' } }), 'must be a valid CIDR value'],
    [
      from({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }),
      'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
    ],
    [from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }), 'must be a strict subset of `cidr`'],
    [from({ ipBlock: { cidr: '10.0.0.0/8', except: ['fd00::/64'] } }), 'must be a strict subset of `cidr`'],
    [
      from({ podSelector: { matchLabels: { 'a b': 'x' } } }),
      'spec.ingress[0].from[0].podSelector.matchLabels',
    ],
    [
      from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
      "must be specified when `operator` is 'In' or 'NotIn'",
    ],
    [
      from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] } }),
      "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    ],
    [
      from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }),
      'not a valid selector operator',
    ],
    [
      { policyTypes: ['Both'] },
      'spec.policyTypes[0]: Unsupported value: "Both": supported values: "Egress", "Ingress"',
    ],
    [{ policyTypes: ['Ingress', 'Egress', 'Ingress'] }, 'may not specify more than two policyTypes'],
  ])('%j is refused', (spec, message) => {
    const said = refusedPolicy(spec);
    expect(said).toMatch(/^NetworkPolicy.networking.k8s.io "p" is invalid: /);
    expect(said).toContain(message);
  });

  test.each<[JsonObject, readonly string[]]>([
    [{}, ['Ingress']],
    [{ ingress: [{}] }, ['Ingress']],
    [{ egress: [] }, ['Ingress']],
    [{ egress: [{}] }, ['Ingress', 'Egress']],
    [{ policyTypes: ['Egress'] }, ['Egress']],
  ])('%j governs %j', (spec, policyTypes) => {
    const made = cluster.rest.create(POLICIES, 'default', policy(spec), DRY);
    expect(made.object.spec).toMatchObject({ policyTypes, podSelector: {} });
  });

  test('a port without protocol is TCP', () => {
    const made = cluster.rest.create(POLICIES, 'default', policy(ports({ port: 80 })), DRY);
    expect(made.object.spec).toMatchObject({ egress: [{ ports: [{ port: 80, protocol: 'TCP' }] }] });
  });
});

const service = (spec: JsonObject): JsonObject => object('v1', 'Service', 's', { spec });
const refusedService = (spec: JsonObject): string =>
  refusal(() => cluster.rest.create(SERVICES, 'default', service(spec), DRY)).message ?? '';

describe('services', () => {
  test.each<[JsonObject, string]>([
    [{}, 'spec.ports: Required value'],
    [{ ports: [{ port: 0 }] }, 'spec.ports[0].port: Invalid value: 0'],
    [{ ports: [{ port: 80 }, { port: 81 }] }, 'spec.ports[0].name: Required value'],
    [
      {
        ports: [
          { port: 80, name: 'a' },
          { port: 81, name: 'a' },
        ],
      },
      'spec.ports[1].name: Duplicate value: "a"',
    ],
    [
      {
        ports: [
          { port: 80, name: 'a' },
          { port: 80, name: 'b' },
        ],
      },
      'spec.ports[1]: Duplicate value',
    ],
    [{ ports: [{ port: 80, targetPort: 'x_y' }] }, 'spec.ports[0].targetPort: Invalid value: "x_y"'],
    [{ ports: [{ port: 80 }], clusterIP: 'nowhere' }, 'must be a valid IP address'],
    [
      { ports: [{ port: 80 }], clusterIP: '10.1.0.1' },
      'the provided network does not match the current range',
    ],
    [{ ports: [{ port: 80 }], type: 'Other' }, 'spec.type: Unsupported value: "Other"'],
    [{ type: 'ExternalName' }, 'spec.externalName: Required value'],
    [{ ports: [{ port: 80 }], type: 'NodePort' }, 'the sandbox has no Services of type NodePort'],
  ])('%j is refused', (spec, message) => {
    expect(refusedService(spec)).toContain(message);
  });

  test('addresses are given once and kept', () => {
    const make = (name: string, spec: JsonObject = {}) =>
      cluster.rest.create(
        SERVICES,
        'default',
        object('v1', 'Service', name, { spec: { ports: [{ port: 80 }], ...spec } }),
      );
    expect(make('one').object.spec).toMatchObject({
      clusterIP: '10.96.1.1',
      ports: [{ targetPort: 80, protocol: 'TCP' }],
    });
    expect(make('two').object.spec).toMatchObject({ clusterIP: '10.96.1.2' });
    expect(make('headless', { clusterIP: 'None' }).object.spec).toMatchObject({ clusterIP: 'None' });
    expect(refusal(() => make('again', { clusterIP: '10.96.1.1' })).message).toContain(
      'provided IP is already allocated',
    );
    const put = object('v1', 'Service', 'one', { spec: { ports: [{ port: 81 }] } });
    expect(cluster.rest.update(SERVICES, 'default', 'one', () => put).object.spec).toMatchObject({
      clusterIP: '10.96.1.1',
      ports: [{ port: 81 }],
    });
  });
});
