/** What is written must be a scenario, and mean what was read: an own mistake must not become somebody's intent. */
import { dirname, join } from 'node:path';
import type { Files } from '../scenario/files.ts';
import { type Loaded, loadScenario } from '../scenario/load.ts';
import type { Draft } from './draft.ts';

export interface WrittenFiles {
  readonly path: string;
  readonly text: string;
  /** Beside it. */
  readonly policies?: { readonly name: string; readonly text: string };
}

/** Rejects with `scenario-invalid`, as the loader does, and with an Error if an expectation is not what was predicted. */
export async function checkWritten(written: WrittenFiles, { grid }: Draft): Promise<Loaded> {
  const loaded = await loadScenario(written.path, filesOf(written));
  const expected = new Map(
    loaded.matrix.cells.map(({ source, endpoint, expect }) => [`${source} ${endpoint.id}`, expect]),
  );
  for (const [source, row] of grid.answers.entries()) {
    for (const [at, { verdict }] of row.entries()) {
      const endpoint = grid.endpoints[at];
      if (endpoint === undefined) continue;
      const key = `${grid.identities[source]?.name} ${endpoint.destination}:${endpoint.port.protocol}/${endpoint.port.port}`;
      if (expected.get(key) !== verdict)
        throw new Error(`${key}: ${expected.get(key)} was written for ${verdict}`);
    }
  }
  if (expected.size !== grid.identities.length * grid.endpoints.length)
    throw new Error('a pair too many was written');
  return loaded;
}

function filesOf({ path, text, policies }: WrittenFiles): Files {
  const beside = policies && join(dirname(path), policies.name);
  const encoder = new TextEncoder();
  return {
    read: async (file) => encoder.encode(file === path ? text : file === beside ? policies?.text : ''),
    glob: async () => (beside === undefined ? [] : [beside]),
  };
}
