/** Does an outcome look like a deny of this cluster? Learned by the canary, per transport. */
import type { Capabilities } from '../model/capabilities.ts';
import type { Outcome } from '../model/record.ts';
import type { Protocol } from '../model/scenario.ts';

export function signatureIncludes(capabilities: Capabilities, protocol: Protocol, outcome: Outcome): boolean {
  return capabilities.denySignature[transportOf(protocol)].includes(outcome);
}

function transportOf(protocol: Protocol): 'tcp' | 'udp' {
  switch (protocol) {
    case 'tcp':
    case 'http':
    case 'https':
      return 'tcp';
    case 'udp':
    case 'dns':
      return 'udp';
  }
}
