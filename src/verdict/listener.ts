/** Probes to our own listeners: a verdict rests on both sides, what the client saw and what the server logged. */
import type { Capabilities } from '../model/capabilities.ts';
import type { Observation, ProbeRecord } from '../model/record.ts';
import { portKey } from '../model/scenario.ts';
import type { ControlFacts } from '../model/verdict.ts';
import { answered, type Evidence, windowOf } from './evidence.ts';
import { fail, unmeasuredRound, inconclusive, pass, type Ruling, sourceRuling, tally } from './ruling.ts';
import { silenceOf } from './signature.ts';

interface Case {
  readonly probe: ProbeRecord;
  readonly listener: string;
  readonly observation: Observation;
  readonly capabilities: Capabilities;
  readonly evidence: Evidence;
}

export function judgeListener(
  probe: ProbeRecord,
  listener: string,
  observation: Observation,
  capabilities: Capabilities,
  evidence: Evidence,
): Ruling {
  const facts: Case = { probe, listener, observation, capabilities, evidence };
  const impostor = observation.attempts.find(
    (attempt) => attempt.by !== undefined && attempt.by !== listener,
  );
  if (impostor) {
    return inconclusive(
      'probe-lost',
      `another pod answered at this address (${impostor.by}): it changed hands`,
    );
  }
  return probe.expect === 'deny' ? judgeDeny(facts) : judgeAllow(facts);
}

function judgeDeny(facts: Case): Ruling {
  const { observation } = facts;
  const echoed = observation.attempts.filter((attempt) => answered(facts.probe, attempt)).length;
  if (echoed > 0) {
    return fail('leak', `the listener answered ${echoed} of ${observation.attempts.length} attempts`, {
      flaky: echoed < observation.attempts.length && observation.outcome !== 'connected',
    });
  }
  if (observation.seen.length > 0) {
    return fail(
      'leak-one-way',
      'the packet arrived: the listener logged it, though the client got no answer',
    );
  }
  if ((facts.probe.earlier?.seen ?? []).length > 0) {
    return fail('leak-one-way', 'before it was asked again a packet arrived: the listener logged it late');
  }
  if (observation.attempts.some((attempt) => attempt.outcome === 'connected')) return intercepted();
  return sourceRuling(observation) ?? unproven(facts) ?? judgeSilence(facts, controlsOf(facts));
}

/** Nothing arrived, and the controls have been weighed: was it the policy? */
function judgeSilence(facts: Case, controls: ControlFacts): Ruling {
  const { observation, capabilities, probe } = facts;
  const missing = missingControl(facts, controls);
  const silence = silenceOf(observation, capabilities, probe.port.protocol);
  switch (silence.kind) {
    case 'dropped':
      return missing ?? pass('dropped', `${tally(observation)}; the listener saw none of them`, { controls });
    case 'foreign':
      return inconclusive('closed-port', `${silence.as}, which is not how this cluster was seen to deny`, {
        controls,
      });
    case 'rejected':
      if (controls.listener === 'none') {
        return inconclusive('closed-port', `${silence.as}, and nothing showed that the port was open`, {
          controls,
        });
      }
      return (
        missing ??
        pass('rejected', `${silence.as}, as this cluster denies, and the port was open`, { controls })
      );
  }
}

function judgeAllow(facts: Case): Ruling {
  const { observation, probe } = facts;
  const good = observation.attempts.filter((attempt) => answered(probe, attempt));
  if (good.length > 0) {
    const wrong = good.find(
      (attempt) => probe.expectStatus !== undefined && attempt.status !== probe.expectStatus,
    );
    if (wrong) return fail('wrong-status', `HTTP status ${wrong.status}, expected ${probe.expectStatus}`);
    return pass('reached', 'the listener echoed the nonce', { flaky: observation.outcome !== 'connected' });
  }
  const controls = controlsOf(facts);
  if (observation.seen.length > 0) return judgeLostReply(facts, controls);
  if (observation.attempts.some((attempt) => attempt.outcome === 'connected')) return intercepted();
  return (
    sourceRuling(observation) ??
    unproven(facts) ??
    missingControl(facts, controls) ??
    fail('blocked', `${tally(observation)}; the listener saw none of them, though it listened`, { controls })
  );
}

function judgeLostReply(facts: Case, controls: ControlFacts): Ruling {
  const starved = starvation(facts);
  if (starved) return starved;
  return fail('reply-lost', 'the listener logged the packet and answered, but the answer never came back', {
    controls,
  });
}

function intercepted(): Ruling {
  return inconclusive(
    'intercepted',
    'the connection was accepted, but not by our listener: a proxy or sidecar answered in its place',
  );
}

/** What keeps silence from proving anything, whichever way it was expected. */
function unproven(facts: Case): Ruling | undefined {
  const { observation, evidence, listener } = facts;
  const faulty = unmeasuredRound(observation);
  if (faulty)
    return inconclusive(
      'source-fault',
      `a round of attempts failed at the source (${faulty.error ?? faulty.outcome})`,
    );
  const record = evidence.listener(listener);
  if (!record) return inconclusive('listener-dead', 'the listener never ran');
  if (!record.complete)
    return inconclusive('probe-lost', record.fault ?? "the listener's log is not complete");
  if (!observation.stable) {
    return inconclusive('unsettled', 'the outcome was still changing when the settle budget ended');
  }
  return starvation(facts);
}

function starvation({ evidence, listener, observation }: Case): Ruling | undefined {
  if (!evidence.stalled(listener, windowOf(observation))) return undefined;
  return inconclusive('starved', 'the listener was not awake all the time and may have missed the attempts');
}

function controlsOf({ probe, listener, observation, evidence }: Case): ControlFacts {
  const window = windowOf(observation);
  const from = evidence.prober(probe.prober)?.node ?? '';
  const to = evidence.listener(listener)?.node ?? '';
  const port = evidence.port(listener, portKey(probe.port), window);
  return {
    // A socket that answers its own pod is no control if no packet from elsewhere ever reaches that pod.
    listener: port === 'self' && !evidence.link(listener, window) ? 'none' : port,
    source: evidence.source(probe.prober, window),
    path: evidence.path(from, to, window),
  };
}

/** The first control that failed; only with all of them does silence mean a block. */
function missingControl({ probe, listener, evidence }: Case, controls: ControlFacts): Ruling | undefined {
  if (controls.listener === 'none') {
    const why = `nothing reached ${portKey(probe.port)} of the listener in the same window`;
    return inconclusive('listener-dead', why, { controls });
  }
  if (controls.source === 'none') {
    return inconclusive('source-mute', 'the source was not seen to send or get a single packet', {
      controls,
    });
  }
  if (controls.path === 'none') {
    const from = evidence.prober(probe.prober)?.node ?? '?';
    const to = evidence.listener(listener)?.node ?? '?';
    return inconclusive('path-dead', `no packet at all passed from node ${from} to node ${to}`, { controls });
  }
  return undefined;
}
