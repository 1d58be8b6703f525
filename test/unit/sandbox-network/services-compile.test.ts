import { describe, expect, test } from '@jest/globals';
import type { ForwardingService } from '../../../src/sandbox/network/network.ts';
import { rebuild } from '../../../src/sandbox/network/difference.ts';
import { compileServices } from '../../../src/sandbox/network/services.ts';

function service(clusterIP: string, ports: ForwardingService['ports']): ForwardingService {
  return { namespace: 'default', name: 'web', clusterIP, ports };
}
const one = { ip: '10.244.1.2', port: 8080 };
const two = { ip: '10.244.2.2', port: 8081 };
const web = service('10.96.0.50', [
  { protocol: 'TCP', port: 80, backends: [one, two] },
  { protocol: 'UDP', port: 53, backends: [one] },
]);
const empty = service('10.96.0.51', [{ protocol: 'TCP', port: 80, backends: [] }]);

const textOf = (services: readonly ForwardingService[]): string =>
  rebuild(compileServices(services)).join('\n');

describe('Services as nftables', () => {
  test('each served port is one element of the map, drawing among its backends', () => {
    const text = textOf([web, empty]);
    expect(text).toContain('{ 10.96.0.50 . tcp . 80 : goto draw_2, 10.96.0.50 . udp . 53 : goto draw_1 }');
    expect(text).toContain('draw_2 meta mark set numgen random mod 2');
    expect(text).toContain(
      '{ 10.96.0.50 . tcp . 80 . 0 : 10.244.1.2 . 8080, 10.96.0.50 . tcp . 80 . 1 : 10.244.2.2 . 8081, ' +
        '10.96.0.50 . udp . 53 . 0 : 10.244.1.2 . 8080 }',
    );
    expect(text).toContain('own { 10.244.1.2 . 10.244.1.2, 10.244.2.2 . 10.244.2.2 }');
  });

  test('a Service without endpoints has an address that refuses, and nothing to draw', () => {
    const text = textOf([empty]);
    expect(text).toContain('cluster_ips { 10.96.0.51 }');
    expect(text).not.toContain('numgen');
  });

  test('of two claims to one address and port one is kept', () => {
    const rival = service('10.96.0.50', [{ protocol: 'TCP', port: 80, backends: [two] }]);
    expect(textOf([web, rival]).match(/10\.96\.0\.50 \. tcp \. 80 :/g)).toHaveLength(1);
  });

  test('is the same in any order, and valid with nothing at all', () => {
    expect(compileServices([empty, web])).toEqual(compileServices([web, empty]));
    expect(textOf([])).not.toContain('element');
  });

  test("carries nothing of an object's own words", () => {
    const evil = '} ; flush ruleset ; {';
    const text = textOf([
      service(evil, web.ports),
      service('10.96.0.52', [
        { protocol: evil, port: 80, backends: [one] },
        { protocol: 'TCP', port: 80, backends: [{ ip: evil, port: 80 }] },
      ]),
    ]);
    expect(text).not.toContain('flush');
  });
});
