/** Truth tables as heat maps with filters. */
import type { TruthCell, TruthTable } from '../../model/audit.ts';
import { escapeXml } from '../escape.ts';
import { count } from '../text.ts';

/** A browser draws so many cells without trouble. */
const MOST_CELLS = 60_000;

/** What a cell amounts to, as class and filter. */
export type CellState = 'leak' | 'blocked' | 'inconclusive' | 'ok-allow' | 'ok-deny' | 'predicted';

const STATES: Readonly<Record<CellState, { readonly symbol: string; readonly means: string }>> = {
  leak: { symbol: 'L', means: 'deny expected, open' },
  blocked: { symbol: 'B', means: 'allow expected, closed' },
  inconclusive: { symbol: '?', means: 'not proven, or uncertain' },
  'ok-allow': { symbol: '✓', means: 'allow, got through' },
  'ok-deny': { symbol: '–', means: 'deny, stopped' },
  predicted: { symbol: '·', means: 'as the policies say; no packet was sent' },
};

export function stateOf({ expect, predicted, observed }: TruthCell): CellState {
  const wrong = expect === 'deny' ? 'leak' : 'blocked';
  switch (observed?.verdict) {
    case 'fail':
      return wrong;
    case 'inconclusive':
      return 'inconclusive';
    case 'pass':
      return expect === 'deny' ? 'ok-deny' : 'ok-allow';
    case undefined:
      if (predicted === undefined || predicted === 'uncertain') return 'inconclusive';
      return predicted === expect ? 'predicted' : wrong;
  }
}

export function* heatMaps(tables: readonly TruthTable[]): Generator<string> {
  if (tables.length === 0) return;
  yield `<section><h2>Truth tables</h2><ul class="legend">${legend()}</ul>\n`;
  for (const [index, table] of tables.entries()) yield* heatMap(table, index);
  yield '</section>\n';
}

function legend(): string {
  return Object.entries(STATES)
    .map(([state, { symbol, means }]) => `<li><span class="cell ${state}">${symbol}</span> ${means}</li>`)
    .join('');
}

function* heatMap(table: TruthTable, index: number): Generator<string> {
  const what = table.generated ? 'made up from the sample' : table.file;
  yield `<h3>${escapeXml(table.name)} <small>${escapeXml(what)}, ${count(table.cells.length, 'pair')}</small></h3>\n`;
  if (table.cells.length > MOST_CELLS) {
    yield '<p>Too many pairs to draw: see result.json.</p>\n';
    return;
  }
  const options = Object.entries(STATES).map(
    ([state, { means }]) => `<option value="${state}">${means}</option>`,
  );
  yield `<form class="filters heat-filters" data-heat="heat-${index}">
<label>State <select name="state"><option value="">all</option>${options.join('')}</select></label>
<label>From <input name="source" type="search" autocomplete="off"></label>
<label>To <input name="endpoint" type="search" autocomplete="off"></label><output></output></form>
<div class="scroll"><table class="heat" id="heat-${index}"><thead><tr><th>from \\ to</th>`;
  yield table.endpoints
    .map((endpoint) => `<th data-endpoint="${escapeXml(endpoint)}"><span>${escapeXml(endpoint)}</span></th>`)
    .join('');
  yield '</tr></thead><tbody>\n';
  yield* rows(table);
  yield '</tbody></table></div>\n';
}

function* rows({ sources, endpoints, cells }: TruthTable): Generator<string> {
  const byPair = new Map(cells.map((cell) => [`${cell.source}\n${cell.endpoint}`, cell] as const));
  for (const source of sources) {
    yield `<tr data-source="${escapeXml(source)}"><th>${escapeXml(source)}</th>`;
    yield endpoints.map((endpoint) => cellHtml(byPair.get(`${source}\n${endpoint}`))).join('');
    yield '</tr>\n';
  }
}

function cellHtml(cell: TruthCell | undefined): string {
  if (cell === undefined) return '<td></td>';
  const { source, endpoint, expect, predicted, policies = '', observed, reason = '' } = cell;
  const state = stateOf(cell);
  const told = [
    `${source} → ${endpoint}`,
    `expected: ${expect}`,
    reason,
    `policies: ${predicted ?? 'not asked'}`,
    policies,
    `packets: ${observed === undefined ? 'none sent' : `${observed.verdict}, ${observed.cause}`}`,
    observed?.because ?? '',
  ];
  const title = told.filter((each) => each !== '').join('; ');
  return `<td class="cell ${state}" data-state="${state}" title="${escapeXml(title)}">${STATES[state].symbol}</td>`;
}
