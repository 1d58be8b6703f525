import { describe, expect, test } from '@jest/globals';
import { parseQuestion } from '../../../src/explain/question.ts';

describe('a question', () => {
  test.each<[string, object, object, object]>([
    [
      'shop/web -> data/db:5432/tcp',
      { kind: 'name', segments: ['shop', 'web'] },
      { kind: 'name', segments: ['data', 'db'] },
      { number: 5432, protocol: 'TCP' },
    ],
    ['web->db:53', { segments: ['web'] }, { segments: ['db'] }, { number: 53 }],
    [' a → b:http ', { segments: ['a'] }, { segments: ['b'] }, { name: 'http' }],
    ['a -> b:metrics/UDP', {}, {}, { name: 'metrics', protocol: 'UDP' }],
    ['a -> b:udp/53', {}, {}, { number: 53, protocol: 'UDP' }],
    ['a -> b:https/8443', {}, {}, { number: 8443, protocol: 'TCP' }],
    ['a -> b:9/sctp', {}, {}, { number: 9, protocol: 'SCTP' }],
    [
      'shop/deployment/web -> svc/db:1',
      { segments: ['shop', 'deployment', 'web'] },
      { segments: ['svc', 'db'] },
      {},
    ],
    ['a -> 203.0.113.7:443', {}, { kind: 'address', text: '203.0.113.7' }, { number: 443 }],
    ['a -> 203.0.113.0/24:443/tcp', {}, { kind: 'block', text: '203.0.113.0/24' }, { number: 443 }],
    ['a -> [2001:db8::7]:443', {}, { kind: 'address', text: '2001:db8::7' }, { number: 443 }],
    ['a -> [2001:db8::]/32:443', {}, { kind: 'block', text: '2001:db8::/32' }, { number: 443 }],
    ['2001:db8::7 -> b:1', { kind: 'address', text: '2001:db8::7' }, {}, {}],
    ['10.0.0.0/8 -> b:1', { kind: 'block' }, {}, {}],
    ['a -> b.example:1', {}, { kind: 'name', segments: ['b.example'] }, {}],
  ])('%s', (text, from, to, port) => {
    const question = parseQuestion(text);
    expect(question.from).toMatchObject(from);
    expect(question.to).toMatchObject(to);
    expect(question.port).toMatchObject(port);
  });
});

describe('anything else is refused, with what to write instead', () => {
  test.each<[string, RegExp, RegExp]>([
    ['shop/web data/db:1', /has no arrow$/, /shop\/web -> data\/db/],
    ['a -> b -> c:1', /more than one arrow$/, /write it as in/],
    ['-> b:1', /nothing before the arrow$/, /write/],
    ['a ->', /nothing behind the arrow$/, /write/],
    ['a -> b', /"b" has no port$/, /as in b:5432\/tcp/],
    ['a -> b:', /"b:" has no port$/, /write/],
    ['a -> [::1]', /has no port$/, /write/],
    ['a -> 2001:db8::7:443', /can't be told from the address$/, /brackets/],
    ['a -> b:0', /^0 is no port$/, /1 to 65535/],
    ['a -> b:65536/tcp', /^65536 is no port$/, /1 to 65535/],
    ['a -> b:80/tpc', /"tpc" is no protocol/, /did you mean tcp\?/],
    ['a -> b:80/constructor', /"constructor" is no protocol/, /choose tcp, udp or sctp/],
    ['a -> b:icmp/8', /"icmp" is no protocol/, /tcp|udp|sctp/],
    ['a -> b:8_0', /is no port$/, /number or the name/],
    ['a -> b:1/2/3', /is no port$/, /write/],
    ['a/b/c/d -> b:1', /"a\/b\/c\/d" is no name$/, /namespace\/name/],
    ['a b -> b:1', /is no name$/, /namespace\/name/],
    ['a -> 203.0.113.0/33:1', /is no range/, /0 to 32/],
    ['a -> 203.0.113.300:1', /"203\.0\.113\.300" is no IPv4 address$/, /write/],
    ['203.0.113.7 -> 203.0.113.8:1', /neither end is in the cluster/, /pod or workload/],
  ])('%s', (text, message, hint) => {
    expect(() => parseQuestion(text)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });
});
