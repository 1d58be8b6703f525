/** The page's whole style; its hash is in the content security policy. */
export const STYLE = `
:root { color-scheme: light; --line: #d4d9e0; --quiet: #5b6675; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 90rem; font: 15px/1.45 system-ui, sans-serif; color: #1b2430; background: #fff; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; border-bottom: 2px solid #1b2430; padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
small, code { color: var(--quiet); font-weight: normal; }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
td { min-width: 3.5rem; max-width: 34rem; }
tbody td code { overflow-wrap: break-word; }
thead th { white-space: nowrap; border-bottom: 2px solid var(--line); font-size: .85rem; color: var(--quiet); }
td.n { text-align: right; }
.verdict { font-size: 1.1rem; font-weight: 600; padding: .5rem .8rem; border-left: .4rem solid; }
.verdict.pass { border-color: #1a7f4b; background: #e8f5ee; }
.verdict.fail { border-color: #b3261e; background: #fdecea; }
.verdict.inconclusive { border-color: #b26a00; background: #fff4e0; }
.badge { display: inline-block; min-width: 3.2rem; padding: .05rem .4rem; border-radius: .25rem; font-size: .8rem; font-weight: 600; text-align: center; white-space: nowrap; }
.badge.pass { background: #d8efe2; color: #0d5c34; }
.badge.fail { background: #b3261e; color: #fff; }
.badge.warn { background: #ffe2b0; color: #6b4000; }
.badge.inconclusive { background: #b26a00; color: #fff; }
.badge.not-applicable, .badge.note { background: #e7eaee; color: #3f4a58; }
.filters { display: flex; flex-wrap: wrap; gap: .5rem 1.2rem; align-items: center; margin: .5rem 0; }
.filters select, .filters input[type=search] { font: inherit; padding: .15rem .3rem; }
.filters output { color: var(--quiet); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; padding: 0; }
.scroll { overflow: auto; max-height: 80vh; border: 1px solid var(--line); }
.heat { width: auto; font-size: .85rem; }
.heat thead th { position: sticky; top: 0; background: #fff; z-index: 1; vertical-align: bottom; }
.heat thead th span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 14rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.heat tbody th { position: sticky; left: 0; background: #fff; max-width: 18rem; font-weight: 500; }
.cell { display: inline-block; min-width: 1.5rem; text-align: center; padding: .1rem .3rem; border: 1px solid #fff; }
.heat .cell { display: table-cell; min-width: 1.7rem; max-width: none; padding: .15rem .3rem; }
.cell.leak { background: #b3261e; color: #fff; font-weight: 700; }
.cell.blocked { background: #7a1fa2; color: #fff; font-weight: 700; }
.cell.inconclusive { background: #ffcf80; color: #4d2e00; font-weight: 700; }
.cell.ok-allow { background: #bfe6cf; color: #0d5c34; }
.cell.ok-deny { background: #e3f3ea; color: #0d5c34; }
.cell.predicted { background: #e9edf5; color: #3a4a68; }
.dim { opacity: .15; }
[hidden] { display: none !important; }
@media print {
  html { font-size: 10px; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  .filters { display: none; }
  .scroll { overflow: visible; max-height: none; border: 0; }
  .heat thead th, .heat tbody th { position: static; }
  tr, h2, h3 { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  thead { display: table-header-group; }
  .badge, .cell, .verdict { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
