import { RIGHT_COLUMNS_MAX } from './htmlTable.ts';

/** The palette of a page: text, surfaces, and six colours of series that colour-blind readers can tell apart. */
const LIGHT = `--ink:#1b1f24;--soft:#4a535d;--paper:#fff;--panel:#f4f6f8;--rule:#c9d0d7;--link:#0b5394;
--c0:#0072b2;--c1:#c26a00;--c2:#007f5c;--c3:#a8446f;--c4:#5b4fa8;--c5:#6b6b6b;--mark:#1b1f24`;
const DARK = `--ink:#e8ebee;--soft:#b3bcc5;--paper:#14181c;--panel:#1e242a;--rule:#444d57;--link:#8ec5ff;
--c0:#56b4e9;--c1:#f0a13a;--c2:#35c79a;--c3:#e08ab1;--c4:#a9a0f0;--c5:#a8a8a8;--mark:#e8ebee`;
const COLOURS = [0, 1, 2, 3, 4, 5].map((i) => `.c${i}{--c:var(--c${i})}`).join('');

/** The seven shades of a heat map, and the texts on them. */
const LIGHT_SHADES = `--q0:#f0f6fb;--q1:#d3e4f3;--q2:#b1d0e8;--q3:#8fbce0;--q4:#2f73ae;--q5:#1b5488;--q6:#0b3560;--dark:#fff;--light:#1b1f24`; // prettier-ignore
const DARK_SHADES = `--q0:#10243a;--q1:#173557;--q2:#1f4874;--q3:#295c92;--q4:#6ea6d8;--q5:#9cc5e9;--q6:#d2e6f7;--dark:#10161c;--light:#fff`; // prettier-ignore
const HEAT_STYLE = `
:root{${LIGHT_SHADES}}
@media (prefers-color-scheme:dark){:root{${DARK_SHADES}}}
${[0, 1, 2, 3, 4, 5, 6].map((i) => `.q${i}{--c:var(--q${i})}`).join('')}.cell{fill:var(--c)}.cell.none{fill:var(--panel)}
.on-dark{fill:var(--dark);stroke:none}.on-light{fill:var(--light);stroke:none}
@media print{:root{${LIGHT_SHADES}}}`;

const FORM_STYLE = `
form{background:var(--panel);padding:1rem;border:1px solid var(--rule);border-radius:.4rem}
label{display:block;font-weight:600;margin-top:.5rem}
input,select,button,textarea{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--soft);border-radius:.25rem;padding:.3rem .5rem;max-width:100%}
select,textarea{width:100%}button{cursor:pointer;margin-top:.75rem}button:disabled{opacity:.6;cursor:default}
#what-if-say{white-space:pre-line}`;

const RIGHT =
  Array.from({ length: RIGHT_COLUMNS_MAX }, (_, c) => `.r${c} tr>:nth-child(${c + 1})`).join(',') +
  '{text-align:right;white-space:nowrap}th{white-space:normal!important}';

/**
 * The style of a page with such a body. Colours are variables, so that dark pages and print change only them. What only a
 * heat map or a form needs stands in pages that have one.
 */
export function pageStyle(body: string): string {
  return BASE_STYLE + (body.includes('class="cell') ? HEAT_STYLE : '') + (body.includes('<form') ? FORM_STYLE : '');
}

// What a drawing shows by `use` has no ancestors there: rules for marks and texts of charts name none.
const BASE_STYLE = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header,main,footer,nav{max-width:60rem;margin:0 auto;padding:0 1rem}
h1{font-size:1.7rem;line-height:1.2;margin:1.5rem 0 .5rem}
h2{font-size:1.3rem;margin:2.5rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--rule)}
h3{font-size:1.05rem;margin:1.5rem 0 .25rem}
a{color:var(--link)}
p,li{max-width:46rem}p,li,figcaption{overflow-wrap:anywhere}
.lead{font-size:1.1rem}
.soft,caption,.axis{color:var(--soft)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:1rem 0}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere}
dl.words dt{font-weight:600;margin-top:.5rem}dl.words dd{margin:0}
code{font:0.92em ui-monospace,monospace;overflow-wrap:anywhere}
figure{margin:1.25rem 0;padding:0}
figcaption{max-width:46rem;margin-bottom:.75rem}
details{margin:.5rem 0}summary{cursor:pointer;color:var(--link)}
.scroll{overflow-x:auto;margin-bottom:1rem}.scroll:focus-visible{outline:2px solid var(--link)}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.25rem 0}caption span{display:block;position:sticky;left:0;max-width:calc(100vw - 2rem)}
th,td{padding:.25rem .75rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);min-width:4.5rem;font-weight:400}
thead th{font-weight:600;vertical-align:bottom}th:first-child{min-width:9rem}
${RIGHT}[scope=rowgroup]{padding-top:.75rem;font-weight:600;font-family:ui-monospace,monospace}.printed{display:none}tr.total th,tr.total td{font-weight:600}
.chart{display:block;max-width:100%;height:auto;font:13px system-ui,sans-serif}
text{fill:var(--ink);paint-order:stroke;stroke:var(--paper);stroke-width:3px}text.axis,text.note{fill:var(--soft)}.value{font-weight:600}
.chart.narrow{display:none}
@media (max-width:640px){.chart.wide{display:none}.chart.narrow{display:block}
dl.facts{grid-template-columns:1fr}dl.facts dd{margin-bottom:.4rem}}
.grid{stroke:var(--rule);stroke-width:1}.base{stroke:var(--soft);stroke-width:1}
.mark{stroke:var(--mark);stroke-width:1.5;stroke-dasharray:3 3}
.line{fill:none;stroke-width:2}.line,.grid,.base{vector-effect:non-scaling-stroke}.dashed{stroke-dasharray:6 4}
.band{opacity:.22}.band.s1{opacity:.34}
.dot{fill:var(--paper);stroke:var(--mark);stroke-width:1.6}
.diamond{fill:var(--paper);stroke:var(--mark);stroke-width:1.6}
.whisker{fill:none;stroke:var(--mark);stroke-width:1.6}
${COLOURS}.line{stroke:var(--c)}.area,.bar,.point,.band{fill:var(--c)}
:focus-visible{outline:3px solid var(--link);outline-offset:1px}
.warn{border-left:4px solid var(--c1);padding-left:.75rem}
footer{margin-top:3rem;padding-bottom:2rem;color:var(--soft)}
@media print{:root{${LIGHT}}nav,.screen,summary{display:none}
details::details-content{content-visibility:visible;block-size:auto}details.long{display:none}.printed{display:block}
body{font-size:10pt}table{font-size:8.5pt}td,th{padding:.1rem .5rem .1rem 0}h2{margin-top:1.5rem}
figure,tr{break-inside:avoid}.scroll{overflow:visible}}`;
