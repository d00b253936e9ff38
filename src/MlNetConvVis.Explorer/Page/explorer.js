// One page for one or two panes; a pane is a network, a photo, a layer, a map and a unit. Every picture comes inside its JSON answer (docs/explorer.md).
import { $, ask, el, number, percent, say } from './base.js';
import { Parts } from './parts.js';

const panes = [];
let state = null, active = null;

const rules = () => ({ rule: $('rule').value, overlap: $('overlap').value });

class Pane {
  constructor(model, photo) {
    this.root = $('pane').content.firstElementChild.cloneNode(true);
    Object.assign(this, { model, photo, layer: null, channel: null, row: null, column: null, turn: 0, square: null });
    this.of('.model').replaceChildren(...state.models.map(m => el('option', { value: m.id }, m.name)));
    this.of('.which').hidden = state.models.length < 2;
    this.of('.model').addEventListener('change', e => this.take(Number(e.target.value), this.photo));
    this.root.addEventListener('pointerdown', () => activate(this), true);
    this.root.addEventListener('focusin', () => activate(this));
    this.of('.occlude').addEventListener('change', e => this.occlude(e.target.checked));
    this.of('.side').addEventListener('input', () => this.cover(this.square.x, this.square.y, Number(this.of('.side').value)));
    this.parts = new Parts(this, () => state.photos);
    this.drags();
    this.of('.activity').addEventListener('click', e => this.point(e));
    this.of('.activity').addEventListener('keydown', e => this.steer(e));
    this.of('.maps').addEventListener('keydown', e => this.walk(e));
  }

  of(selector) { return this.root.querySelector(selector); }

  get network() { return state.models[this.model]; }

  get info() { return this.network.layers.find(l => l.name === this.layer); }

  query(more) { return { model: this.model, photo: this.photo, ...more }; }

  // What comes late is dropped: only the newest question of a kind is drawn.
  async latest(kind, work, draw) {
    const turn = this['turn' + kind] = (this['turn' + kind] || 0) + 1;
    try {
      const answer = await work();
      if (turn === this['turn' + kind]) draw(answer);
    } catch (error) {
      if (turn === this['turn' + kind]) say(error.message, true);
    }
  }

  async take(model, photo) {
    const other = model !== this.model;
    Object.assign(this, { model, photo });
    if (other || !this.info) this.layer = this.network.layers.length ? this.network.layers[Math.min(this.network.layers.length - 1, Math.floor(this.network.layers.length / 2))].name : null;
    if (other) this.channel = null;
    this.row = this.column = null;
    this.of('.model').value = model;
    this.strip();
    shelf();
    const empty = photo === null;
    for (const part of ['.top', '.layers', '.middle']) this.of(part).hidden = empty;
    if (empty) return;
    this.of('.input').src = '/api/picture?' + new URLSearchParams(this.query());
    this.of('.input').alt = state.photos[photo] + ', as the network sees it';
    this.of('.name').textContent = state.photos[photo];
    this.square = null;
    this.parts.show();
    if (this.of('.occlude').checked) this.occlude(true); else this.labels();
    await this.maps();
  }

  strip() {
    this.of('.layers').replaceChildren(...this.network.layers.map(l => el('button', {
      type: 'button', role: 'tab', 'aria-selected': l.name === this.layer, title: l.opType + (l.sees ? ', each unit sees ' + l.sees.join(' x ') + ' pixels' : ''),
      onclick: () => this.show(l.name) }, l.name, el('small', {}, l.maps + (l.height * l.width > 1 ? ' x ' + l.height + ' x ' + l.width : '')))));
    this.of('.layers [aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  async show(layer) {
    Object.assign(this, { layer, channel: null, row: null, column: null });
    this.strip();
    await this.maps();
  }

  async maps() {
    if (this.layer === null) return;
    await this.latest('Maps', () => ask('/api/maps', this.query({ layer: this.layer })), answer => {
      const info = this.info, [height, width] = answer.cell, rows = Math.ceil(answer.maps / answer.columns), list = this.of('.maps');
      this.of('.maptitle').textContent = info.name + ': ' + info.maps + ' maps' + (info.height * info.width > 1 ? ' of ' + info.height + ' x ' + info.width : '') + ', black is zero, white each map\'s own strongest';
      list.style.setProperty('--cell', info.maps > 256 || info.height * info.width === 1 ? '2.5rem' : '3.8rem');
      list.setAttribute('aria-label', 'Maps of ' + info.name);
      const strong = Array.from(answer.strongest, (v, i) => [v, i]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
      list.replaceChildren(...Array.from(answer.strongest, (value, i) => {
        const cell = el('button', { type: 'button', role: 'gridcell', tabindex: -1, 'data-map': i, class: value > 0 ? '' : 'still', 'aria-selected': i === this.channel,
          'aria-label': 'Map ' + i + ', strongest ' + number(value), title: 'map ' + i + ', strongest ' + number(value), onclick: () => this.choose(i) }, el('span', {}, String(i)));
        cell.style.backgroundImage = 'url(' + answer.picture + ')';
        cell.style.backgroundSize = 100 * answer.columns + '% ' + 100 * rows + '%';
        cell.style.backgroundPosition = (answer.columns > 1 ? 100 * (i % answer.columns) / (answer.columns - 1) : 0) + '% ' + (rows > 1 ? 100 * Math.floor(i / answer.columns) / (rows - 1) : 0) + '%';
        return cell;
      }));
      if (this.channel === null || this.channel >= answer.maps) this.channel = strong[0][1];
      this.choose(this.channel);
    });
  }

  // The map at once, its unit when it is there.
  choose(channel, row, column) {
    Object.assign(this, { channel, row: row ?? null, column: column ?? null });
    for (const cell of this.of('.maps').children) {
      cell.setAttribute('aria-selected', Number(cell.dataset.map) === channel);
      cell.tabIndex = Number(cell.dataset.map) === channel ? 0 : -1;
    }
    this.of('.detail').hidden = false;
    this.activity();
    this.project();
    this.strongest();
  }

  activity() {
    return this.latest('Activity', () => ask('/api/activity', this.query({ layer: this.layer, channel: this.channel })), answer => {
      this.heat = answer;
      this.paint();
    });
  }

  paint() {
    const { height, width, values } = this.heat, canvas = this.of('.activity'), row = this.row ?? this.heat.row, column = this.column ?? this.heat.column;
    const zoom = Math.max(1, Math.floor(320 / Math.max(height, width))), paint = canvas.getContext('2d'), high = Math.max(...values, 1e-9);
    Object.assign(canvas, { width: width * zoom, height: height * zoom });
    for (let i = 0; i < values.length; i++) {
      const v = Math.max(0, values[i]) / high;
      paint.fillStyle = 'rgb(' + [255 * Math.min(1, 2.2 * v), 255 * Math.max(0, Math.min(1, 2 * v - .55)), 255 * Math.max(0, Math.min(1, v < .3 ? v * 1.6 : .62 - v * .45))].map(Math.round) + ')';
      paint.fillRect((i % width) * zoom, Math.floor(i / width) * zoom, zoom, zoom);
    }
    paint.lineWidth = 2;
    paint.strokeStyle = '#fff';
    paint.strokeRect(column * zoom + 1, row * zoom + 1, Math.max(1, zoom - 2), Math.max(1, zoom - 2));
    canvas.setAttribute('aria-label', 'Activity of map ' + this.channel + ' by position, ' + height + ' rows, ' + width + ' columns; row ' + row + ', column ' + column + ' has ' + number(values[row * width + column]));
  }

  project() {
    const where = this.row === null ? {} : { row: this.row, column: this.column };
    return this.latest('Projection', () => ask('/api/projection', this.query({ layer: this.layer, channel: this.channel, ...where, ...rules() })), answer => {
      const place = this.info.height * this.info.width > 1 ? ', row ' + answer.row + ', column ' + answer.column : '';
      Object.assign(this, { row: answer.row, column: answer.column });
      this.of('.unit').textContent = this.layer + ', map ' + answer.channel + place + ': ' + number(answer.activation);
      for (const [part, picture, text] of [['.projection', answer.projection, 'Projection of this unit to pixels, cut to what it sees'], ['.patch', answer.patch, 'What the unit sees of the photo'], ['.whole', answer.whole, 'Projection of this unit at the size of the photo']])
        Object.assign(this.of(part), { src: picture, alt: text });
      this.of('.note').textContent = answer.note || '';
      this.frame(answer.field);
      if (this.heat) this.paint();
      say('');
    });
  }

  frame([x, y, width, height]) {
    const box = this.of('.field'), w = this.network.width, h = this.network.height;
    box.hidden = width === w && height === h || !width;
    Object.assign(box.style, { left: 100 * x / w + '%', top: 100 * y / h + '%', width: 100 * width / w + '%', height: 100 * height / h + '%' });
  }

  // Asks again until the search over the collection is done.
  async strongest() {
    const box = this.of('.strongest'), map = this.channel, layer = this.layer;
    if (!state.collected) return box.replaceChildren(el('p', {}, 'No collection: start the explorer with --images to see what excites this map most.'));
    const turn = this.turnStrongest = (this.turnStrongest || 0) + 1;
    while (turn === this.turnStrongest) {
      let answer;
      try {
        answer = await ask('/api/strongest', { model: this.model, layer, channel: map, ...rules() });
      } catch (error) {
        return box.replaceChildren(el('p', {}, error.message));
      }
      if (turn !== this.turnStrongest) return;
      if (answer.pictures) return this.gallery(answer.pictures);
      box.replaceChildren(el('p', {}, 'Looking through the collection: ' + answer.done + ' of ' + answer.total + ' photos', el('progress', { max: answer.total, value: answer.done, 'aria-label': 'Photos looked through' })));
      await new Promise(go => setTimeout(go, 300));
    }
  }

  gallery(pictures) {
    this.of('.strongest').replaceChildren(...pictures.length ? pictures.map(p => el('button', {
      type: 'button', title: 'Show ' + state.photos[p.photo], onclick: () => { this.photoOf(p); } },
    el('img', { src: p.projection, alt: 'Projection' }), el('img', { src: p.patch, alt: 'Patch of ' + state.photos[p.photo] }), el('small', {}, number(p.activation)))) : [el('p', {}, 'No photo of the collection excites this map.')]);
  }

  async photoOf(p) {
    const channel = this.channel;
    this.channel = channel;
    await this.take(this.model, p.photo);
    this.choose(channel, p.row, p.column);
  }

  point(event) {
    const box = this.of('.activity').getBoundingClientRect(), { height, width } = this.heat;
    const scale = Math.min(box.width / width, box.height / height), left = (box.width - scale * width) / 2, top = (box.height - scale * height) / 2;      // object-fit: contain
    this.unit(Math.floor((event.clientY - box.top - top) / scale), Math.floor((event.clientX - box.left - left) / scale));
  }

  steer(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || !this.heat) return;
    event.preventDefault();
    event.stopPropagation();
    this.unit((this.row ?? this.heat.row) + step[0], (this.column ?? this.heat.column) + step[1]);
  }

  unit(row, column) {
    this.row = Math.max(0, Math.min(this.heat.height - 1, row));
    this.column = Math.max(0, Math.min(this.heat.width - 1, column));
    this.paint();
    this.project();
  }

  walk(event) {
    const cells = [...this.of('.maps').children], at = cells.indexOf(document.activeElement);
    if (at < 0) return;
    const columns = Math.max(1, cells.filter(c => c.offsetTop === cells[0].offsetTop).length);
    const to = { ArrowUp: at - columns, ArrowDown: at + columns, ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: cells.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    cells[Math.max(0, Math.min(cells.length - 1, to))].focus();
  }

  labels() {
    const words = this.of('.labels');
    if (!this.network.hasLabels) return words.replaceChildren(el('p', {}, 'This network\'s output is no score a class.'));
    const s = this.square, query = s ? { x: s.x, y: s.y, side: s.side } : {};
    return this.latest('Labels', () => ask('/api/labels', this.query(query)), answer => {
      const now = answer.covered ? answer.covered.probabilities : null;
      words.replaceChildren(...answer.labels.map((l, i) => {
        const bar = el('i'), mark = el('b'), value = now ? now[i] : l.probability;
        bar.style.width = 100 * value + '%';
        mark.style.left = 'calc(' + 100 * l.probability + '% - 1px)';
        return el('div', { class: 'label' }, el('span', { title: l.name }, l.name), el('div', { class: 'track' }, bar, now ? mark : null), el('em', {}, percent(value)));
      }), ...now ? [el('p', {}, 'Covered; the mark is without. Most probable is ' + answer.covered.first.name + ', ' + percent(answer.covered.first.probability))] : []);
    });
  }

  occlude(on) {
    const side = this.of('.side'), small = Math.min(this.network.width, this.network.height);
    this.of('.occlude').checked = on;
    this.of('.occluder').hidden = this.of('.sized').hidden = !on;
    if (!on) { this.square = null; return this.labels(); }
    Object.assign(side, { min: Math.max(1, Math.round(small / 32)), max: Math.round(small * .6) });
    side.value = Math.round(small / 4);
    this.cover(Math.round((this.network.width - side.value) / 2), Math.round((this.network.height - side.value) / 2), Number(side.value));
  }

  cover(x, y, side) {
    const w = this.network.width, h = this.network.height;
    this.square = { x: Math.max(0, Math.min(w - side, Math.round(x))), y: Math.max(0, Math.min(h - side, Math.round(y))), side };
    Object.assign(this.of('.occluder').style, { left: 100 * this.square.x / w + '%', top: 100 * this.square.y / h + '%', width: 100 * side / w + '%', height: 100 * side / h + '%' });
    this.of('.occluder').setAttribute('aria-label', 'Occluder at row ' + this.square.y + ', column ' + this.square.x + ', ' + side + ' pixels; arrows move it');
    if (!this.covering) this.follow();
    else this.moved = true;
  }

  // One question at a time while the occluder is dragged, and the last place is always asked for.
  async follow() {
    this.covering = true;
    do {
      this.moved = false;
      await this.labels();
    } while (this.moved);
    this.covering = false;
  }

  drags() {
    const square = this.of('.occluder');
    let from = null;
    square.addEventListener('pointerdown', e => { from = { px: e.clientX, py: e.clientY, ...this.square }; square.setPointerCapture(e.pointerId); });
    square.addEventListener('pointermove', e => {
      if (!from) return;
      const scale = this.network.width / this.of('.input').getBoundingClientRect().width;
      this.cover(from.x + (e.clientX - from.px) * scale, from.y + (e.clientY - from.py) * scale, from.side);
    });
    for (const end of ['pointerup', 'pointercancel']) square.addEventListener(end, () => { from = null; });
    square.addEventListener('keydown', e => {
      const s = this.square, step = Math.max(1, Math.round(s.side / 8));
      const to = { ArrowUp: [0, -step, 0], ArrowDown: [0, step, 0], ArrowLeft: [-step, 0, 0], ArrowRight: [step, 0, 0], '+': [0, 0, step], '-': [0, 0, -step] }[e.key];
      if (!to) return;
      e.preventDefault();
      e.stopPropagation();
      const side = Math.max(Number(this.of('.side').min), Math.min(Number(this.of('.side').max), s.side + to[2]));
      this.of('.side').value = side;
      this.cover(s.x + to[0], s.y + to[1], side);
    });
  }
}

function activate(pane) {
  if (active === pane) return;
  active = pane;
  for (const p of panes) p.root.classList.toggle('active', p === pane);
  shelf();
}

function shelf() {
  for (const button of $('photos').children) {
    const on = active !== null && Number(button.dataset.photo) === active.photo;
    button.setAttribute('aria-selected', on);
    button.tabIndex = on || (active?.photo === null && button.dataset.photo === '0') ? 0 : -1;
    if (on) button.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}

function thumbnail(name, photo) {
  $('photos').append(el('button', { type: 'button', role: 'option', 'data-photo': photo, 'aria-selected': false, title: name, 'aria-label': name, onclick: () => active.take(active.model, photo) },
    el('img', { src: '/api/picture?photo=' + photo, alt: '', loading: 'lazy', decoding: 'async' })));
}

async function send(files) {
  for (const file of files) {
    if (file.size > state.mostUploadBytes) { say('\'' + file.name + '\' has ' + file.size.toLocaleString('en') + ' bytes; at most ' + state.mostUploadBytes.toLocaleString('en') + ' may be sent.', true); continue; }
    say('Sending ' + file.name + ' …');
    try {
      const answer = await fetch('/api/photos', { method: 'POST', body: file, headers: { 'X-Photo-Name': encodeURIComponent(file.name) } });
      const content = await answer.json();
      if (!answer.ok) throw new Error(content.error);
      state.photos[content.photo] = content.name;
      thumbnail(content.name, content.photo);
      say('');
      await active.take(active.model, content.photo);
    } catch (error) {
      say(error.message, true);
    }
  }
}

function beside() {
  const on = panes.length === 1;
  if (on) {
    const pane = new Pane(state.models.length > 1 ? 1 - panes[0].model : panes[0].model, null);
    panes.push(pane);
    $('panes').append(pane.root);
    activate(pane);
    pane.layer = pane.network.layers.some(l => l.name === panes[0].layer) ? panes[0].layer : null;
    pane.channel = panes[0].channel;
    const photo = state.models.length > 1 || state.photos.length < 2 ? panes[0].photo : (panes[0].photo + 1) % state.photos.length;
    pane.take(pane.model, photo);
  } else {
    panes.pop().root.remove();
    activate(panes[0]);
  }
  $('panes').classList.toggle('two', on);
  $('beside').setAttribute('aria-pressed', on);
}

function theme() {
  const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  $('theme').textContent = dark ? 'Dark' : 'Light';
}

function next(list, at, by) { return list[(list.indexOf(at) + by + list.length) % list.length]; }

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || $('help').open) return;
  const photos = state.photos.map((_, i) => i), layers = active.network.layers.map(l => l.name);
  const acts = {
    ArrowLeft: () => photos.length && active.take(active.model, next(photos, active.photo, -1)), ArrowRight: () => photos.length && active.take(active.model, next(photos, active.photo, 1)),
    '[': () => active.show(next(layers, active.layer, -1)), ']': () => active.show(next(layers, active.layer, 1)),
    o: () => { if (active.photo !== null) { active.occlude(!active.of('.occlude').checked); if (active.square) active.of('.occluder').focus(); } },
    p: () => { if (active.photo !== null) { active.of('.marking').click(); if (active.parts.on) active.of('.part').focus(); } },
    r: () => { $('rule').value = next(state.ruleNames, $('rule').value, 1); redraw(); }, b: beside, t: theme, '?': () => $('help').showModal(),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
}

function redraw() {
  for (const pane of panes) if (pane.photo !== null && pane.channel !== null) { pane.project(); pane.strongest(); }
}

async function begin() {
  state = await ask('/api/state');
  $('title').textContent = state.models.map(m => m.name).join(' and ');
  document.title = $('title').textContent + ' – explorer';
  $('rule').replaceChildren(...state.ruleNames.map(n => el('option', { value: n }, n)));
  $('overlap').replaceChildren(...state.overlapNames.map(n => el('option', { value: n }, n)));
  Object.assign($('rule'), { value: state.rules.rule });
  Object.assign($('overlap'), { value: state.rules.overlap });
  state.photos.forEach(thumbnail);
  panes.push(new Pane(0, null));
  $('panes').append(panes[0].root);
  activate(panes[0]);
  if (!state.photos.length) say('No photos yet: drop one into the box.');
  await panes[0].take(0, state.photos.length ? 0 : null);
  document.documentElement.dataset.ready = 'yes';
}

for (const id of ['rule', 'overlap']) $(id).addEventListener('change', redraw);
$('beside').addEventListener('click', beside);
$('theme').addEventListener('click', theme);
$('keys').addEventListener('click', () => $('help').showModal());
$('file').addEventListener('change', e => { send([...e.target.files]); e.target.value = ''; });
$('drop').addEventListener('keydown', e => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); $('file').click(); } });
for (const name of ['dragover', 'drop', 'dragleave']) {
  document.addEventListener(name, e => {
    e.preventDefault();
    $('drop').classList.toggle('over', name === 'dragover');
    if (name === 'drop' && e.dataTransfer?.files.length) send([...e.dataTransfer.files]);
  });
}
document.addEventListener('keydown', key);
if (matchMedia('(prefers-color-scheme: dark)').matches) $('theme').textContent = 'Light';
begin().catch(error => say(error.message, true));
