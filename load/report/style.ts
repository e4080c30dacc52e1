/** The report's style sheet: two themes by the reader's setting, and the light one on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #17202c; --soft: #5b6675; --rule: #dfe4ea;
  --kept: #0b7a55; --broken: #c02626; --warn-bg: #fff4d6; --warn-ink: #6b4a00;
  --accepted: #0b8f63; --refused: #d9770a; --undecided: #c02626; --offered: #64748b; --reads: #7c3aed;
  --left: #2f6fde; --reserved: #0b8f63; --sold: #b0309a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151c; --card: #18202a; --ink: #e8edf3; --soft: #9aa7b6; --rule: #2b3644;
    --kept: #3fc794; --broken: #ff7b72; --warn-bg: #3a2f10; --warn-ink: #f3d48a;
    --accepted: #3fc794; --refused: #f0a04b; --undecided: #ff7b72; --offered: #93a3b8; --reads: #b794f6;
    --left: #6ea0ff; --reserved: #3fc794; --sold: #e07bd0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 32px 20px 56px; }
p { margin: 0; }
header { margin-bottom: 24px; }
.kind { color: var(--soft); font-size: 13px; letter-spacing: .08em; text-transform: uppercase; }
h1 { display: flex; gap: 14px; align-items: center; margin: 6px 0 8px; font-size: clamp(24px, 4vw, 36px); line-height: 1.15; }
h1 .mark { flex: none; width: 1.3em; height: 1.3em; border-radius: 50%; display: grid; place-items: center;
  color: var(--card); font-size: .8em; }
h1.kept .mark { background: var(--kept); } h1.broken .mark { background: var(--broken); }
h1.broken { color: var(--broken); }
.lead { font-size: 17px; } .when { color: var(--soft); font-size: 13px; margin-top: 2px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-bottom: 20px; }
.tile, section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.tile { padding: 12px 14px; min-width: 0; }
.tile .title { color: var(--soft); font-size: 13px; }
.tile .value { font-size: 25px; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.25; }
.tile .note { color: var(--soft); font-size: 12.5px; overflow-wrap: anywhere; }
.warning { background: var(--warn-bg); color: var(--warn-ink); border-radius: 10px; padding: 12px 16px; margin-bottom: 20px; }
section { padding: 18px 20px 20px; margin-bottom: 20px; break-inside: avoid; }
h2 { margin: 0 0 12px; font-size: 18px; }
.verdicts { list-style: none; margin: 0; padding: 0; display: grid; gap: 0 28px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
.verdicts > li { display: flex; gap: 12px; padding: 9px 0; border-top: 1px solid var(--rule); min-width: 0; }
.verdicts .mark { flex: none; width: 1.2em; font-weight: 700; text-align: center; }
.verdicts .kept .mark { color: var(--kept); }
.verdicts .broken .mark, .verdicts .broken strong { color: var(--broken); }
.verdicts .unknown .mark { color: var(--soft); }
.verdicts p, .examples { color: var(--soft); font-size: 13.5px; overflow-wrap: anywhere; }
.verdicts > .broken { grid-column: 1 / -1; }
.examples { margin: 4px 0 0; padding-left: 18px; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--soft); }
.grid, .zero, .stub { stroke: var(--rule); stroke-width: 1; } .zero { stroke: var(--soft); }
.line, .step { stroke-width: 2; } .dots { stroke-width: 1; stroke-dasharray: 2 3; } .area { opacity: .16; }
.spread { stroke-width: 5; opacity: .25; stroke-linecap: round; } .leader { fill: none; stroke-width: 1; opacity: .5; }
svg .end-label { font-weight: 600; }
.mark-text { fill: var(--broken) !important; font-weight: 600; } line.mark { stroke: var(--broken); stroke-width: 1.5; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 8px 0 0; padding: 0 0 0 76px;
  color: var(--soft); font-size: 13px; }
.key { display: inline-block; width: 18px; border-top: 3px solid var(--key); margin-right: 7px; vertical-align: middle; }
.key.dashed { border-top-style: dashed; }
.key.dot { width: 9px; height: 9px; border: 0; border-radius: 50%; background: var(--key); }
table { border-collapse: collapse; width: 100%; }
.numbers { margin-top: 16px; font-variant-numeric: tabular-nums; }
.numbers caption { text-align: left; color: var(--soft); font-size: 13px; padding-bottom: 4px; }
.numbers th, .numbers td { text-align: right; padding: 5px 8px; border-top: 1px solid var(--rule); font-weight: 400; }
.numbers th[scope=col] { color: var(--soft); border-top: 0; } .numbers th[scope=row] { text-align: left; font-weight: 600; }
.conditions th, .conditions td { text-align: left; vertical-align: top; padding: 6px 8px; border-top: 1px solid var(--rule); }
.conditions th { width: 10em; color: var(--soft); font-weight: 400; } .conditions td { overflow-wrap: anywhere; }
@media (max-width: 560px) { section { padding: 14px 12px; } .legend { padding-left: 0; } svg text { font-size: 18px; } }
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --rule: #ccc; --kept: #0b7a55; --broken: #b00020;
    --warn-bg: #fff; --warn-ink: #000; --accepted: #0b8f63; --refused: #d9770a; --undecided: #c02626;
    --offered: #64748b; --reads: #7c3aed; --left: #2f6fde; --reserved: #0b8f63; --sold: #b0309a; }
  main { max-width: none; padding: 0; } .tile, section { border-color: #bbb; }
  .area, .key, h1 .mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
