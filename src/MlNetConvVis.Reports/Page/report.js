'use strict';
document.documentElement.classList.add('js');

// values on hover, on focus and on touch
const tip = document.getElementById('tip');
const showTip = (target, x, y) => {
  tip.textContent = target.dataset.tip;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(6, Math.min(x - box.width / 2, innerWidth - box.width - 6)) + 'px';
  tip.style.top = (y - box.height - 14 > 4 ? y - box.height - 14 : y + 20) + 'px';
};
const hideTip = () => { tip.hidden = true; };
addEventListener('pointermove', event => {
  const target = event.target.closest && event.target.closest('[data-tip]');
  if (target) showTip(target, event.clientX, event.clientY); else hideTip();
});
addEventListener('pointerdown', event => {
  const target = event.target.closest && event.target.closest('[data-tip]');
  if (target) showTip(target, event.clientX, event.clientY);
});
addEventListener('focusin', event => {
  if (!event.target.dataset || !event.target.dataset.tip) return;
  const box = event.target.getBoundingClientRect();
  showTip(event.target, box.left + box.width / 2, box.top);
});
addEventListener('focusout', hideTip);
addEventListener('scroll', hideTip, { passive: true, capture: true });
addEventListener('keydown', event => { if (event.key === 'Escape') hideTip(); });

// a cell of a confusion matrix lights up its column's heading; its row's is the style sheet's
document.querySelectorAll('.confusion table').forEach(table => {
  const headings = table.tHead.rows[0].cells;
  let lit = null;
  table.addEventListener('pointerover', event => {
    if (lit) lit.classList.remove('lit');
    const cell = event.target.closest('td');
    lit = cell && headings[cell.cellIndex];
    if (lit) lit.classList.add('lit');
  });
  table.addEventListener('pointerleave', () => { if (lit) lit.classList.remove('lit'); });
});

// sort by a heading
document.querySelectorAll('table.sortable').forEach(table => {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener('click', () => {
      const numeric = heading.classList.contains('n');
      const was = heading.getAttribute('aria-sort');
      const down = was ? was === 'ascending' : numeric;
      [...table.tHead.rows[0].cells].forEach(cell => cell.removeAttribute('aria-sort'));
      heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const key = row => {
        const cell = row.cells[column];
        return numeric ? (cell.dataset.v === undefined ? NaN : Number(cell.dataset.v)) : cell.textContent;
      };
      const compare = (a, b) => {
        const [x, y] = [key(a), key(b)];
        if (!numeric) return (down ? -1 : 1) * x.localeCompare(y, undefined, { numeric: true });
        if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
        return (down ? -1 : 1) * (x - y);
      };
      table.tBodies[0].append(...[...table.tBodies[0].rows].sort(compare));
    });
  });
});

// copy as tab-separated text
document.querySelectorAll('button.copy').forEach(button => {
  button.addEventListener('click', async () => {
    const table = button.closest('figure').querySelector('table');
    const text = [...table.rows].map(row => [...row.cells].map(cell => cell.textContent.replace(/\s+/g, ' ')).join('\t')).join('\n');
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
});
