import type { Direction } from '../../model/capabilities.ts';
import type { RunResult } from '../../model/result.ts';
import { compile, type Evaluator } from '../../policy/evaluator.ts';
import type { Party } from '../../policy/prediction.ts';
import type { PolicyPod, World } from '../../policy/world.ts';
import { count } from '../../report/text.ts';
import type { NamespaceObject, PolicyObject } from '../../snapshot/snapshot.ts';
import { barePod, type Bystanders, bystandersIn } from '../bystanders.ts';
import type { Check, CheckInput, Found } from '../check.ts';
import { isChosen } from '../config/choose.ts';
import { severityIn } from './namespace-coverage.ts';

export const defaultDeny: Check = {
  id: 'default-deny',
  step: 8,
  title: 'Where required, a pod that nobody thought of is closed',
  rules: {
    'no-default-deny-ingress': 'A new pod of the namespace could be reached without a rule for it.',
    'no-default-deny-egress': 'A new pod of the namespace could reach others without a rule for it.',
    'ingress-deny-uncertain': 'Whether a default deny holds for ingress could not be decided.',
    'egress-deny-uncertain': 'Whether a default deny holds for egress could not be decided.',
  },
  run(input) {
    const required = input.snapshot.namespaces.filter((namespace) =>
      isChosen(namespace, input.config.defaultDeny.required),
    );
    if (input.snapshot.namespaces.length === 0) {
      return { kind: 'inconclusive', because: 'no namespace is known' };
    }
    if (required.length === 0) {
      return { kind: 'not-applicable', because: 'no namespace is required to have a default deny' };
    }
    const asked = askAll(required, input);
    const proven = deniesProven(input.runs);
    return {
      kind: 'examined',
      because: `for ${count(required.length, 'namespace')} the evaluator decided what would hold for pods that nobody has launched yet`,
      findings: asked.flatMap(({ namespace, answers }) =>
        answers.flatMap((answer) => findings(namespace, answer, input)),
      ),
      evidence: [
        {
          title: 'Default deny by namespace',
          columns: ['Namespace', ...input.config.defaultDeny.directions, 'Denies proven by packets'],
          rows: asked.map(({ namespace, answers }) => [
            namespace.metadata.name,
            ...answers.map(({ state }) => state),
            String(proven.get(namespace.metadata.name) ?? 0),
          ]),
        },
      ],
    };
  },
};

interface Answer {
  readonly direction: Direction;
  readonly state: 'denied' | 'open' | 'uncertain';
  readonly why: string;
}

interface Asked {
  readonly namespace: NamespaceObject;
  readonly answers: readonly Answer[];
}

/** TEST-NET-1 (RFC 5737) and the last port: no rule means them unless it means everybody. */
const OUTSIDE: Party = { address: '192.0.2.1' };
const PORT = 65_535;

function askAll(required: readonly NamespaceObject[], { snapshot, evaluator, config }: CheckInput): Asked[] {
  const policies = byNamespace(snapshot.policies);
  const stands = required.map((namespace) => {
    const { name } = namespace.metadata;
    return { namespace, bystanders: bystandersIn(name, policies.get(name) ?? []) };
  });
  const stranger = barePod('netproof-stranger', 'stranger');
  const peopled = compile(
    withPods(
      evaluator.world,
      stands.flatMap(({ bystanders: { bare, labelled } }) => [bare, ...labelled]),
      stranger,
    ),
  );
  return stands.map(({ namespace, bystanders }) => ({
    namespace,
    answers: config.defaultDeny.directions.map((direction) =>
      ask(bystanders, direction, { evaluator: peopled, stranger }),
    ),
  }));
}

interface Asking {
  readonly evaluator: Evaluator;
  readonly stranger: PolicyPod;
}

/** A pod without labels must be denied; one that a policy selects by its labels must at least be isolated. */
function ask({ bare, labelled, complete }: Bystanders, direction: Direction, asking: Asking): Answer {
  const flows = [{ pod: asking.stranger }, OUTSIDE].map((other) => decision(bare, other, direction, asking));
  if (flows.some(({ verdict, certain }) => verdict === 'allow' && certain)) {
    const isolated = asking.evaluator.isolation(bare, direction).length > 0;
    const why = isolated ? 'policies isolate it, but a rule lets everybody through' : 'no policy isolates it';
    return { direction, state: 'open', why: `a pod without labels is open for ${direction}: ${why}` };
  }
  const open = labelled.find((pod) => isOpen(pod, direction, asking));
  if (open !== undefined) {
    const labels = Object.entries(open.labels).map(([key, value]) => `${key}=${value}`);
    return { direction, state: 'open', why: `a pod with ${labels.join(', ')} is open for ${direction}` };
  }
  if (!complete) {
    return {
      direction,
      state: 'uncertain',
      why: 'its policies tell pods apart in more ways than were tried, and none selects all pods',
    };
  }
  const doubtful = flows.find(({ certain }) => !certain);
  if (doubtful === undefined) return { direction, state: 'denied', why: '' };
  return { direction, state: 'uncertain', why: 'policies that are not evaluated could open it' };
}

function isOpen(pod: PolicyPod, direction: Direction, asking: Asking): boolean {
  if (asking.evaluator.isolation(pod, direction).length > 0) return false;
  const { verdict, certain } = decision(pod, { pod: asking.stranger }, direction, asking);
  return verdict === 'allow' && certain;
}

function decision(pod: PolicyPod, other: Party, direction: Direction, { evaluator }: Asking) {
  const [from, to] = direction === 'ingress' ? [other, { pod }] : [{ pod }, other];
  return evaluator.decide({ from, to, protocol: 'TCP', port: PORT })[direction];
}

function withPods(world: World, pods: readonly PolicyPod[], stranger: PolicyPod): World {
  const name = stranger.namespace;
  return {
    ...world,
    namespaces: [
      ...world.namespaces,
      { name, labels: { 'kubernetes.io/metadata.name': name }, assumed: false },
    ],
    pods: [...world.pods, ...pods, stranger],
  };
}

function findings(
  { metadata: { name }, where }: NamespaceObject,
  { direction, state, why }: Answer,
  input: CheckInput,
): Found[] {
  const subject = { kind: 'Namespace', name };
  if (state === 'denied') return [];
  const message = `namespace ${name}: ${why}`;
  if (state === 'uncertain') {
    return [{ rule: `${direction}-deny-uncertain`, severity: 'inconclusive', subject, message, where }];
  }
  const severity = severityIn(name, 'fail', input);
  return severity === undefined
    ? []
    : [{ rule: `no-default-deny-${direction}`, severity, subject, message, where }];
}

/** Denies that packets proved, by the namespace of either end. */
function deniesProven(runs: readonly RunResult[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { record, verdicts } of runs) {
    const homes = new Map(record.pods.map(({ workload, namespace }) => [workload, namespace] as const));
    for (const { probe, verdict } of verdicts) {
      const asked = record.probes[probe];
      if (asked === undefined || asked.expect !== 'deny' || verdict !== 'pass') continue;
      const ends = new Set([homes.get(asked.source), homes.get(asked.destination)]);
      for (const end of ends) if (end !== undefined) counts.set(end, (counts.get(end) ?? 0) + 1);
    }
  }
  return counts;
}

function byNamespace(policies: readonly PolicyObject[]): ReadonlyMap<string, readonly PolicyObject[]> {
  const found = new Map<string, PolicyObject[]>();
  for (const policy of policies) {
    const namespace = policy.metadata.namespace ?? 'default';
    const there = found.get(namespace);
    if (there) there.push(policy);
    else found.set(namespace, [policy]);
  }
  return found;
}
