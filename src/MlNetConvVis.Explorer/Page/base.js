// What every part of the page uses: elements, numbers as words, the status line, questions to the program.
let working = 0;

export const $ = id => document.getElementById(id);
export function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter(c => c !== null));
  return made;
}

export const number = value => Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 0.01) ? value.toExponential(2) : Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3);
export const percent = p => (100 * p).toFixed(p < 0.0995 ? 2 : 1) + ' %';

export function say(text, bad) {
  $('status').textContent = text;
  $('status').classList.toggle('bad', !!bad);
}

export async function ask(path, query) {
  document.documentElement.dataset.working = ++working;
  try {
    const answer = await fetch(path + (query ? '?' + new URLSearchParams(query) : ''));
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.error || answer.statusText);
    return content;
  } finally {
    document.documentElement.dataset.working = --working;
  }
}
