/** The ways to name ports, UDP, and policies behind a Service's address. */
import type { V1NetworkPolicyPort } from '../../cluster/types.ts';
import { on, RANGE } from './cast.ts';
import { type CapabilityTest, cellsOf, TCP, tcp, TCP_OTHER, UDP, UDP_OTHER } from './cells.ts';

const STRANGER = on('stranger', 0);

const opening = (...ports: V1NetworkPolicyPort[]) => ({ policyTypes: ['Ingress'], ingress: [{ ports }] });

const port: CapabilityTest = {
  capability: 'port',
  needs: ['ingress'],
  policies: () => [{ name: 'port', selects: 'ports', spec: opening({ protocol: 'TCP', port: TCP.port }) }],
  cells: () => {
    const { pass, drop } = cellsOf('port', 'ingress');
    return [
      pass(STRANGER, 'ports', TCP, 'a rule with a port number does not open that port'),
      drop(STRANGER, 'ports', TCP_OTHER, 'port numbers of rules are ignored: other ports are open as well'),
    ];
  },
};

const namedPort: CapabilityTest = {
  capability: 'named-port',
  needs: ['ingress'],
  policies: () => [{ name: 'named', selects: 'named', spec: opening({ protocol: 'TCP', port: 'door' }) }],
  cells: () => {
    const { pass, drop } = cellsOf('named-port', 'ingress');
    return [
      pass(STRANGER, 'named', TCP, 'named ports are not resolved: the port that is named stays closed'),
      drop(STRANGER, 'named', TCP_OTHER, 'named ports are not resolved: every port is open'),
    ];
  },
};

const endPort: CapabilityTest = {
  capability: 'end-port',
  needs: ['ingress', 'port'],
  policies: () => [
    {
      name: 'range',
      selects: 'range',
      spec: opening({ protocol: 'TCP', port: RANGE.first, endPort: RANGE.last }),
    },
  ],
  cells: () => {
    const { pass, drop } = cellsOf('end-port', 'ingress');
    return [
      ...[RANGE.first, RANGE.middle, RANGE.last].map((each) =>
        pass(STRANGER, 'range', tcp(each), 'endPort is ignored: of a range only its first port is open'),
      ),
      ...[RANGE.before, RANGE.after].map((each) =>
        drop(STRANGER, 'range', tcp(each), 'endPort is ignored: ports beyond a range are open'),
      ),
    ];
  },
};

const udp: CapabilityTest = {
  capability: 'udp',
  needs: ['ingress'],
  policies: () => [{ name: 'udp', selects: 'ports', spec: opening({ protocol: 'UDP', port: UDP.port }) }],
  cells: () => {
    const { pass, drop } = cellsOf('udp', 'ingress');
    return [
      pass(STRANGER, 'ports', UDP, 'a rule with a UDP port does not open that port'),
      drop(STRANGER, 'ports', UDP_OTHER, 'UDP is not filtered'),
    ];
  },
};

const BEFORE_DNAT = "policies are applied to a Service's own address, not to the pods behind it";

/** Over Services in front of `lit`, which the captive's egress policy names, and of `shut`. */
const service: CapabilityTest = {
  capability: 'service',
  needs: ['ingress', 'egress'],
  policies: () => [],
  cells: () => [
    cellsOf('control', 'ingress').pass(STRANGER, 'lit', TCP, 'a Service does not lead to its pod', {
      service: true,
    }),
    cellsOf('service', 'egress').pass(on('captive', 0), 'lit', TCP, BEFORE_DNAT, { service: true }),
    cellsOf('service', 'ingress').drop(STRANGER, on('shut', 0), TCP, BEFORE_DNAT, { service: true }),
  ],
};

export const PORTS = [port, namedPort, endPort, udp, service] as const;
