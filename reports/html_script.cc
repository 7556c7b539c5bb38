#include "reports/html_sections.h"

namespace acr {

// Filters, pages and copies; writes text only as text. The filter stands in the address, so that a
// view can be sent to a colleague: report.html#filter=aks-prod&outcome=failed
extern const std::string_view kHtmlScript = R"js((() => {
'use strict';
const get = (id) => document.getElementById(id);

for (const block of document.querySelectorAll('pre')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    let word = 'Copied';
    try {
      await navigator.clipboard.writeText(block.textContent);
    } catch {
      getSelection().selectAllChildren(block);
      word = document.execCommand('copy') ? 'Copied' : 'Press Ctrl+C';
    }
    button.textContent = word;
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  block.before(button);
}

addEventListener('beforeprint', () => {
  for (const part of document.querySelectorAll('main details')) part.open = true;
});

const form = get('filter');
if (!form) return;
const PAGE = 200;
const names = ['outcome', 'severity', 'check', 'scope'];
const word = (cell) => cell.textContent.trim();
const rows = Array.from(get('rows').tBodies[0].rows, (row) => {
  const outcome = row.cells[0].querySelector('span');
  return {
    row,
    outcome: outcome.lastChild.textContent.trim(),
    severity: word(row.cells[1]),
    check: word(row.cells[2]),
    scope: word(row.cells[4]),
    text: '',
  };
});
for (const name of names) {
  const select = form.elements[name];
  let values = [...new Set(rows.map((entry) => entry[name]))].filter(Boolean);
  const grave = ['critical', 'high', 'medium', 'low'];
  if (name === 'severity') values = grave.filter((value) => values.includes(value));
  else if (name !== 'outcome') values.sort();
  for (const value of values) select.add(new Option(value, value));
}

let page = 0;
let shown = rows.map((entry) => entry.row);
for (const row of shown) row.hidden = true;
let visible = [];

function show() {
  for (const row of visible) row.hidden = true;
  visible = shown.slice(page * PAGE, (page + 1) * PAGE);
  for (const row of visible) row.hidden = false;
  const pages = Math.max(1, Math.ceil(shown.length / PAGE));
  get('pager').hidden = pages === 1;
  get('page').textContent = `Page ${page + 1} of ${pages}`;
  get('before').disabled = page === 0;
  get('after').disabled = page + 1 === pages;
}

function filter() {
  const words = form.elements.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = names.map((name) => [name, form.elements[name].value]).filter((pair) => pair[1]);
  shown = rows.filter((entry) => {
    if (wanted.some(([name, value]) => entry[name] !== value)) return false;
    if (words.length === 0) return true;
    entry.text ||= entry.row.textContent.toLowerCase();
    return words.every((each) => entry.text.includes(each));
  }).map((entry) => entry.row);
  page = 0;
  get('count').textContent = `${shown.length} of ${rows.length} results`;
  show();
}

function remember() {
  const query = new URLSearchParams();
  for (const name of ['filter', ...names]) {
    if (form.elements[name].value) query.set(name, form.elements[name].value);
  }
  const hash = query.toString();
  try { history.replaceState(null, '', hash ? '#' + hash : '#results'); } catch { /* a view */ }
}

function recall() {
  if (!location.hash.includes('=')) return false;
  const query = new URLSearchParams(location.hash.slice(1));
  for (const name of ['filter', ...names]) form.elements[name].value = query.get(name) || '';
  return true;
}

form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('input', () => { filter(); remember(); });
form.addEventListener('reset', () => setTimeout(() => { filter(); remember(); }));
get('before').addEventListener('click', () => { page -= 1; show(); get('results').scrollIntoView(); });
get('after').addEventListener('click', () => { page += 1; show(); get('results').scrollIntoView(); });
addEventListener('hashchange', () => { if (recall()) filter(); });
form.hidden = false;
const recalled = recall();
filter();
if (recalled) get('results').scrollIntoView();
})();)js";

}  // namespace acr
