// Parts of the photos (an eye, a nose) marked by rectangles, for 'convvis correspond'. Places are the network's pixels until they are saved.
import { ask, el, say } from './base.js';

const RANDOM = { repeats: 20 };
const marked = [];      // { model, photo, part, x, y, width, height }, for all panes together

export class Parts {
  constructor(pane, photos) {
    Object.assign(this, { pane, photos });
    const photo = pane.of('.photo');
    pane.of('.marking').addEventListener('change', () => this.show());
    pane.of('.add').addEventListener('click', () => this.addMiddle());
    pane.of('.save').addEventListener('click', () => this.save());
    photo.addEventListener('pointerdown', e => this.begin(e));
    photo.addEventListener('pointermove', e => this.drag(e));
    for (const end of ['pointerup', 'pointercancel']) photo.addEventListener(end, () => this.end());
  }

  get on() { return this.pane.of('.marking').checked; }

  get name() { return this.pane.of('.part').value.trim(); }

  here() { return marked.filter(m => m.model === this.pane.model && m.photo === this.pane.photo); }

  // The network's pixel under the pointer.
  at(event) {
    const box = this.pane.of('.input').getBoundingClientRect(), { width, height } = this.pane.network;
    return [(event.clientX - box.left) * width / box.width, (event.clientY - box.top) * height / box.height];
  }

  begin(event) {
    if (!this.on || event.button > 0 || event.target.closest('.occluder, .mark')) return;
    event.preventDefault();
    if (!this.name) { say('Name the part first, such as nose.', true); this.pane.of('.part').focus(); return; }
    const [x, y] = this.at(event);
    this.from = [x, y];
    this.drawn = this.add(x, y, 1, 1);
    this.pane.of('.photo').setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.from) return;
    const [x, y] = this.at(event), [u, v] = this.from;
    this.place(this.drawn, Math.min(x, u), Math.min(y, v), Math.abs(x - u), Math.abs(y - v));
  }

  end() {
    if (!this.from) return;
    this.from = null;
    this.show();
  }

  add(x, y, width, height) {
    const mark = { model: this.pane.model, photo: this.pane.photo, part: this.name };
    marked.push(mark);
    this.place(mark, x, y, width, height);
    return mark;
  }

  addMiddle() {
    if (!this.name) { say('Name the part first, such as nose.', true); return this.pane.of('.part').focus(); }
    const { width, height } = this.pane.network, side = Math.max(1, Math.round(Math.min(width, height) / 5));
    this.add((width - side) / 2, (height - side) / 2, side, side);
    this.pane.of('.photo').querySelector('.mark:last-of-type')?.focus();
  }

  place(mark, x, y, width, height) {
    const all = this.pane.network, [left, top] = [Math.max(0, Math.min(all.width - 1, Math.floor(x))), Math.max(0, Math.min(all.height - 1, Math.floor(y)))];
    Object.assign(mark, { x: left, y: top, width: Math.max(1, Math.min(all.width - left, Math.round(width))), height: Math.max(1, Math.min(all.height - top, Math.round(height))) });
    this.show();
  }

  remove(mark) {
    marked.splice(marked.indexOf(mark), 1);
    this.show();
  }

  // Draws the rectangles of this photo and lists them.
  show() {
    const { width, height } = this.pane.network, focused = document.activeElement?.dataset?.mark;
    for (const old of this.pane.root.querySelectorAll('.mark')) old.remove();
    this.pane.of('.parts').hidden = !this.on;
    this.pane.of('.photo').classList.toggle('marked', this.on);
    if (!this.on) return;
    for (const mark of this.here()) {
      const box = el('button', { type: 'button', class: 'mark', 'data-mark': marked.indexOf(mark), onkeydown: e => this.steer(e, mark),
        'aria-label': mark.part + ' at row ' + mark.y + ', column ' + mark.x + ', ' + mark.height + ' x ' + mark.width + ' pixels; arrows move it, with Shift they change its size, Delete removes it' }, el('span', {}, mark.part));
      Object.assign(box.style, { left: 100 * mark.x / width + '%', top: 100 * mark.y / height + '%', width: 100 * mark.width / width + '%', height: 100 * mark.height / height + '%' });
      this.pane.of('.photo').append(box);
      if (box.dataset.mark === focused) box.focus();
    }
    this.pane.of('.listed').replaceChildren(...this.here().map(m => el('li', {}, m.part + ' ', el('button', { type: 'button', 'aria-label': 'Remove ' + m.part, onclick: () => this.remove(m) }, '×'))));
    const photos = new Set(marked.map(m => m.photo)).size;
    this.pane.of('.counted').textContent = marked.length ? marked.length + (marked.length === 1 ? ' part in ' : ' parts in ') + photos + (photos === 1 ? ' photo' : ' photos') : 'Draw a rectangle over the photo.';
  }

  steer(event, mark) {
    if (event.key === 'Delete' || event.key === 'Backspace') { event.preventDefault(); event.stopPropagation(); return this.remove(mark); }
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) this.place(mark, mark.x, mark.y, mark.width + step[0], mark.height + step[1]);
    else this.place(mark, Math.min(mark.x + step[0], this.pane.network.width - mark.width), Math.min(mark.y + step[1], this.pane.network.height - mark.height), mark.width, mark.height);
  }

  // Every photo must have every part, as in the paper; what is missing is named.
  async save() {
    const names = [...new Set(marked.map(m => m.part))], photos = [...new Set(marked.map(m => m.photo))].sort((a, b) => a - b);
    if (photos.length < 2) return say('Mark parts in two photos or more.', true);
    for (const photo of photos) {
      const lacks = names.filter(n => !marked.some(m => m.photo === photo && m.part === n));
      if (lacks.length) return say(this.photos()[photo] + ' has no ' + lacks.join(' and no ') + '; mark it, or remove the other parts of this photo.', true);
    }
    try {
      const images = new Map(), parts = Object.fromEntries(names.map(n => [n, {}]));
      for (const mark of marked) {
        const { file, rectangle } = await ask('/api/rectangle', { model: mark.model, photo: mark.photo, x: mark.x, y: mark.y, width: mark.width, height: mark.height });
        images.set(mark.photo, file);
        (parts[mark.part][file] ??= []).push(rectangle);
      }
      for (const part of Object.values(parts)) for (const file of Object.keys(part)) if (part[file].length === 1) part[file] = part[file][0];
      const file = { images: photos.map(p => images.get(p)), parts: { ...parts, ...names.includes('random') ? {} : { random: { ...RANDOM, like: names[0] } } } };
      const link = el('a', { href: URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' })), download: 'parts.json' });
      link.click();
      URL.revokeObjectURL(link.href);
      say('Saved as parts.json; put it beside the photos, and give it to convvis correspond --masks.');
    } catch (error) {
      say(error.message, true);
    }
  }
}
