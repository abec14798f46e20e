import { type Markup, trusted } from './markup.ts';

/** Blue and orange, teal and vermilion: pairs that stay apart for colour-blind readers. Text has a contrast of 4.5 and more. */
export const STYLES: Markup = trusted`<style>
:root{color-scheme:light dark;--page:#f4f6f8;--card:#fff;--ink:#18202a;--soft:#566170;--line:#dde3e9;--now:#3d85c6;--before:#a84c00;--ok:#0b6b5d;--part:#8a5a00;--bad:#b3261e;--code:#eef1f4}
@media (prefers-color-scheme:dark){:root{--page:#10151b;--card:#19212a;--ink:#e7ecf2;--soft:#9fadbc;--line:#2c3743;--now:#4a94d0;--before:#ffb454;--ok:#5cd0b3;--part:#f0bd5e;--bad:#ff9184;--code:#232d38}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
main{max-width:1120px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:clamp(1.35rem,4vw,2rem);line-height:1.2;margin:.2em 0 .7em;display:flex;gap:.45em;align-items:flex-start}
h1 .icon{width:1em;height:1em;margin-top:.1em}
h2{font-size:1.1rem;margin:0 0 .6em}h3{font-size:1rem;margin:0;overflow:hidden}
section{margin-top:34px}p{margin:.4em 0}ul{margin:.3em 0;padding-left:1.2em}li{margin:.25em 0}
code{font:.86em ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--code);padding:.1em .35em;border-radius:4px}
.soft,.note,.about,.kind{color:var(--soft)}.note,.kind{font-size:.86rem}.about{margin:0}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.symbols{position:absolute}
.icon{width:1em;height:1em;flex:none;vertical-align:-.12em}
.verdict{background:var(--card);border:1px solid var(--line);border-left:8px solid var(--tone);border-radius:12px;padding:20px 22px}
.verdict h1 .icon{color:var(--tone)}.verdict h2{margin-top:1.2em}
.verdict.ok{--tone:var(--ok)}.verdict.part{--tone:var(--part)}.verdict.bad{--tone:var(--bad)}
dl,dd{margin:0}
.big{display:flex;flex-wrap:wrap;gap:8px 44px;margin-bottom:14px}
.big div{display:grid;grid-template-columns:auto auto;justify-content:start;align-items:baseline;column-gap:.5em}
.big dt{grid-column:1/-1;color:var(--soft);font-size:.9rem}
.big dd{font-size:clamp(1.5rem,5vw,2.3rem);font-weight:650;line-height:1.15;font-variant-numeric:tabular-nums}.big .share{font-size:1rem;font-weight:400;color:var(--soft)}
.split{border-radius:5px;display:block}.split .kept{fill:var(--now)}.verdict.bad .kept{fill:var(--line)}.split .aside{fill:var(--before)}
.reasons{list-style:none;padding:0}.reasons li{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:8px 12px;margin:6px 0}.reasons li>span+span{display:block}
.status{display:inline-flex;gap:.4em;align-items:baseline;font-weight:600}.status .icon{position:relative;top:.12em}
.status.ok{color:var(--ok)}.status.part,.status.warn{color:var(--part)}.status.bad{color:var(--bad)}.status.wait,.status.none{color:var(--soft)}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:400}
.list{background:var(--card);border:1px solid var(--line);border-radius:8px;border-collapse:separate;border-spacing:0}
.list thead th{color:var(--soft);font-size:.83rem;padding:8px 12px}
.list td,.list tbody th{vertical-align:top;padding:9px 12px;border-top:1px solid var(--line)}
.list tbody th>*{display:block}.list tbody th{min-width:15em}.list td{font-variant-numeric:tabular-nums;overflow-wrap:break-word}td.number{white-space:nowrap}
.list td:first-child{white-space:nowrap}.number{text-align:right}td.number .soft{display:block;font-size:.86rem}
details{margin-top:12px}summary{cursor:pointer;color:var(--soft);padding:4px 0}details[open] summary{margin-bottom:6px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,320px),1fr));gap:10px 28px;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px}
.facts dt{color:var(--soft);font-size:.83rem}.digest{overflow-wrap:anywhere;background:none;padding:0}
.legend{display:flex;flex-wrap:wrap;gap:4px 22px;font-size:.9rem}.swatch{vertical-align:-1px;margin-right:.2em}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:14px;margin-top:12px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;min-width:0;break-inside:avoid}
.card>dl{display:flex;flex-wrap:wrap;gap:2px 15px;margin:6px 0 10px}.card dt{color:var(--soft);font-size:.75rem}.card dd{font-size:.9rem;font-variant-numeric:tabular-nums;line-height:1.3}
.kind{margin:0}.tag{border:1px solid var(--line);border-radius:99px;padding:0 .6em;font-size:.78rem;color:inherit;text-decoration:none;display:inline-block}.tag.bad{color:var(--bad);border-color:var(--bad)}
.apart{font-size:.9rem;margin:8px 0 0;color:var(--soft)}.apart.far{color:var(--part);font-weight:600}.apart .icon{margin-right:.35em}
.chart{display:block;width:100%;overflow:hidden}.chart text{fill:var(--soft);font-size:12px;font-variant-numeric:tabular-nums}
.now{fill:var(--now)}.side{fill:var(--now);fill-opacity:.45;stroke:var(--now);stroke-dasharray:3 2;vector-effect:non-scaling-stroke}
.before{fill:none;stroke:var(--before);stroke-width:2;vector-effect:non-scaling-stroke}.halo{fill:none;stroke:var(--card);stroke-width:4.5;vector-effect:non-scaling-stroke}.was{fill:var(--before)}.was-text{color:var(--before)}
.axis{stroke:var(--soft);stroke-width:1;vector-effect:non-scaling-stroke}.gap{fill:var(--card)}.cut{stroke:var(--card);stroke-width:4;vector-effect:non-scaling-stroke}
.hover{fill:transparent}.hover rect:hover{fill:var(--ink);fill-opacity:.08}
.values{font-size:.88rem;table-layout:fixed}.values thead th{color:var(--soft);font-size:.78rem}
.values th:first-child{width:34%}.values th:nth-child(3),.values th:nth-child(4){width:4.6em;text-align:right}
.values tbody th{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;padding:1px 8px 1px 0}.values td{font-variant-numeric:tabular-nums;text-align:right;padding:1px 0;white-space:nowrap}.values svg{display:block}
footer{margin-top:36px;color:var(--soft);font-size:.86rem}
@media (max-width:640px){main{padding:10px 10px 32px}.verdict{padding:14px 14px}.big{gap:8px 28px}
.list thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.list,.list tbody,.list tr,.list td,.list tbody th{display:block}
.list tr{padding:10px 12px;border-top:1px solid var(--line)}.list tbody tr:first-child{border-top:0}.list td,.list tbody th{border:0;padding:1px 0;text-align:left}.list td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}td.number .soft{display:inline}}
@media print{:root{color-scheme:light}body{background:#fff;font-size:11px}main{max-width:none;padding:0}*{print-color-adjust:exact}details::details-content{content-visibility:visible;block-size:auto}tr,li,.card{break-inside:avoid}}
</style>`;
