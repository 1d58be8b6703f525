/** Does silence look like a deny of this cluster? Learned by the canary, per transport. */
import type { Capabilities } from '../model/capabilities.ts';
import type { Observation, Outcome } from '../model/record.ts';
import type { Protocol } from '../model/scenario.ts';
import { isMeasured } from './ruling.ts';

/** `dropped`: no attempt had any answer. `rejected`: every answer was a refusal, as this cluster denies. */
export type Silence =
  | { readonly kind: 'dropped' }
  | { readonly kind: 'rejected'; readonly as: Outcome }
  | { readonly kind: 'foreign'; readonly as: Outcome };

export function silenceOf(observation: Observation, capabilities: Capabilities, protocol: Protocol): Silence {
  const answers = observation.attempts
    .filter(isMeasured)
    .map(({ outcome }) => outcome)
    .filter((outcome) => outcome !== 'timed-out');
  const [first] = answers;
  if (first === undefined) return { kind: 'dropped' };
  const signature = capabilities.denySignature[transportOf(protocol)];
  const foreign = answers.find((outcome) => !signature.includes(outcome));
  return foreign === undefined ? { kind: 'rejected', as: first } : { kind: 'foreign', as: foreign };
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
