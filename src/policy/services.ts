/** Services as policies’ ends know them; behind.ts has what is behind them. */
import type { V1Service } from '../cluster/types.ts';
import { labelsOf, textsOf } from './manifest.ts';
import { protocolOf } from './rules.ts';
import type { PolicyService } from './world.ts';

const NO_ADDRESS = 'None';

/** Nothing for one that is only a name for something outside. */
export function serviceOf({ metadata, spec }: V1Service): readonly PolicyService[] {
  if (spec?.type === 'ExternalName') return [];
  const ips = textsOf(spec?.clusterIPs ?? (spec?.clusterIP ? [spec.clusterIP] : []));
  const selector = labelsOf(spec?.selector);
  return [
    {
      namespace: metadata?.namespace ?? 'default',
      name: metadata?.name ?? '',
      clusterIPs: ips.filter((ip) => ip !== NO_ADDRESS && ip !== ''),
      ...(ips.includes(NO_ADDRESS) && { headless: true as const }),
      ...(Object.keys(selector).length > 0 && { selector }),
      ports: (spec?.ports ?? []).flatMap(({ name, protocol: written, port, targetPort }) => {
        const protocol = protocolOf(written);
        const target = targetPort ?? port;
        return protocol === undefined ? [] : [{ ...(name && { name }), protocol, port, targetPort: target }];
      }),
    },
  ];
}
