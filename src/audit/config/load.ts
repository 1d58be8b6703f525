/** audit.yaml → the configuration. */
import { dirname, isAbsolute, join } from 'node:path';
import type { Direction } from '../../model/capabilities.ts';
import type { Issue } from '../../model/errors.ts';
import type { Labels } from '../../model/selector.ts';
import type { Files } from '../../scenario/files.ts';
import { hostProblem } from '../../scenario/hosts.ts';
import { parsePort } from '../../scenario/ports.ts';
import { quote } from '../../scenario/words.ts';
import type { Document } from '../../scenario/yaml.ts';
import {
  type AuditConfig,
  DEFAULT_CONFIG,
  type Demand,
  type NamespaceChoice,
  type OutsideChoice,
} from './config.ts';
import { readChecked } from './read.ts';
import { configSchema } from './schema.ts';

/** After the schema has accepted it. */
interface ConfigDocument {
  readonly metadata: { readonly name: string };
  readonly critical?: ChoiceEntry;
  readonly sample?: { readonly size?: number; readonly seed?: string };
  readonly production?: ChoiceEntry;
  readonly system?: readonly string[];
  readonly coverage?: { readonly ingress?: Demand; readonly egress?: Demand; readonly system?: Demand };
  readonly defaultDeny?: { readonly required?: ChoiceEntry; readonly directions?: readonly Direction[] };
  readonly scenarios?: readonly string[];
  readonly exceptions?: string;
  readonly git?: {
    readonly repository: string;
    readonly folder?: string;
    readonly ref?: string;
    readonly reviews?: Demand;
  };
  readonly probes?: {
    readonly outside?: readonly OutsideChoice[];
    readonly metadata?: boolean;
    readonly apiServer?: boolean;
  };
}

interface ChoiceEntry {
  readonly namespaces?: readonly string[];
  readonly labels?: readonly Labels[];
}

export const DEFAULT_GIT = { folder: '', ref: 'HEAD', reviews: 'warn' } as const;

/** Paths in it count from its own folder. Throws `file-unreadable` or `config-invalid`. */
export async function loadConfig(path: string, files: Files): Promise<AuditConfig> {
  const { content, at, digest } = await readChecked<ConfigDocument>(path, files, configSchema, issuesIn);
  const resolve = (relative: string): string =>
    isAbsolute(relative) ? relative : join(dirname(path), relative);
  const { scenarios, exceptions, git } = content;
  return {
    ...DEFAULT_CONFIG,
    ...demandsOf(content),
    name: content.metadata.name,
    scenarios: (scenarios ?? []).map(resolve),
    ...(exceptions !== undefined && { exceptions: resolve(exceptions) }),
    ...(git && { git: { ...DEFAULT_GIT, ...git, repository: resolve(git.repository) } }),
    file: { name: path, digest, at: at([]) },
  };
}

/** What would be a mistake in the scenario that is made up of it. */
function issuesIn({ probes }: ConfigDocument, at: Document['at']): Issue[] {
  return (probes?.outside ?? []).flatMap(({ host, ports }, index) => {
    const here = ['probes', 'outside', index];
    const problem = hostProblem(host);
    const wrong = ports.flatMap((port, i): Issue[] =>
      parsePort(port) === undefined
        ? [
            {
              message: `${quote(port)} is not a port: the number must be from 1 to 65535`,
              position: at([...here, 'ports', i]),
            },
          ]
        : [],
    );
    return [...(problem ? [{ ...problem, position: at([...here, 'host']) }] : []), ...wrong];
  });
}

function demandsOf(content: ConfigDocument): Omit<AuditConfig, 'name' | 'scenarios'> {
  const { critical, sample, production, system, coverage, defaultDeny, probes } = content;
  return {
    critical: critical ? choiceOf(critical) : DEFAULT_CONFIG.critical,
    sample: { ...DEFAULT_CONFIG.sample, ...sample },
    production: production ? choiceOf(production) : DEFAULT_CONFIG.production,
    system: system ?? DEFAULT_CONFIG.system,
    coverage: { ...DEFAULT_CONFIG.coverage, ...coverage },
    defaultDeny: {
      required: defaultDeny?.required ? choiceOf(defaultDeny.required) : DEFAULT_CONFIG.defaultDeny.required,
      directions: defaultDeny?.directions ?? DEFAULT_CONFIG.defaultDeny.directions,
    },
    probes: { ...DEFAULT_CONFIG.probes, ...probes },
  };
}

function choiceOf({ namespaces = [], labels = [] }: ChoiceEntry): NamespaceChoice {
  return { namespaces, labels };
}
