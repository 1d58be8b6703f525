/** What a real cluster would carry out and the sandbox cannot: refused rather than silently ignored. */
import type { KubeObject, Pod, Service } from '../object.ts';

function podLimit({ spec }: Pod): string | undefined {
  if (spec.hostNetwork) return 'the sandbox has no host network for pods';
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  return ports.some((port) => port.hostPort) ? 'the sandbox has no host ports' : undefined;
}

function serviceLimit({ spec }: Service): string | undefined {
  return spec?.type === 'NodePort' || spec?.type === 'LoadBalancer'
    ? `the sandbox has no Services of type ${spec.type}`
    : undefined;
}

export function sandboxLimit(store: string, object: KubeObject): string | undefined {
  if (store === 'pods') return podLimit(object as unknown as Pod);
  return store === 'services' ? serviceLimit(object as unknown as Service) : undefined;
}
