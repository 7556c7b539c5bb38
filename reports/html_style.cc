#include "reports/html_sections.h"

namespace acr {

// Light and dark, wide and narrow, screen and paper. Every pair of text and ground has a contrast
// of 4.5 or more (WCAG AA).
extern const std::string_view kHtmlStyle = R"css(
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f4f6f8; --line: #c9d0d8; --text: #1b2027; --faint: #545d68;
  --link: #0a50bd; --good: #16653a; --bad: #b3141d; --unsure: #7a4e00; --on-bad: #ffffff;
  --bad-ground: #fdecec; --unsure-ground: #fff5dc; --good-ground: #e9f6ee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181d; --raised: #1e242b; --line: #434c57; --text: #e6eaef; --faint: #a3adb9;
    --link: #8cb8ff; --good: #6fd394; --bad: #ff8f88; --unsure: #f2bd56; --on-bad: #14181d;
    --bad-ground: #3a1d1f; --unsure-ground: #352a12; --good-ground: #17301f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 78rem; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere;
}
h1, h2, h3, h4 { line-height: 1.3; margin: 0; }
h1 { font-size: 1.8rem; }
h2 { font-size: 1.35rem; margin: 0 0 .6rem; }
h3 { font-size: 1.05rem; }
h4 { font-size: 1rem; margin-top: 1rem; }
p { margin: .5rem 0; max-width: 75ch; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 0; padding: .5rem; background: var(--ground); }
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
section { margin: 2.5rem 0; }
.faint { color: var(--faint); font-size: .9rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
.unsure { color: var(--unsure); } .skipped { color: var(--faint); }
.verdict { border: 1px solid; border-left-width: .6rem; border-radius: .4rem; padding: 1rem 1.2rem; }
.verdict > * { color: var(--text); max-width: none; }
.verdict.bad { background: var(--bad-ground); }
.verdict.unsure { background: var(--unsure-ground); }
.verdict.good { background: var(--good-ground); }
.lead { font-size: 1.15rem; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: .8rem 0; list-style: none; }
.counts li {
  border: 1px solid var(--line); border-radius: .4rem; padding: .2rem .7rem;
  background: var(--ground); color: var(--text);
}
.counts strong { font-size: 1.2rem; }
.counts .none { color: var(--faint); }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; list-style: none; }
.notice {
  border-left: .4rem solid var(--unsure); background: var(--unsure-ground); padding: .5rem .8rem;
}
.story, .finding {
  border: 1px solid var(--line); border-radius: .4rem; padding: 1rem; margin: 1rem 0;
}
.finding { padding: .6rem 1rem; margin: .5rem 0; }
summary { cursor: pointer; }
summary h2, summary h3, summary h4 { display: inline; }
#coverage > details { margin: .6rem 0; }
.members { padding-left: 1.2rem; }
.gaps > li { margin-bottom: .8rem; }
code, pre { font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; font-size: .875rem; }
pre {
  display: flow-root; margin: .4rem 0 .8rem; padding: .7rem; background: var(--raised);
  border: 1px solid var(--line); border-radius: .3rem; white-space: pre-wrap;
}
blockquote { margin: .4rem 0; padding: .5rem .8rem; border-left: .3rem solid var(--line); background: var(--raised); }
dl { margin: .4rem 0; } dt { color: var(--faint); } dd { margin: 0 0 .5rem 1.2rem; }
button, input, select {
  font: inherit; color: var(--text); background: var(--ground); border: 1px solid var(--faint);
  border-radius: .3rem; padding: .25rem .6rem; max-width: 100%;
}
button { cursor: pointer; background: var(--raised); }
button:disabled { opacity: .6; cursor: default; }
.copy { float: right; margin: .35rem .35rem 0 .5rem; font-size: .85rem; position: relative; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .8rem 0 .3rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--faint); white-space: nowrap; }
tbody th { font-weight: 600; }
.matrix { width: auto; } .matrix td { white-space: nowrap; border-left: 1px solid var(--line); }
.causes { margin: .6rem 0; }
.chain th, .chain td:nth-child(2), .chain td:nth-child(4), #rows td:nth-child(1) { white-space: nowrap; }
.chain tr.cause { background: var(--bad-ground); }
.chain tr.cause td:nth-child(3) { font-weight: 600; }
.severity { display: inline-block; border: 1px solid; border-radius: .25rem; padding: 0 .4rem; font-size: .85rem; }
.severity.critical { background: var(--bad); color: var(--on-bad); font-weight: 700; }
.severity.high { color: var(--bad); font-weight: 700; }
.severity.medium { color: var(--unsure); } .severity.low { color: var(--faint); }
#rows tr:not(.failed) .severity, #checks .severity {
  color: var(--faint); background: none; border-color: var(--line); font-weight: 400;
}
#rows { min-width: 60rem; table-layout: fixed; }
#rows th:nth-child(1) { width: 9rem; } #rows th:nth-child(2) { width: 6rem; }
#rows th:nth-child(3), #rows th:nth-child(4), #rows th:nth-child(5) { width: 15%; }
#rows [hidden] { display: none; }
#filter:not([hidden]) { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: .8rem 0; }
#filter label { display: flex; flex-direction: column; font-size: .9rem; max-width: 100%; }
#filter select { max-width: 16rem; }
#count { font-weight: 600; padding: .3rem 0; }
#pager:not([hidden]) { display: flex; gap: 1rem; align-items: center; margin: .8rem 0; }
.path { display: block; width: 100%; margin: .8rem 0; }
.path.down { display: none; max-width: 26rem; }
.path text { fill: var(--text); font-size: 14px; font-family: inherit; }
.path .label { font-weight: 700; } .path .name { fill: var(--faint); font-size: 12px; }
.path text.bad { fill: var(--bad); font-weight: 700; } .path text.unsure { fill: var(--unsure); }
.path text.good { fill: var(--good); } .path text.skipped { fill: var(--faint); }
.path text.sign { font-size: 18px; font-weight: 700; }
.path circle, .path path { fill: none; stroke: currentColor; stroke-width: 2.5; }
.path .dashed { stroke-dasharray: 4 3; }
.path .octagon { fill: var(--bad); stroke: var(--bad); }
.path .cross { stroke: var(--on-bad); stroke-width: 3.5; }
.path .way { stroke: var(--faint); } .path .way.bad { stroke: var(--bad); }
@media (max-width: 46rem) {
  body { padding: .6rem; }
  .story { padding: .7rem; }
  .path.across { display: none; } .path.down { display: block; }
  /* A row becomes a card: no line is wider than the screen. */
  .copy { float: none; display: block; margin: .3rem 0 0 auto; }
  .chain, .chain caption, .chain tbody, #rows, #rows tbody { display: block; min-width: 0; }
  .chain thead, #rows thead { position: absolute; clip-path: inset(50%); }
  .chain tbody tr, #rows tbody tr:not([hidden]) {
    display: flex; flex-wrap: wrap; gap: .1rem .8rem; padding: .4rem .3rem;
    border-bottom: 1px solid var(--line);
  }
  .chain tbody th, .chain tbody td, #rows tbody td { padding: 0; border: 0; }
  .chain td:nth-child(3), #rows td:nth-child(6) { flex-basis: 100%; }
  .chain td:nth-child(4) { color: var(--faint); font-size: .9rem; }
}
@media print {
  :root {
    --ground: #ffffff; --raised: #ffffff; --line: #999999; --text: #000000; --faint: #444444;
    --link: #000000; --good: #16653a; --bad: #b3141d; --unsure: #7a4e00; --on-bad: #ffffff;
    --bad-ground: #ffffff; --unsure-ground: #ffffff; --good-ground: #ffffff;
  }
  body { max-width: none; font-size: 11pt; }
  nav, form, .copy, .skip, #filter:not([hidden]), #pager:not([hidden]) { display: none; }
  .wide { overflow: visible; } #rows, .chain { min-width: 0; }
  tr, .finding { break-inside: avoid; } h2, h3, h4 { break-after: avoid; }
  details::details-content { content-visibility: visible; }
  main a[href^="https:"]::after { content: " (" attr(href) ")"; font-size: .8em; }
}
)css";

}  // namespace acr
