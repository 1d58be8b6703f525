/** The pods between which a defect shows, and how it must: wrong exactly where it should be, and nowhere else. */
import { expect } from '@jest/globals';
import type { V1NetworkPolicy } from '../../src/cluster/types.ts';
import { Lab, policy } from './network-lab.ts';

/** Of a Service before `web`: TCP 80 to its 8080. */
export const VIP = '10.96.0.50';
const LISTEN = ['tcp/8080', 'tcp/9090', 'udp/5353'];

/** `near` shares a node with `web`, `far` with `alt`; `alien` and `stranger` are of another namespace. */
export async function openPods(): Promise<Lab> {
  const lab = await Lab.open();
  lab.namespaces = [
    { name: 'default', labels: { team: 'one' } },
    { name: 'other', labels: { team: 'two' } },
  ];
  const http = (port: number) => [{ name: 'http', protocol: 'TCP', port }];
  const far = { node: 'worker-2', listen: LISTEN };
  const label = (app: string, name: string) => ({ labels: { app, name } });
  await lab.add({ name: 'web', ...label('web', 'web'), ports: http(8080), listen: LISTEN });
  await lab.add({ name: 'alt', ...label('web', 'alt'), ports: http(9090), ...far });
  await lab.add({ name: 'near', ...label('client', 'near'), listen: LISTEN });
  await lab.add({ name: 'far', ...label('client', 'far'), ...far });
  await lab.add({ name: 'alien', namespace: 'other', ...label('client', 'alien'), ...far });
  await lab.add({ name: 'stranger', namespace: 'other', ...label('else', 'stranger'), ...far });
  const backends = [{ ip: lab.ip('web'), port: 8080 }];
  const ports = [{ protocol: 'TCP', port: 80, backends }];
  lab.services = [{ namespace: 'default', name: 'web', clusterIP: VIP, ports }];
  return lab;
}

export async function closeCleanly(lab: Lab): Promise<void> {
  const faults = await lab.call('faults');
  await lab.close();
  // Every change was taken as such: nothing had to be loaded anew.
  expect(faults).toEqual([]);
}

export const podsOf = (app: string) => ({ podSelector: { matchLabels: { app } } });
export const named = (name: string) => ({ podSelector: { matchLabels: { name } } });

type Spec = NonNullable<V1NetworkPolicy['spec']>;
type Rules = NonNullable<Spec['ingress']>;
export const intoWeb = (...ingress: Rules): V1NetworkPolicy => policy('in', { ...podsOf('web'), ingress });
export const outOf = (name: string, ...egress: NonNullable<Spec['egress']>): V1NetworkPolicy =>
  policy(`out-of-${name}`, { ...named(name), policyTypes: ['Egress'], egress });

type Outcomes = Readonly<Record<string, 'connected' | 'timed-out' | 'refused'>>;

export interface Row {
  readonly defect: string;
  readonly policies: (lab: Lab) => readonly V1NetworkPolicy[];
  readonly rightly: Outcomes;
  /** What comes out otherwise. */
  readonly wrongly: Outcomes;
}

export async function shows(lab: Lab, { defect, policies, rightly, wrongly }: Row): Promise<void> {
  const lines = Object.keys(rightly);
  await lab.call('behave', 'healthy');
  await lab.program(policies(lab));
  expect(await lab.outcomes(lines)).toEqual(rightly);
  await lab.call('behave', defect);
  expect(await lab.outcomes(lines)).toEqual({ ...rightly, ...wrongly });
}
