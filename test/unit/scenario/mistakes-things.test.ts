/** Namespaces, workloads, targets and zones that can't be. */
import { expect, test } from '@jest/globals';
import { changed, issuesOf } from './memory.ts';

type Mistake = readonly [
  title: string,
  changes: readonly (readonly [string, string])[],
  issues: readonly string[],
];

const MISTAKES: readonly Mistake[] = [
  [
    'labels that something else acts on',
    [
      [
        'labels: { app: web }',
        'labels: { pod-template-hash: abc, netproof.dev/run: x, istio.io/dataplane-mode: none }',
      ],
    ],
    [
      '10:15: label "pod-template-hash" is reserved: controllers adopt and delete pods by it',
      '10:39: label "netproof.dev/run" is reserved: the prefix netproof.dev/ is for what netproof creates',
      '10:60: label "istio.io/dataplane-mode" is reserved: netproof sets it to keep service meshes out of the measurement',
    ],
  ],
  [
    'a port name that is none',
    [['listen: [tcp/8080, udp/5353]', 'listen: [tcp/8080, udp/5353]\n    portNames: { Metrics: tcp/8080 }']],
    ['16:18: "Metrics" is not a port name: lower-case letters, digits and single "-", with a letter'],
  ],
  [
    'a name for a port that is not served',
    [['listen: [tcp/8080, udp/5353]', 'listen: [tcp/8080, udp/5353]\n    portNames: { dns: udp/53 }']],
    ['16:23: "udp/53" is not under listen (name one of its ports: tcp/8080, udp/5353)'],
  ],
  [
    'a namespace label that Kubernetes sets',
    [['labels: { tier: app }', 'labels: { kubernetes.io/metadata.name: x }']],
    [
      '5:35: label "kubernetes.io/metadata.name" is reserved: Kubernetes sets it to the name of the namespace',
    ],
  ],
  [
    'labels for a namespace that exists',
    [['  payments:\n', '  payments: { labels: { a: b } }\n']],
    [
      '6:15: "payments" is not created by the run, and netproof never changes what exists (leave the labels out, or add create: true)',
    ],
  ],
  [
    'a namespace of Kubernetes',
    [['  payments:\n', '  payments:\n  kube-foo: { create: true }\n']],
    ['7:3: "kube-foo" belongs to Kubernetes and can\'t be created'],
  ],
  [
    'an unknown namespace',
    [['  web:\n    namespace: shop', '  web:\n    namespace: shpo']],
    ['9:16: unknown namespace "shpo" (did you mean "shop"?)'],
  ],
  [
    'a workload without namespace',
    [['  web:\n    namespace: shop\n', '  web:\n']],
    ['8:3: "namespace" is missing in workload'],
  ],
  [
    'an unknown protocol',
    [['listen: [http/8081]', 'listen: [htpp/8081]']],
    [
      '11:14: "htpp/8081" is not a port: write tcp, udp, http or https, "/" and a number, as in tcp/8080 (did you mean "http/8081"?)',
    ],
  ],
  [
    'a port without protocol',
    [['listen: [http/8081]', 'listen: [8081]']],
    ['11:14: 8081 is not text (did you mean "tcp/8081"?)'],
  ],
  [
    'text for a list',
    [['listen: [http/8081]', 'listen: http/8081']],
    ['11:13: "http/8081" is not a list (a list is written [http/8081])'],
  ],
  [
    'a privileged port',
    [['listen: [http/8081]', 'listen: [http/80]']],
    [
      "11:14: http/80 can't be served: probe pods run without privileges (take a port over 1024, such as http/8080)",
    ],
  ],
  [
    'a port number that is too large',
    [['listen: [http/8081]', 'listen: [http/70000]']],
    ['11:14: "http/70000" is not a port: the number must be from 1 to 65535'],
  ],
  [
    'ports that share a socket, and one twice',
    [['listen: [http/8081]', 'listen: [http/8081, tcp/8081, udp/8081, http/8081]']],
    ['11:25: tcp/8081 and http/8081 are the same socket', '11:45: http/8081 is here twice'],
  ],
  [
    'placement beside an unknown workload',
    [['differentNodeFrom: web', 'differentNodeFrom: wbe']],
    ['16:24: unknown workload "wbe" (did you mean "web"?)'],
  ],
  [
    'placement beside itself',
    [['differentNodeFrom: web', 'sameNodeAs: api']],
    ['12:3: placement goes round in a circle: api -> api'],
  ],
  [
    'two placements',
    [['differentNodeFrom: web', 'differentNodeFrom: web\n    node: n1']],
    ['16:5: "differentNodeFrom" and "node" exclude each other'],
  ],
  [
    'placement in a circle',
    [
      ['  attacker:\n    namespace: payments', '  attacker:\n    namespace: payments\n    sameNodeAs: api'],
      ['listen: [http/8081]', 'listen: [http/8081]\n    sameNodeAs: attacker'],
    ],
    ['8:3: placement goes round in a circle: web -> attacker -> api -> web'],
  ],
  [
    "a copy of what can't exist",
    [['labels: { app: web }', 'like: deployment/web']],
    ['10:11: there is no deployment/web in "shop": the run creates that namespace empty'],
  ],
  [
    'a copy of an unknown kind',
    [['labels: { app: web }', 'like: Deployment/web']],
    [
      '10:11: "Deployment/web" does not name a workload to copy: write kind/name with deployment, statefulset, daemonset, replicaset, job, cronjob or pod',
    ],
  ],
  [
    "a service account that can't exist",
    [['labels: { app: web }', 'serviceAccount: web']],
    ['10:21: there is no service account "web" in "shop": the run creates that namespace empty'],
  ],
  [
    'a Service without namespace',
    [['service: ledger.pci', 'service: ledger']],
    ['21:14: "ledger" does not name a Service: write name.namespace'],
  ],
  [
    'a Service in a created namespace',
    [['service: ledger.pci', 'service: ledger.shop']],
    ['21:14: there is no Service "ledger" in "shop": the run creates that namespace empty'],
  ],
  [
    'a target of two kinds',
    [['service: ledger.pci', 'host: ledger.pci\n    service: ledger.pci']],
    ['20:3: this target must have exactly one of "service", "pods", "host" or "dns"'],
  ],
  [
    'a target of no kind',
    [['service: ledger.pci', 'via: endpoints']],
    ['20:3: this target must have exactly one of "service", "pods", "host" or "dns"'],
  ],
  [
    'via without service',
    [['host: 203.0.113.10', 'host: 203.0.113.10\n    via: name']],
    ['27:3: "via" needs "service" beside it'],
  ],
  [
    'an IPv4 address out of range',
    [['host: 203.0.113.10', 'host: 203.0.113.300']],
    ['28:11: "203.0.113.300" is not an IPv4 address'],
  ],
  [
    'a URL for a host',
    [['host: 203.0.113.10', 'host: https://www.example.com/x']],
    ['28:11: "https://www.example.com/x" is a URL, not a host (did you mean "www.example.com"?)'],
  ],
  [
    'a host with port',
    [['host: 203.0.113.10', 'host: 203.0.113.10:443']],
    ['28:11: "203.0.113.10:443" has a port: that belongs under ports (did you mean "203.0.113.10"?)'],
  ],
  [
    'a range for a host',
    [['host: 203.0.113.10', 'host: 203.0.113.0/24']],
    ['28:11: "203.0.113.0/24" is a range, not one host (write one address in it)'],
  ],
  [
    'the loopback address',
    [['host: 203.0.113.10', 'host: 127.0.0.1']],
    ['28:11: "127.0.0.1" leads each pod to itself (a workload with listen is probed by its name)'],
  ],
  [
    'an IPv6 address in brackets',
    [['host: 203.0.113.10', 'host: "[2001:db8::1]"']],
    [
      '28:11: "[2001:db8::1]" is not a host: IPv6 addresses have no brackets here (did you mean "2001:db8::1"?)',
    ],
  ],
  [
    'a host in upper case',
    [['host: 203.0.113.10', 'host: WWW.example.com']],
    ['28:11: "WWW.example.com" is not a DNS name or address (did you mean "www.example.com"?)'],
  ],
  [
    'a host with an underscore',
    [['host: 203.0.113.10', 'host: a_b.example.com']],
    ['28:11: "a_b.example.com" is not a DNS name or address'],
  ],
  [
    'a target without ports',
    [['host: 203.0.113.10\n    ports: [tcp/443]', 'host: 203.0.113.10']],
    ['27:3: "host" needs "ports" beside it'],
  ],
  [
    'target ports twice and out of range',
    [['ports: [tcp/443]', 'ports: [tcp/443, tcp/443, tcp/0]']],
    ['29:22: tcp/443 is here twice', '29:31: "tcp/0" is not a port: the number must be from 1 to 65535'],
  ],
  [
    'a path without http',
    [['ports: [tcp/443]', 'ports: [tcp/443]\n    path: /x']],
    ['30:5: a path is only for http and https, and this target has no such port'],
  ],
  [
    'a path without slash',
    [['path: /healthz', 'path: healthz']],
    ['23:11: "healthz" is not a request path: begin with "/" and use no spaces'],
  ],
  [
    'a resolver by name',
    [['resolver: 10.96.0.10', 'resolver: kube-dns']],
    [
      '32:15: "kube-dns" is not an IPv4 or IPv6 address (a resolver is asked by its address, as in 10.96.0.10)',
    ],
  ],
  [
    'ports of a dns target',
    [['resolver: 10.96.0.10', 'ports: [udp/53]']],
    ["32:5: a dns target has no ports: its one port is the resolver's (write port: 53)"],
  ],
  [
    'one name for two things',
    [['  lookup:\n', '  api:\n']],
    [
      '30:3: "api" is already the name of a workload (line 12) (rules need one name for one thing)',
      '40:19: unknown name "lookup" (choose from "web", "api", "pay", "db", "internet", "frontend")',
    ],
  ],
  [
    'unknown zone members',
    [['frontend: [web]', 'frontend: [wbe, x-*, frontend]']],
    [
      '34:14: unknown name "wbe" (did you mean "web"?)',
      '34:19: "x-*" matches no workload and no target',
      '34:24: "frontend" is a zone: zones hold workloads and targets',
    ],
  ],
];

test.each(MISTAKES)('%s', async (_, changes, issues) => {
  expect(await issuesOf(changed(...changes))).toEqual(issues);
});
