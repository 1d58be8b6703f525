/** What an audit is given from outside, as the command line says it. */
import { CHECKS } from '../audit/checks/index.ts';
import { type AuditConfig, DEFAULT_CONFIG } from '../audit/config/config.ts';
import { DEFAULT_GIT, loadConfig } from '../audit/config/load.ts';
import { gitIn } from '../audit/git/git.ts';
import type { AuditDeps, AuditOrder } from '../audit/perform.ts';
import type { Probing } from '../audit/probe.ts';
import { NetproofError } from '../model/errors.ts';
import { packageVersion } from '../package.ts';
import { nodeFiles } from '../scenario/files.ts';
import { manifestFiles } from '../snapshot/files.ts';
import type { Context } from './command.ts';
import { operator, randomName } from './launch.ts';

export interface AuditChoice {
  readonly config: string | undefined;
  readonly scenario: readonly string[];
  readonly git: string | undefined;
  readonly exceptions: string | undefined;
  readonly seed: string | undefined;
  readonly skip: readonly string[];
}

export async function surroundings(
  source: AuditOrder['source'],
  choice: AuditChoice,
  { terminal, interruption }: Context,
  probing: Probing | undefined,
): Promise<{ readonly order: AuditOrder; readonly deps: AuditDeps; readonly fresh: string }> {
  const config = await configOf(choice);
  return {
    order: { source, config, skip: skipped(choice.skip) },
    deps: {
      files: nodeFiles,
      manifestFiles,
      gitIn: (folder) => gitIn(folder, interruption.signal),
      now: () => Date.now(),
      version: packageVersion(),
      operator: operator(),
      freshSeed: () => randomName(12),
      ...(probing && { probing }),
      tell: (message) => terminal.err.write(`audit: ${message}\n`),
    },
    fresh: randomName(8),
  };
}

/** The file, with what the command line says in its place. */
async function configOf({ config, scenario, git, exceptions, seed }: AuditChoice): Promise<AuditConfig> {
  const read = config === undefined ? DEFAULT_CONFIG : await loadConfig(config, nodeFiles);
  return {
    ...read,
    ...(scenario.length > 0 && { scenarios: scenario }),
    ...(exceptions !== undefined && { exceptions }),
    ...(seed !== undefined && { sample: { ...read.sample, seed } }),
    ...(git !== undefined && { git: { ...DEFAULT_GIT, ...read.git, ...repositoryOf(git) } }),
  };
}

/** `PATH` or `PATH:FOLDER`. */
function repositoryOf(text: string): { readonly repository: string; readonly folder: string } {
  const [, repository = '', folder = ''] = /^([^:]+)(?::(.*))?$/s.exec(text) ?? [];
  const leadsOut = folder.startsWith('-') || folder.split('/').includes('..');
  if (repository !== '' && !leadsOut) return { repository, folder };
  throw new NetproofError('usage', `--git ${text} names no folder of a clone`, {
    hint: 'for example ../deploy:clusters/prod',
  });
}

function skipped(ids: readonly string[]): ReadonlySet<string> {
  const known = CHECKS.map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown === undefined) return new Set(ids);
  throw new NetproofError('usage', `there is no check called ${unknown}`, {
    hint: `one of ${known.join(', ')}`,
  });
}
