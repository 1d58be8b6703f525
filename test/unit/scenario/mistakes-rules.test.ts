/** Rules that can't be, each with the place of the word that is wrong. */
import { expect, test } from '@jest/globals';
import { changed, issuesOf } from './memory.ts';

type Mistake = readonly [
  title: string,
  changes: readonly (readonly [string, string])[],
  issues: readonly string[],
];

const MISTAKES: readonly Mistake[] = [
  [
    'an unknown source',
    [['- web -> api: tcp/8080', '- wbe -> api: tcp/8080']],
    ['39:7: unknown name "wbe" (did you mean "web"?)'],
  ],
  [
    'an unknown destination among others',
    [['- web -> api: tcp/8080', '- web -> api, pya: tcp/8080']],
    ['39:19: unknown name "pya" (did you mean "pay"?)'],
  ],
  [
    'a port that is not offered',
    [['- web -> api: tcp/8080', '- web -> api: tcp/9090']],
    ['39:19: "api" does not offer tcp/9090; it offers tcp/8080, udp/5353 (did you mean "tcp/8080"?)'],
  ],
  [
    'a port that nothing offers',
    [['- web -> api: tcp/8080', '- web -> *: tcp/9090']],
    ['39:17: nothing that this rule reaches offers tcp/9090 (did you mean "tcp/8080"?)'],
  ],
  [
    "a destination that doesn't listen",
    [['- web -> api: tcp/8080', '- web -> attacker: tcp/9090']],
    [
      '39:14: "attacker" listens on nothing, so nothing can connect to it (give it a port, as in listen: [tcp/8080])',
    ],
  ],
  [
    'a target as source',
    [['- web -> api: tcp/8080', '- pay -> api: tcp/8080']],
    ['39:7: "pay" is a target: only workloads can be sources'],
  ],
  [
    'another arrow',
    [['- web -> api: tcp/8080', '- web => api: tcp/8080']],
    [
      '39:7: "web => api" has no arrow: -> allows, -x denies (a rule is written web -> api: tcp/8080, or with from, to, ports and expect)',
    ],
  ],
  [
    'two arrows',
    [['- web -> api: tcp/8080', '- web -> api -> pay: tcp/8080']],
    [
      '39:7: "web -> api -> pay" has more than one arrow: -> allows, -x denies (a rule is written web -> api: tcp/8080, or with from, to, ports and expect)',
    ],
  ],
  [
    'a port the wrong way round',
    [['- web -> api: tcp/8080', '- web -> api: 8080/tcp']],
    [
      '39:19: "8080/tcp" is not a port: write it as in tcp/8080, with a number from 1 to 65535 (did you mean "tcp/8080"?)',
    ],
  ],
  [
    'a rule without colon',
    [['- web -> api: tcp/8080', '- web -> api tcp/8080']],
    [
      '39:7: "web -> api tcp/8080" is not a map (a rule is written web -> api: tcp/8080, or with from, to, ports and expect)',
    ],
  ],
  [
    'a selector that takes everything away',
    [['- web -> api: tcp/8080', '- "web, !web -> api": tcp/8080']],
    ['39:8: "web, !web" matches nothing: everything in it is taken away again'],
  ],
  [
    'a selector that only takes away',
    [['- web -> api: tcp/8080', '- "!web -> api": tcp/8080']],
    ['39:8: "!web" only takes away (begin with what it is taken from, as in "*, !web")'],
  ],
  [
    'all among ports',
    [['- web -> api: tcp/8080', '- web -> api: all, tcp/8080']],
    ['39:19: "all" stands alone: it means every port'],
  ],
  [
    'a glob that matches nothing',
    [['- web -> api: tcp/8080', '- zz-* -> api: tcp/8080']],
    ['39:7: "zz-*" matches no workload'],
  ],
  [
    'a comma too many',
    [['- web -> api: tcp/8080', '- web,, attacker -> api: tcp/8080']],
    [
      '39:11: a name is missing here',
      '41:7: contradicts line 39: this rule denies attacker -> api:tcp/8080, which line 39 allows (take the cell out of one of them with "!name", or name fewer ports)',
    ],
  ],
  [
    'a contradiction',
    [['- web -> api: tcp/8080', '- web -> api: tcp/8080\n    - "* -x api": tcp/8080']],
    [
      '40:7: contradicts line 39: this rule denies web -> api:tcp/8080, which line 39 allows (take the cell out of one of them with "!name", or name fewer ports)',
    ],
  ],
  [
    'a contradiction in status',
    [['- web -> api: tcp/8080', '- {from: web, to: pay, ports: all, expect: allow, status: 404}']],
    [
      '42:7: contradicts line 39: for web -> pay:https/443, this rule asks for status 200 and line 39 asks for status 404 (take the cell out of one of them with "!name", or name fewer ports)',
    ],
  ],
  [
    "a status that HTTP doesn't have",
    [['status: 200', 'status: 99']],
    ['46:15: 99 is too small: at least 100'],
  ],
  [
    'a status for a deny',
    [['expect: allow\n      status: 200', 'expect: deny\n      status: 200']],
    ['46:7: a denied request gets no status'],
  ],
  [
    'a status without http',
    [['to: [pay]\n      ports: [https/443]', 'to: [api]\n      ports: [tcp/8080]']],
    ['46:7: a status is only for http and https, and this rule reaches no such port'],
  ],
  ['a rule without expect', [['      expect: allow\n', '']], ['42:7: "expect" is missing in rule']],
  [
    'a misspelt field of a rule',
    [['from: frontend', 'form: frontend']],
    ['42:7: unknown field "form" in rule (did you mean "from"?)'],
  ],
];

test.each(MISTAKES)('%s', async (_, changes, issues) => {
  expect(await issuesOf(changed(...changes))).toEqual(issues);
});
