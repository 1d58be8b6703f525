/** How the sandbox's policy enforcement behaves: a record of small switches, each taking effect in one place. */

export interface CniBehaviour {
  /** Directions in which policies are enforced at all. */
  readonly enforced: { readonly ingress: boolean; readonly egress: boolean };
  /** What a denied packet gets: silence, or TCP RST and ICMP port unreachable (as kube-router answers). */
  readonly denial: 'drop' | 'reject';
  /** Changes of policies and pods reach the kernel only this many milliseconds later; until then a new pod is open. */
  readonly delayMs: number;
}

const HEALTHY: CniBehaviour = {
  enforced: { ingress: true, egress: true },
  denial: 'drop',
  delayMs: 0,
};

const PRESETS = {
  healthy: HEALTHY,
  none: { ...HEALTHY, enforced: { ingress: false, egress: false } },
  'ingress-only': { ...HEALTHY, enforced: { ingress: true, egress: false } },
  'egress-only': { ...HEALTHY, enforced: { ingress: false, egress: true } },
  reject: { ...HEALTHY, denial: 'reject' },
  slow: { ...HEALTHY, delayMs: 3000 },
} as const satisfies Readonly<Record<string, CniBehaviour>>;

export type BehaviourName = keyof typeof PRESETS;
export const BEHAVIOUR_NAMES = Object.keys(PRESETS) as readonly BehaviourName[];

const MAX_DELAY_MS = 600_000;

/** Reads a preset's name; `slow=<milliseconds>` sets the delay. Undefined for anything else. */
export function parseBehaviour(text: string): CniBehaviour | undefined {
  const slow = /^slow=(\d{1,6})$/.exec(text);
  if (slow !== null) {
    const delayMs = Number(slow[1]);
    return delayMs <= MAX_DELAY_MS ? { ...PRESETS.slow, delayMs } : undefined;
  }
  return Object.hasOwn(PRESETS, text) ? PRESETS[text as BehaviourName] : undefined;
}
