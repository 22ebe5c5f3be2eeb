// Zoom and search for the picture. Without this script (where a page shows the file as an image) the picture is complete all the same.
// It moves what is drawn; frames that were too small to draw are in the HTML form of the flame graph.
(() => {
  'use strict';
  const svg = document.documentElement;
  const group = document.getElementById('frames');
  const matched = document.getElementById('matched');
  const left = Number(group.dataset.left);
  const width = Number(group.dataset.width);
  const letter = 7.25;

  const frames = Array.from(group.children, (element) => {
    const rect = element.querySelector('rect');
    return {
      element,
      rect,
      text: element.querySelector('text'),
      name: element.querySelector('title').textContent.split('\n', 1)[0],
      small: element.classList.contains('s'),
      x: Number(rect.getAttribute('x')) - left,
      width: Number(rect.getAttribute('width')),
      y: Number(rect.getAttribute('y')),
    };
  });
  if (frames.length === 0) return;
  const root = frames.reduce((a, b) => (b.width > a.width ? b : a));
  const down = frames.every((frame) => frame.y >= root.y) ? 1 : -1;
  const slack = 0.001;
  let zoomed = root;
  let current = root;
  let matches = [];

  const inside = (frame, outer) => frame.x >= outer.x - slack && frame.x + frame.width <= outer.x + outer.width + slack;
  const deeper = (frame, other) => (frame.y - other.y) * down > 0;

  function fit(name, letters) {
    if (name.length <= letters) return name;
    const bracket = name.indexOf('[');
    const short = name.slice(name.lastIndexOf('/', bracket < 0 ? name.length : bracket) + 1);
    return short.length <= letters ? short : Array.from(short).slice(0, letters - 1).join('') + '…';
  }

  function place(frame, x, size) {
    frame.rect.setAttribute('x', left + x);
    frame.rect.setAttribute('width', size);
    frame.element.classList.toggle('w', size > 3);
    const letters = Math.floor((size - 6) / letter);
    if (letters < 3) {
      frame.text?.setAttribute('visibility', 'hidden');
      return;
    }
    if (!frame.text) {
      frame.text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
      frame.text.setAttribute('y', frame.y + 13);
      frame.element.append(frame.text);
    }
    frame.text.removeAttribute('visibility');
    frame.text.setAttribute('x', left + x + 3);
    frame.text.textContent = fit(frame.name, letters);
  }

  function zoom(target) {
    zoomed = target;
    const scale = width / target.width;
    for (const frame of frames) {
      const above = !deeper(frame, target) && frame !== target && inside(target, frame);
      const below = frame === target || (deeper(frame, target) && inside(frame, target));
      frame.element.classList.toggle('above', above);
      frame.element.setAttribute('display', above || below ? 'inline' : 'none');
      if (above) place(frame, 0, width);
      else if (below) place(frame, (frame.x - target.x) * scale, frame.width * scale);
    }
  }

  function search(text) {
    let pattern = null;
    if (text) {
      try {
        pattern = new RegExp(text, /[A-Z]/.test(text) ? '' : 'i');
      } catch {
        pattern = { test: (name) => name.toLowerCase().includes(text.toLowerCase()) };
      }
    }
    matches = [];
    for (const frame of frames) {
      const hit = pattern !== null && !frame.small && pattern.test(frame.name);
      frame.element.classList.toggle('match', hit);
      if (hit) matches.push(frame);
    }
    group.classList.toggle('searching', pattern !== null);
    // A match below another match is the same samples again. Frames are nested or apart, so one sweep from left to right finds the outermost.
    const outermost = [];
    let covered = -1;
    for (const frame of matches.toSorted((a, b) => a.x - b.x || b.width - a.width)) {
      if (frame.x + frame.width <= covered + slack) continue;
      covered = frame.x + frame.width;
      outermost.push(frame);
    }
    const share = 100 * outermost.reduce((sum, frame) => sum + frame.width, 0) / root.width;
    matched.textContent = pattern === null ? '' : `matched ${share.toFixed(1)}% of what is drawn`;
  }

  function ask() {
    const text = prompt('Search functions (regular expression); empty ends the search', '');
    if (text !== null) search(text);
  }

  function focus(frame) {
    if (!frame) return;
    current.element.tabIndex = -1;
    current = frame;
    current.element.tabIndex = 0;
    current.element.focus({ preventScroll: false });
  }

  function neighbour(key) {
    const shown = frames.filter((frame) => frame.element.getAttribute('display') !== 'none' && frame !== current);
    const nearest = (list) => list.sort((a, b) => Math.abs(a.y - current.y) - Math.abs(b.y - current.y) || a.x - b.x)[0];
    if (key === (down > 0 ? 'ArrowDown' : 'ArrowUp')) return nearest(shown.filter((frame) => deeper(frame, current) && inside(frame, current)));
    if (key === (down > 0 ? 'ArrowUp' : 'ArrowDown')) return nearest(shown.filter((frame) => deeper(current, frame) && inside(current, frame)));
    const row = shown.filter((frame) => frame.y === current.y);
    if (key === 'ArrowRight') return row.filter((frame) => frame.x > current.x).sort((a, b) => a.x - b.x)[0];
    return row.filter((frame) => frame.x < current.x).sort((a, b) => b.x - a.x)[0];
  }

  frames.forEach((frame) => {
    frame.element.tabIndex = frame === root ? 0 : -1;
    frame.element.addEventListener('click', () => {
      focus(frame);
      zoom(frame);
    });
  });
  document.getElementById('reset').addEventListener('click', () => zoom(root));
  document.getElementById('search').addEventListener('click', ask);
  svg.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const button = event.target.closest('[role="button"]');
    if (event.key === 'Enter' && button) button.dispatchEvent(new Event('click'));
    else if (event.key === 'Enter') zoom(current);
    else if (event.key === 'Escape' && zoomed !== root) zoom(root);
    else if (event.key === 'Escape') search('');
    else if (event.key === '/') ask();
    else if (event.key === 'n' && matches.length > 0) focus(matches[(matches.indexOf(current) + 1) % matches.length]);
    else if (event.key.startsWith('Arrow')) focus(neighbour(event.key));
    else return;
    event.preventDefault();
  });
  document.getElementById('controls').setAttribute('visibility', 'visible');
  svg.setAttribute('role', 'application');
})();
