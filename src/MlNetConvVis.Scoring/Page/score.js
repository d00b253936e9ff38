'use strict';
// scores.keys(k) and scores.rows(k) are called by the files under data/, about() first of all
const $ = id => document.getElementById(id);
const scores = (() => {
  let about, files = [], lower = [], loaded = 0, found = new Int32Array(0), page = 0, at = -1, fileRank = null, classRank = null, gallery = false, size = 50;
  let number, cls, prob, given, picture;
  const details = new Map(), waiting = new Map(), classHits = new Set();
  const controls = ['q', 'c', 'g', 's', 'o', 'from', 'to'];
  const format = new Intl.NumberFormat('en');
  const percent = p => p >= 0.0995 ? (100 * p).toFixed(1) + ' %' : p >= 0.0001 ? (100 * p).toFixed(2) + ' %' : '< 0.01 %';
  const name = c => about.classes[c] ?? String(c);

  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === 'class') node.className = value;
      else if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
      else if (value !== null && value !== undefined) node.setAttribute(key, value);
    }
    node.append(...children.filter(c => c !== null && c !== undefined));
    return node;
  }

  function load(file) {
    document.head.append(el('script', { src: 'data/' + file, onerror: () => { $('about').textContent = 'data/' + file + ' is missing; it belongs beside this page.'; } }));
  }
  const numbered = (kind, k) => kind + '-' + String(k).padStart(5, '0') + '.js';

  function begin(a) {
    about = a;
    const chunks = Math.ceil(a.shown / a.keyRows);
    number = new Int32Array(a.shown); cls = new Int32Array(a.shown); prob = new Int32Array(a.shown); given = new Int32Array(a.shown); picture = new Uint8Array(a.shown);
    files = new Array(a.shown); lower = new Array(a.shown);
    const parts = [format.format(a.rows) + (a.rows === 1 ? ' photo' : ' photos')];
    if (a.broken) parts.push(format.format(a.broken) + ' could not be read');
    if (a.right !== undefined && a.rows > a.broken) parts.push(percent(a.right / (a.rows - a.broken)) + ' recognised as what the collection has them for');
    if (a.pictures) parts.push(format.format(a.pictures) + ' with pictures of ' + a.layer);
    if (a.shown < a.rows) parts.push('this page holds ' + format.format(a.shown) + ' of them; scores.csv has all');
    $('about').textContent = parts.join(' · ');
    $('foot').textContent = a.model + ', SHA-256 ' + a.hash + (a.drawn === 'none' ? '' : ' · pictures: ' + a.drawn) + '. All rows: scores.csv, scores.jsonl.';
    for (let k = 0; k < chunks; k++) load(numbered('keys', k));
  }

  function keys(k) {
    return part => {
      const first = k * about.keyRows;
      number.set(part.n, first); cls.set(part.c, first); prob.set(part.p, first); given.set(part.g, first); picture.set(part.i, first);
      for (let i = 0; i < part.f.length; i++) { files[first + i] = part.f[i]; lower[first + i] = part.f[i].toLowerCase(); }
      loaded += part.f.length;
      if (loaded === about.shown) ready();
    };
  }

  function ready() {
    const counts = new Map(), own = new Map();
    for (let i = 0; i < about.shown; i++) {
      if (cls[i] >= 0) counts.set(cls[i], (counts.get(cls[i]) || 0) + 1);
      if (given[i] >= 0) own.set(given[i], (own.get(given[i]) || 0) + 1);
    }
    options($('c'), 'any label', [...counts].map(([c, n]) => [c, name(c), n]));
    options($('g'), 'any class', [...own].map(([g, n]) => [g, about.given[g], n]));
    $('given-box').hidden = own.size === 0;
    restore();
    filter(true);
    document.documentElement.dataset.ready = 'yes';
  }

  function options(select, all, list) {
    list.sort((a, b) => a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0);
    select.replaceChildren(el('option', { value: '' }, all), ...list.map(([v, text, n]) => el('option', { value: v }, text + ' (' + format.format(n) + ')')));
  }

  function filter(keepPage) {
    const q = $('q').value.trim().toLowerCase(), c = $('c').value, g = $('g').value, s = $('s').value;
    const low = $('from').value === '' ? -1 : Number($('from').value) / 100 * about.scale, high = $('to').value === '' ? Infinity : Number($('to').value) / 100 * about.scale;
    const bounded = low >= 0 || high < Infinity;
    classHits.clear();
    if (q) for (const key in about.classes) if (about.classes[key].toLowerCase().includes(q)) classHits.add(Number(key));
    const hits = new Int32Array(about.shown), bins = new Int32Array(40);
    let n = 0;
    for (let i = 0; i < about.shown; i++) {
      if (c !== '' && cls[i] !== Number(c)) continue;
      if (g !== '' && given[i] !== Number(g)) continue;
      if (s && !kind(i, s)) continue;
      if (q && !lower[i].includes(q) && !classHits.has(cls[i])) continue;
      if (prob[i] >= 0) bins[Math.min(39, Math.floor(prob[i] * 40 / about.scale))]++;
      if (bounded && (prob[i] < low || prob[i] > high)) continue;
      hits[n++] = i;
    }
    found = sorted(hits.subarray(0, n));
    if (!keepPage) page = 0;
    page = Math.max(0, Math.min(page, Math.ceil(n / size) - 1));
    at = -1;
    histogram(bins, low, high, bounded);
    keep();
    show();
  }

  function kind(i, s) {
    switch (s) {
      case 'ok': return prob[i] >= 0;
      case 'broken': return prob[i] < 0;
      case 'picture': return picture[i] === 1;
      case 'right': return given[i] >= 0 && cls[i] >= 0 && name(cls[i]) === about.given[given[i]];
      default: return given[i] >= 0 && cls[i] >= 0 && name(cls[i]) !== about.given[given[i]];
    }
  }

  function ranks(text) {
    const order = Int32Array.from({ length: text.length }, (_, i) => i).sort((a, b) => text[a] < text[b] ? -1 : text[a] > text[b] ? 1 : a - b);
    const rank = new Int32Array(text.length);
    order.forEach((i, k) => { rank[i] = k; });
    return rank;
  }

  function sorted(hits) {
    switch ($('o').value) {
      case 'least': return hits.sort((a, b) => (prob[a] < 0) - (prob[b] < 0) || prob[a] - prob[b] || a - b);
      case 'most': return hits.sort((a, b) => prob[b] - prob[a] || a - b);
      case 'file': fileRank ||= ranks(files); return hits.sort((a, b) => fileRank[a] - fileRank[b]);
      case 'class': classRank ||= ranks(Array.from(cls, c => c < 0 ? '\uffff' : name(c))); return hits.sort((a, b) => classRank[a] - classRank[b]);
      default: return hits;
    }
  }

  function histogram(bins, low, high, bounded) {
    const most = Math.max(1, ...bins), step = about.scale / 40;
    $('bars').replaceChildren(...Array.from(bins, (n, b) => {
      const on = bounded && (b + 1) * step > low && b * step <= high;
      const bar = el('button', { type: 'button', class: on ? 'on' : '', title: format.format(n) + ' of ' + (b * 2.5) + ' to ' + ((b + 1) * 2.5) + ' %',
        'aria-label': format.format(n) + ' rows of ' + (b * 2.5) + ' to ' + ((b + 1) * 2.5) + ' per cent',
        onclick: () => { const same = on && Number($('from').value) === b * 2.5; $('from').value = same ? '' : b * 2.5; $('to').value = same ? '' : (b + 1) * 2.5; filter(); } });
      const fill = el('i'); fill.style.height = n ? Math.max(2, 100 * n / most) + '%' : '0';
      bar.append(fill);
      return bar;
    }));
  }

  function detail(i, then) {
    const k = Math.floor(i / about.detailRows);
    if (details.has(k)) return then(details.get(k)[i % about.detailRows]);
    if (!waiting.has(k)) { waiting.set(k, []); load(numbered('rows', k)); }
    waiting.get(k).push(() => then(details.get(k)[i % about.detailRows]));
  }

  function rows(k) {
    return part => {
      details.set(k, part);
      const then = waiting.get(k) || [];
      waiting.delete(k);
      then.forEach(f => f());
    };
  }

  const address = file => !about.photos ? null : about.photos + file.split('/').map(encodeURIComponent).join('/');

  function shot(i, d) {
    const source = d && typeof d !== 'string' && d[0] || (typeof d === 'string' ? null : address(files[i]));
    const box = el('div', { class: 'shot' });
    if (source) box.append(el('img', { src: source, alt: '', loading: 'lazy', decoding: 'async', class: d && d[0] ? 'pair' : '', onerror: e => e.target.remove() }));
    return box;
  }

  function labels(d, most) {
    if (typeof d === 'string') return el('div', { class: 'labels wrong' }, d);
    const list = [];
    for (let k = 1; k < d.length && list.length < most; k += 2) {
      const fill = el('i'); fill.style.width = 100 * d[k + 1] + '%';
      list.push(el('div', { class: 'label' }, el('span', { title: name(d[k]) }, name(d[k])), el('div', { class: 'track' }, fill), el('em', {}, percent(d[k + 1]))));
    }
    return el('div', { class: 'labels' }, ...list);
  }

  function verdict(i) {
    if (given[i] < 0) return null;
    const right = cls[i] >= 0 && name(cls[i]) === about.given[given[i]];
    return el('span', { class: about.right === undefined || cls[i] < 0 ? '' : right ? 'right' : 'wrong' }, ' · ' + about.given[given[i]] + (about.right === undefined || cls[i] < 0 ? '' : right ? ' ✓' : ' ✗'));
  }

  function show() {
    const first = page * size, shown = Array.from(found.subarray(first, first + size)), list = $('list');
    list.className = gallery ? 'gallery' : '';
    list.replaceChildren(...shown.map((i, k) => {
      const slash = files[i].lastIndexOf('/') + 1;
      const row = el('div', { class: 'row', role: 'button', tabindex: '-1', 'data-row': number[i], 'aria-label': files[i], onclick: () => open(k), onfocus: () => { if (at !== k) mark(k); } },
        shot(i, null), el('div', {}, el('div', { class: 'file' }, files[i].slice(0, slash), el('b', {}, files[i].slice(slash))),
          el('div', { class: 'small' }, '#' + format.format(number[i]), verdict(i))), el('div', { class: 'labels' }));
      if (picture[i] || !about.photos) row.firstChild.replaceChildren();
      detail(i, d => { if (picture[i] || typeof d === 'string') row.replaceChild(shot(i, d), row.firstChild); row.replaceChild(labels(d, 3), row.lastChild); });
      return row;
    }));
    if (list.firstChild) list.firstChild.tabIndex = 0;
    else list.append(el('div', { class: 'none' }, 'No row fits. ', el('button', { type: 'button', onclick: reset }, 'Show all')));
    const pages = Math.max(1, Math.ceil(found.length / size));
    $('count').textContent = found.length === 0 ? 'No rows' : format.format(first + 1) + ' to ' + format.format(first + shown.length) + ' of ' + format.format(found.length) + (found.length === 1 ? ' row' : ' rows');
    for (const id of ['pager', 'pager2']) {
      const field = el('input', { type: 'number', min: 1, max: pages, value: page + 1, 'aria-label': 'Page', onchange: e => turn(Number(e.target.value) - 1) });
      const sizes = el('select', { 'aria-label': 'Rows of a page', onchange: e => { page = Math.floor(first / Number(e.target.value)); size = Number(e.target.value); keep(); show(); } },
        ...[25, 50, 100, 200].map(n => el('option', n === size ? { value: n, selected: '' } : { value: n }, n + ' a page')));
      $(id).replaceChildren(el('button', { type: 'button', class: 'previous', title: 'Page before (p)', onclick: () => turn(page - 1) }, '‹ Before'), field, document.createTextNode('of ' + format.format(pages)),
        el('button', { type: 'button', class: 'next', title: 'Page after (n)', onclick: () => turn(page + 1) }, 'After ›'), sizes);
      $(id).querySelector('.previous').disabled = page === 0;
      $(id).querySelector('.next').disabled = page >= pages - 1;
    }
  }

  function turn(to) {
    const last = Math.max(0, Math.ceil(found.length / size) - 1), next = Math.max(0, Math.min(last, Math.floor(to) || 0));
    if (next === page) return false;
    page = next; at = -1; keep(); show();
    return true;
  }

  function mark(k) {
    const list = $('list').children;
    for (const row of $('list').querySelectorAll('.at')) row.classList.remove('at');
    if (k < 0 || k >= list.length) return;
    at = k;
    list[k].classList.add('at');
    list[k].focus({ preventScroll: true });
    list[k].scrollIntoView({ block: 'nearest' });
  }

  function open(k) {
    const i = found[page * size + k];
    if (i === undefined) return;
    at = k;
    detail(i, d => {
      const photo = address(files[i]), drawn = typeof d !== 'string' && d[0], pictures = el('div', { class: 'pictures' });
      if (drawn) {
        const unit = /-map(\d+)(?:-row(\d+)-column(\d+))?\.png$/.exec(drawn);
        pictures.append(el('figure', {}, el('img', { src: drawn, alt: 'The photo as the network sees it, and beside it what its strongest unit comes from' }),
          el('figcaption', {}, about.layer + ', map ' + unit[1] + (unit[2] ? ', row ' + unit[2] + ', column ' + unit[3] : ', whole map') + '; grey is zero')));
      } else if (photo && typeof d !== 'string') pictures.append(el('figure', {}, el('img', { src: photo, alt: files[i], onerror: e => e.target.parentNode.remove() })));
      $('detail').replaceChildren(el('h2', {}, files[i]), pictures, labels(d, 1000), el('p', { class: 'small' }, 'Row ' + format.format(number[i]), verdict(i)),
        el('div', { class: 'buttons' }, el('button', { type: 'button', onclick: () => step(-1) }, '‹ Before'), el('button', { type: 'button', onclick: () => step(1) }, 'After ›'),
          photo ? el('a', { href: photo, target: '_blank', rel: 'noopener' }, 'Photo') : null, el('button', { type: 'button', onclick: () => $('detail').close() }, 'Close')));
      if (!$('detail').open) $('detail').showModal();
    });
  }

  function step(by) {
    const k = at + by;
    if (k >= 0 && k < $('list').children.length && found[page * size + k] !== undefined) open(k);
    else if (turn(page + by)) open(by > 0 ? 0 : size - 1);
  }

  function keep() {
    const state = new URLSearchParams();
    for (const id of controls) if ($(id).value && !(id === 'o' && $(id).value === 'row')) state.set(id, $(id).value);
    if (page) state.set('page', page + 1);
    if (size !== 50) state.set('size', size);
    if (gallery) state.set('view', 'gallery');
    try { history.replaceState(null, '', '#' + state); } catch { /* some browsers refuse it for files */ }
  }

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const id of controls) if (state.has(id)) $(id).value = state.get(id);
    size = [25, 100, 200].find(n => n === Number(state.get('size'))) || 50;
    page = Math.max(0, (Number(state.get('page')) || 1) - 1);
    if (state.get('view') === 'gallery') { gallery = true; $('view').textContent = 'Table'; }
  }

  function reset() {
    for (const id of controls) $(id).value = id === 'o' ? 'row' : '';
    filter();
  }

  function theme() {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    document.documentElement.dataset.theme = dark ? 'light' : 'dark';
    $('theme').textContent = dark ? 'Dark' : 'Light';
  }

  function view() {
    gallery = !gallery;
    $('view').textContent = gallery ? 'Table' : 'Gallery';
    keep(); show();
  }

  function key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName);
    if (typing) { if (e.key === 'Escape') e.target.blur(); return; }
    if ($('help').open) return;
    const inRow = $('detail').open;
    const acts = {
      '/': () => $('q').focus(), v: view, t: theme, '?': () => $('help').showModal(),
      j: () => mark(Math.min(at + 1, $('list').children.length - 1)), k: () => mark(Math.max(0, at - 1)), n: () => turn(page + 1), p: () => turn(page - 1), Enter: () => at >= 0 && open(at),
    };
    Object.assign(acts, { ArrowDown: acts.j, ArrowUp: acts.k, ArrowRight: acts.n, ArrowLeft: acts.p });
    if (inRow) Object.keys(acts).forEach(k => delete acts[k]), Object.assign(acts, { ArrowRight: () => step(1), n: () => step(1), j: () => step(1), ArrowLeft: () => step(-1), p: () => step(-1), k: () => step(-1), t: theme });
    if (!acts[e.key] || (e.key === 'Enter' && !e.target.classList.contains('row') && e.target !== document.body)) return;
    e.preventDefault();
    acts[e.key]();
  }

  let later;
  $('q').addEventListener('input', () => { clearTimeout(later); later = setTimeout(() => filter(), 80); });
  for (const id of controls.slice(1)) $(id).addEventListener('change', () => filter());
  $('filters').addEventListener('submit', e => { e.preventDefault(); filter(); });
  $('reset').addEventListener('click', reset);
  $('view').addEventListener('click', view);
  $('theme').addEventListener('click', theme);
  $('keys').addEventListener('click', () => $('help').showModal());
  $('detail').addEventListener('close', () => mark(at));
  document.addEventListener('keydown', key);
  if (matchMedia('(prefers-color-scheme: dark)').matches) $('theme').textContent = 'Light';
  load('about.js');
  return { about: begin, keys, rows };
})();
