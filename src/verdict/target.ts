/**
 * Probes to what we did not launch: Services, existing pods, external hosts, resolvers. No nonce comes back and
 * nobody logs our packets, so the control is somebody else who reached it in the same run.
 */
import type { Capabilities } from '../model/capabilities.ts';
import type { Observation, ProbeRecord } from '../model/record.ts';
import type { ControlFacts } from '../model/verdict.ts';
import { type Evidence, windowOf } from './evidence.ts';
import { fail, unmeasuredRound, inconclusive, pass, type Ruling, sourceRuling, tally } from './ruling.ts';
import { silenceOf } from './signature.ts';

export function judgeTarget(
  probe: ProbeRecord,
  observation: Observation,
  capabilities: Capabilities,
  evidence: Evidence,
): Ruling {
  const connected = observation.attempts.filter((attempt) => attempt.outcome === 'connected');
  if (connected.length > 0) return judgeAnswer(probe, observation, evidence);
  const controls: ControlFacts = {
    listener: evidence.target(probe),
    source: evidence.source(probe.prober, windowOf(observation)),
  };
  return (
    sourceRuling(observation) ??
    unproven(observation, controls) ??
    (probe.expect === 'deny'
      ? judgeDeny(probe, observation, capabilities, controls)
      : fail('blocked', `${tally(observation)}, though ${reachedBy(controls)} reached it`, { controls }))
  );
}

/** Something answered; was it the target? */
function judgeAnswer(probe: ProbeRecord, observation: Observation, evidence: Evidence): Ruling {
  const blackhole = evidence.prober(probe.prober)?.blackhole;
  if (blackhole === 'connected' && probe.port.protocol !== 'udp' && probe.port.protocol !== 'dns') {
    return inconclusive(
      'intercepted',
      'something answers for every address, even one that nobody has (192.0.2.1): a proxy or sidecar',
    );
  }
  const connected = observation.attempts.filter((attempt) => attempt.outcome === 'connected');
  if (probe.expect === 'deny') {
    return fail('leak', `${connected.length} of ${observation.attempts.length} attempts were answered`, {
      flaky: observation.outcome !== 'connected',
    });
  }
  const wrong = connected.find(
    (attempt) => probe.expectStatus !== undefined && attempt.status !== probe.expectStatus,
  );
  if (wrong) return fail('wrong-status', `HTTP status ${wrong.status}, expected ${probe.expectStatus}`);
  return pass('reached', 'the target answered', { flaky: observation.outcome !== 'connected' });
}

function unproven(observation: Observation, controls: ControlFacts): Ruling | undefined {
  const faulty = unmeasuredRound(observation);
  if (faulty) {
    return inconclusive(
      'source-fault',
      `a round of attempts failed at the source (${faulty.error ?? faulty.outcome})`,
    );
  }
  if (!observation.stable) {
    return inconclusive('unsettled', 'the outcome was still changing when the settle budget ended');
  }
  if (controls.listener === 'none') {
    const why = `${tally(observation)}, and nobody else reached it in this run either`;
    return inconclusive('never-reachable', why, { controls });
  }
  if (controls.source === 'none') {
    return inconclusive('source-mute', 'the source was not seen to send or get a single packet', {
      controls,
    });
  }
  return undefined;
}

function judgeDeny(
  probe: ProbeRecord,
  observation: Observation,
  capabilities: Capabilities,
  controls: ControlFacts,
): Ruling {
  const others = reachedBy(controls);
  const silence = silenceOf(observation, capabilities, probe.port.protocol);
  switch (silence.kind) {
    case 'dropped':
      return pass('dropped', `${tally(observation)}, while ${others} reached it`, { controls });
    case 'rejected':
      return pass('rejected', `${silence.as}, as this cluster denies, while ${others} reached it`, {
        controls,
      });
    case 'foreign':
      return inconclusive('closed-port', `${silence.as}, which is not how this cluster was seen to deny`, {
        controls,
      });
  }
}

function reachedBy(controls: ControlFacts): string {
  return controls.listener === 'control' ? 'a control pod outside every policy' : 'another source';
}
