import { type Markup, trusted } from '../../html/markup.ts';

/** Besides the styles of every page. */
export const DRIFT_STYLES: Markup = trusted`<style>
.verdict.warn{--tone:var(--part)}.verdict.wait{--tone:var(--soft)}
.card h3{display:flex;flex-wrap:wrap;gap:2px 12px;justify-content:space-between;align-items:baseline}.card h3 .status{font-size:.86rem}
.card .changes{font-weight:600;margin:6px 0 8px}.card .said{list-style:none;padding:0;margin:8px 0 0;font-size:.86rem}.said li{display:flex;gap:.5em;margin:3px 0}.said .icon{margin-top:.22em}
.said .ok{color:var(--ok)}.said .warn{color:var(--part)}.said .bad{color:var(--bad)}.said .wait,.said .none{color:var(--soft)}.said span{color:var(--ink)}.said .ok+span,.said .wait+span{color:var(--soft)}
.card>dl.metrics{display:grid;grid-template-columns:repeat(2,auto);justify-content:start;gap:4px 22px;margin:8px 0 0;padding-top:8px;border-top:1px solid var(--line)}.card details{margin:4px 0 0;font-size:.86rem}
.list thead th{white-space:nowrap}.list a{color:inherit}.list tbody th span{color:var(--soft)}.values th:nth-child(4){color:var(--before);width:5.8em}
.card:target{outline:3px solid var(--now)}
@media (max-width:640px){.list td.number{display:inline-block;margin-right:14px}}
</style>`;
