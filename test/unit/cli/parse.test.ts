import { describe, expect, test } from '@jest/globals';
import { Interruption } from '../../../src/cli/interruption.ts';
import { parse } from '../../../src/cli/parse.ts';
import { NetproofError } from '../../../src/model/errors.ts';

async function textOf(...argv: string[]): Promise<string> {
  const parsed = await parse(argv, 100);
  if (parsed.kind !== 'text') throw new Error(`not text but ${parsed.kind}`);
  return parsed.text;
}

async function refusalOf(...argv: string[]): Promise<NetproofError> {
  const error: unknown = await parse(argv, 100).catch((thrown: unknown) => thrown);
  if (!(error instanceof NetproofError)) throw new Error('was not refused');
  return error;
}

describe('help', () => {
  test('names every command, every exit code and the safety promise', async () => {
    const help = await textOf('--help');
    for (const name of [
      'run',
      'plan',
      'demo',
      'init',
      'explain',
      'diff',
      'validate',
      'schema',
      'rbac',
      'sandbox',
      'cleanup',
      'completion',
    ]) {
      expect(help).toMatch(new RegExp(`^  netproof ${name}\\b`, 'm'));
    }
    for (const code of [0, 1, 2, 3, 4, 5]) expect(help).toMatch(new RegExp(`^  ${code}  \\w`, 'm'));
    expect(help).toContain('deletes only that');
  });

  test.each([
    'run',
    'plan',
    'init',
    'explain',
    'diff',
    'validate',
    'schema',
    'rbac',
    'sandbox',
    'demo',
    'cleanup',
    'completion',
  ])('%s --help teaches by example and stays within the terminal', async (command) => {
    const help = await textOf(command, '--help');
    expect(help).toContain(`\nExamples:\n  netproof ${command}`);
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test.each([[['run', '--help']], [['-h']], [[]], [['--no-color']]])(
    '%j: help as wide as the terminal',
    async (argv) => {
      const parsed = await parse(argv, 70);
      const text = parsed.kind === 'text' ? parsed.text : parsed.kind === 'nothing' ? parsed.help : '';
      const [lines] = text.split('\nExit codes:');
      expect(text).toContain('--no-color or');
      for (const line of lines?.split('\n') ?? []) expect(line.length).toBeLessThanOrEqual(70);
    },
  );

  test('without a command it is an error that shows the help', async () => {
    const parsed = await parse([], 100);
    expect(parsed).toMatchObject({
      kind: 'nothing',
      help: expect.stringContaining('netproof run <scenario>'),
    });
  });
});

describe('bad usage', () => {
  test.each([
    [['rn', 'x'], 'Did you mean run?'],
    [['run'], 'Not enough non-option arguments: got 0, need at least 1'],
    [['run', 'x', '--sandbx'], 'Unknown argument: sandbx'],
    [
      ['run', 'x', '-o', 'html'],
      /^Invalid values: Argument: output, Given: "html", Choices: "table", .*"markdown"$/,
    ],
    [['run', 'x', '--timeout'], 'Not enough arguments following: timeout'],
    [['validate', 'x', 'y'], 'Unknown argument: y'],
    [['rbac', 'x', '--user', 'jane', '--group', 'devs'], 'Arguments user and group are mutually exclusive'],
  ])('%j is refused in one line', async (argv, message) => {
    const error = await refusalOf(...argv);
    expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  const silent = { columns: 80, isTTY: false, color: false, unicode: true, write: () => Promise.resolve() };
  const context = { terminal: { out: silent, err: silent }, interruption: new Interruption() };

  test.each([
    [['run', 'x', '--sandbox', '--context', 'prod'], '--sandbox makes a cluster of its own'],
    [['run', 'x', '--sandbox', '--kubeconfig', 'f'], '--sandbox makes a cluster of its own'],
    [['run', 'x', '--sandbox-cni', 'none'], '--sandbox-cni and --sandbox-nodes say how a sandbox is made'],
    [['preflight', '--sandbox', '--context', 'prod'], '--sandbox makes a cluster of its own'],
    [['preflight', '--sandbox-cni', 'none'], '--sandbox-cni and --sandbox-nodes say how a sandbox is made'],
    [['audit', '--sandbox', '--kubeconfig', 'f'], '--sandbox makes a cluster of its own'],
    [['audit', '--sandbox-nodes', '3'], '--sandbox-cni and --sandbox-nodes say how a sandbox is made'],
    [['run', 'x', '--timeout', '5'], '--timeout 5 is no duration'],
    [['run', 'x', '--output-file', '/does/not/exist/f'], 'cannot write /does/not/exist/f'],
    [['run', 'x', '--output-file', '/tmp'], 'cannot write /tmp: it is a folder'],
    [['sandbox', '--nodes', '0'], "a sandbox can't have 0 nodes"],
    [['sandbox', '--nodes', '1.5'], "a sandbox can't have 1.5 nodes"],
    [['rbac', 'x', '--serviceaccount', 'robot'], '--serviceaccount robot is not a namespace and a name'],
    [['rbac'], 'the rights of a run are those of one scenario'],
    [['rbac', 'x', 'y'], 'the rights of a run are those of one scenario'],
    [['rbac', '--for', 'explain', 'x'], 'the rights of explain do not depend on a scenario'],
    [['rbac', '--for', 'audit', '--control-namespace', 'n'], 'netproof audit has no --control-namespace'],
    [['cleanup', '--older-than', 'yesterday'], '--older-than yesterday is no duration'],
  ])('%j is refused before anything is read or started', async (argv, message) => {
    const parsed = await parse(argv, 100);
    if (parsed.kind !== 'command') throw new Error('no command');
    await expect(parsed.execute(context)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });
});

describe('completion', () => {
  test('prints a script that calls netproof back', async () => {
    expect(await textOf('completion')).toContain('netproof --get-yargs-completions');
  });

  test('knows commands and options', async () => {
    expect(await textOf('--get-yargs-completions', 'netproof', 'r')).toMatch(/^run\b/m);
    expect(await textOf('--get-yargs-completions', 'netproof', 'run', '--sand')).toMatch(/^--sandbox-cni\b/m);
  });
});
