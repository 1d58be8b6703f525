/** Engines of former times, of which nothing certain is known any more: the canary decides. */
import { type Detector, unclear } from '../detector.ts';

function legacy(id: string, name: string, names: readonly string[], image: RegExp): Detector {
  return {
    id,
    name,
    agent: { names, image },
    describe: () => unclear(`what ${name} enforces is not known; only a test can tell`),
  };
}

export const LEGACY: readonly Detector[] = [
  legacy('romana', 'Romana', ['romana-agent'], /(^|\/)romana\/agent(:|@|$)/),
  legacy('contiv', 'Contiv', ['contiv-netplugin', 'contiv-vswitch'], /(^|\/)contiv\//),
  legacy('nuage', 'Nuage', ['nuage-cni-ds', 'nuage-vrs-ds'], /(^|\/)nuage\//),
  legacy(
    'tungsten',
    'Tungsten Fabric (Contrail)',
    ['contrail-agent', 'contrail-vrouter-agent'],
    /contrail-vrouter-agent/,
  ),
];
