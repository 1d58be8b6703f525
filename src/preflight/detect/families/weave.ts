import { type Detector, enforcing } from '../detector.ts';
import { isAtLeast } from '../version.ts';

export const weave: Detector = {
  id: 'weave',
  name: 'Weave Net',
  agent: { names: ['weave-net'], image: /(^|\/)weave-kube(:|@|$)/, container: 'weave' },
  environment: ['EXPECT_NPC'],
  describe: ({ version, container, switches }) => {
    // Release notes of 2.4.0.
    const egress = isAtLeast(version, [2, 4]);
    return {
      role: 'enforcer',
      enforces: enforcing({
        egress: egress === undefined ? 'unknown' : egress ? 'yes' : 'no',
        except: 'unknown',
        endPort: 'no',
        sctp: 'unknown',
        namedPorts: 'unknown',
        adminPolicies: 'no',
      }),
      weaknesses: [
        'no longer maintained since June 2024',
        'endPort came to the API after its last features: port ranges are not enforced',
      ],
      switches: [
        ...switches([
          {
            at: { env: 'EXPECT_NPC' },
            is: /^(0|false)$/i,
            effect: 'off',
            means: 'the policy controller is not used',
            remedy: 'remove EXPECT_NPC=0 from the DaemonSet',
          },
        ]),
        ...(container('weave-npc') === undefined
          ? [
              {
                fact: 'the DaemonSet has no container weave-npc',
                effect: 'off',
                means: 'nothing enforces policies',
                remedy: 'install the manifest with weave-npc',
              } as const,
            ]
          : []),
      ],
      deny: { style: 'drop' },
      startUp: { pods: 'closed', note: 'a new pod is learned after about 100 ms' },
    };
  },
};
