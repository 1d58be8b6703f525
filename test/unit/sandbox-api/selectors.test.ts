import { describe, expect, test } from '@jest/globals';
import { labelSelector, parseFieldSelector, parseLabelSelector } from '../../../src/sandbox/api/selectors.ts';

const LABELS = { app: 'web', tier: 'front', weight: '5', empty: '' };

describe('a label selector in a query', () => {
  test.each([
    ['app=web', true],
    ['app==web', true],
    ['app = web', true],
    ['app!=web', false],
    ['none!=web', true],
    ['app', true],
    ['!app', false],
    ['!none', true],
    ['app in (api, web),tier=front', true],
    ['app in (api)', false],
    ['app notin (api)', true],
    ['none notin (api)', true],
    ['none in ()', false],
    ['empty=', true],
    ['empty in ()', true],
    ['weight>4', true],
    ['weight<5', false],
    ['app>4', false],
    ['constructor', false],
  ])('%s selects: %s', (text, selects) => {
    expect(parseLabelSelector(text)?.(LABELS)).toBe(selects);
  });

  test.each([null, '', '  '])('%j selects everything', (text) => {
    expect(parseLabelSelector(text)).toBeUndefined();
  });

  test.each(['a b', 'app=we b', '-x=1', 'app in web', '=web'])('%s is refused', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(/unable to parse requirement/);
  });
});

describe('a LabelSelector', () => {
  test('selects everything when empty and nothing when missing', () => {
    expect(labelSelector({})(undefined)).toBe(true);
    expect(labelSelector(undefined)(LABELS)).toBe(false);
  });

  test.each([
    ['In', ['web'], true],
    ['NotIn', ['web'], false],
    ['Exists', undefined, true],
    ['DoesNotExist', undefined, false],
    ['Nonsense', ['web'], false],
  ])('%s %j: %s', (operator, values, selects) => {
    const expression = { key: 'app', operator, ...(values ? { values } : {}) };
    expect(labelSelector({ matchExpressions: [expression] })(LABELS)).toBe(selects);
  });

  test('needs labels and expressions both', () => {
    const expression = { key: 'tier', operator: 'In', values: ['back'] };
    expect(labelSelector({ matchLabels: { app: 'web' }, matchExpressions: [expression] })(LABELS)).toBe(
      false,
    );
  });
});

describe('a field selector', () => {
  const fields = new Set(['spec.nodeName', 'status.phase']);
  test.each([
    ['spec.nodeName=a', true],
    ['spec.nodeName==a,status.phase!=Failed', true],
    ['spec.nodeName=', false],
    ['status.phase!=Running', false],
  ])('%s: %s', (text, selects) => {
    expect(parseFieldSelector(text, fields)?.({ 'spec.nodeName': 'a', 'status.phase': 'Running' })).toBe(
      selects,
    );
  });

  test('refuses fields that the kind does not have', () => {
    expect(() => parseFieldSelector('spec.other=1', fields)).toThrow('field label not supported: spec.other');
  });
});
