/** Mistakes of YAML, and of file names. */
import { expect, test } from '@jest/globals';
import { changed, issuesOf } from './memory.ts';

type Mistake = readonly [
  title: string,
  changes: readonly (readonly [string, string])[],
  issues: readonly string[],
];

const MISTAKES: readonly Mistake[] = [
  [
    'a misspelt policy file',
    [['policies/*.yaml', 'policies/dney.yaml']],
    ['35:12: there is no file "policies/dney.yaml" (did you mean "policies/deny.yaml"?)'],
  ],
  [
    'a glob of policies that matches nothing',
    [['policies/*.yaml', 'policy/*.yaml']],
    ['35:12: "policy/*.yaml" matches no file (paths are relative to the scenario\'s folder)'],
  ],
  [
    'a key that is there twice',
    [['  web:\n    namespace: shop', '  web:\n    namespace: shop\n  web:\n    namespace: shop']],
    ['10:3: "web" is here twice: first on line 8'],
  ],
  [
    'a * without quotes',
    [['- web -> api: tcp/8080', '- * -x api: tcp/8080']],
    [
      '39:8: this is not valid YAML: name of an alias node must contain at least one character (text that begins with * needs quotes, as in "* -> web": all)',
    ],
  ],
  [
    'a ! without quotes',
    [['- web -> api: tcp/8080', '- !web -> api: tcp/8080']],
    ['39:7: "!web" is a YAML tag, which has no use here (text that begins with * or ! or & needs quotes)'],
  ],
  [
    'a tab',
    [['  web:\n    namespace: shop', '  web:\n\tnamespace: shop']],
    [
      '9:1: this is not valid YAML: tab characters must not be used in indentation (indent with spaces: YAML allows no tabs there)',
    ],
  ],
  [
    'an unknown alias',
    [['listen: [http/8081]', 'listen: *ports']],
    [
      '11:13: no complete value named by &ports stands before this alias (text that begins with * or ! or & needs quotes)',
    ],
  ],
];

test.each(MISTAKES)('%s', async (_, changes, issues) => {
  expect(await issuesOf(changed(...changes))).toEqual(issues);
});
