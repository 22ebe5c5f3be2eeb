(() => {
'use strict';

// The data comes from somebody's process: it is only ever drawn or written as text, never as markup.
const data = JSON.parse(document.getElementById('data').textContent);
const canvas = document.getElementById('canvas');
const detail = document.getElementById('detail');
const context = canvas.getContext('2d');
const kinds = ['cycle', 'mark', 'gcstop', 'otherstop', 'sweep', 'assist', 'wait'];
const left = 150, axis = 24, rowHeight = 20, curveHeight = 90, gap = 6;

const tracks = data.tracks.map(track => ({ name: track.name, spans: nest(track.spans.map(toSpan)) }))
  .map(track => ({ ...track, rows: 1 + Math.max(0, ...track.spans.map(span => span.depth)) }));
const curves = data.curves.map(curve => ({ name: curve.name, points: pairs(curve.points) })).filter(curve => curve.points.length > 0);
const all = tracks.flatMap((track, index) => track.spans.map(span => ({ span, track: index })));
const whole = bounds();
let view = { ...whole }, selected = -1, drag = null;

function toSpan(values) {
  const details = [];
  for (let i = 4; i + 1 < values.length; i += 2) details.push([values[i], values[i + 1]]);
  return { start: values[0], end: values[0] + values[1], kind: kinds[values[2]] || 'cycle', name: values[3], details, depth: 0 };
}

function nest(spans) {
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  const open = [];
  for (const span of spans) {
    while (open.length && open[open.length - 1].end <= span.start) open.pop();
    span.depth = open.length;
    open.push(span);
  }
  return spans;
}

function pairs(values) {
  const result = [];
  for (let i = 0; i + 1 < values.length; i += 2) result.push([values[i], values[i + 1]]);
  return result;
}

function bounds() {
  let from = Infinity, to = -Infinity;
  for (const { span } of all) { from = Math.min(from, span.start); to = Math.max(to, span.end); }
  for (const curve of curves) for (const [at] of curve.points) { from = Math.min(from, at); to = Math.max(to, at); }
  if (!(to > from)) { from = Number.isFinite(from) ? from : 0; to = from + 1e6; }
  const margin = (to - from) * 0.01;
  return { from: from - margin, to: to + margin };
}

function time(ns) {
  const size = Math.abs(ns);
  return size >= 1e9 ? `${(ns / 1e9).toFixed(3)} s` : size >= 1e6 ? `${(ns / 1e6).toFixed(3)} ms` : size >= 1e3 ? `${(ns / 1e3).toFixed(2)} µs` : `${ns.toFixed(0)} ns`;
}

function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit++; }
  return `${value.toFixed(unit ? 1 : 0)} ${units[unit]}`;
}

function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim() || '#888'; }

function height() { return axis + (curves.length ? curveHeight + gap : 0) + tracks.reduce((sum, track) => sum + track.rows * rowHeight + gap, 0) + gap; }

function x(ns) { return left + (ns - view.from) / (view.to - view.from) * (canvas.clientWidth - left); }

function at(pixel) { return view.from + (pixel - left) / (canvas.clientWidth - left) * (view.to - view.from); }

function draw() {
  const width = canvas.clientWidth, ratio = window.devicePixelRatio || 1, tall = height();
  canvas.style.height = `${tall}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(tall * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = '12px system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.fillStyle = colour('ground');
  context.fillRect(0, 0, width, tall);
  drawAxis(width, tall);
  let y = axis;
  if (curves.length) { drawCurves(y, width); y += curveHeight + gap; }
  tracks.forEach((track, index) => { drawTrack(track, index, y, width); y += track.rows * rowHeight + gap; });
  document.getElementById('range').textContent = `${time(view.to - view.from)} of ${time(whole.to - whole.from)}, from ${data.start}`;
}

function drawAxis(width, tall) {
  const step = niceStep((view.to - view.from) / Math.max(2, (width - left) / 120));
  context.strokeStyle = colour('line');
  context.fillStyle = colour('soft');
  for (let ns = Math.ceil(view.from / step) * step; ns <= view.to; ns += step) {
    const px = x(ns);
    context.beginPath();
    context.moveTo(px, axis - 4);
    context.lineTo(px, tall);
    context.stroke();
    context.fillText(time(ns), px + 3, axis / 2);
  }
}

function niceStep(least) {
  const power = Math.pow(10, Math.floor(Math.log10(Math.max(1, least))));
  return [1, 2, 5, 10].map(one => one * power).find(one => one >= least) || 10 * power;
}

function drawCurves(y, width) {
  const top = Math.max(1, ...curves.flatMap(curve => curve.points.map(point => point[1])));
  context.fillStyle = colour('ink');
  curves.forEach((curve, index) => {
    context.fillStyle = colour(curve.name);
    context.fillText(curve.name, 8, y + 14 + index * 16);
  });
  context.fillStyle = colour('soft');
  context.fillText(bytes(top), 80, y + 8);
  context.save();
  context.beginPath();
  context.rect(left, y, width - left, curveHeight);
  context.clip();
  for (const curve of curves) {
    context.strokeStyle = colour(curve.name);
    context.lineWidth = 1.5;
    context.setLineDash(curve.name === 'goal' ? [4, 3] : []);
    context.beginPath();
    curve.points.forEach(([ns, value], i) => {
      const px = x(ns), py = y + curveHeight - value / top * (curveHeight - 8);
      if (i) context.lineTo(px, py); else context.moveTo(px, py);
    });
    context.stroke();
  }
  context.restore();
}

function drawTrack(track, index, y, width) {
  context.fillStyle = colour('ink');
  context.fillText(track.name.length > 22 ? track.name.slice(0, 21) + '…' : track.name, 8, y + rowHeight / 2);
  context.save();
  context.beginPath();
  context.rect(left, y, width - left, track.rows * rowHeight);
  context.clip();
  context.fillStyle = colour('raised');
  context.fillRect(left, y, width - left, track.rows * rowHeight);
  for (const span of track.spans) {
    if (span.end < view.from || span.start > view.to) continue;
    const from = Math.max(left, x(span.start)), wide = Math.max(1, Math.min(width, x(span.end)) - from), top = y + span.depth * rowHeight;
    context.fillStyle = colour(span.kind);
    context.fillRect(from, top + 1, wide, rowHeight - 2);
    if (selected >= 0 && all[selected].span === span) {
      context.strokeStyle = colour('accent');
      context.lineWidth = 2;
      context.strokeRect(from, top + 1, Math.max(2, wide), rowHeight - 2);
    }
    if (wide > 40) {
      context.save();
      context.beginPath();
      context.rect(from, top, wide - 3, rowHeight);
      context.clip();
      context.fillStyle = colour(span.kind === 'cycle' || span.kind === 'wait' ? 'ink' : 'ground');
      context.fillText(`${span.name}  ${time(span.end - span.start)}`, from + 4, top + rowHeight / 2);
      context.restore();
    }
  }
  context.restore();
}

function hit(px, py) {
  let y = axis + (curves.length ? curveHeight + gap : 0), first = 0;
  for (const track of tracks) {
    if (py >= y && py < y + track.rows * rowHeight) {
      const depth = Math.floor((py - y) / rowHeight), ns = at(px), slack = (view.to - view.from) / (canvas.clientWidth - left) * 3;
      let best = -1, distance = Infinity;
      track.spans.forEach((span, i) => {
        if (span.depth !== depth || ns < span.start - slack || ns > span.end + slack) return;
        const off = Math.max(span.start - ns, ns - span.end, 0);
        if (off < distance) { distance = off; best = first + i; }
      });
      return best;
    }
    y += track.rows * rowHeight + gap;
    first += track.spans.length;
  }
  return -1;
}

function select(index) {
  selected = index;
  detail.replaceChildren();
  if (index >= 0) {
    const { span, track } = all[index], table = document.createElement('table');
    for (const [name, value] of [[tracks[track].name, span.name], ['begins', time(span.start)], ['lasts', time(span.end - span.start)], ...span.details]) {
      const row = table.insertRow(), head = document.createElement('th');
      head.textContent = name;
      row.append(head);
      row.insertCell().textContent = value;
    }
    detail.append(table);
  }
  draw();
}

function zoom(factor, centre) {
  const width = Math.min((view.to - view.from) * factor, whole.to - whole.from), share = (centre - view.from) / (view.to - view.from);
  if (width < 100) return;
  move(centre - share * width, width);
}

function move(from, width) {
  from = Math.min(Math.max(from, whole.from), whole.to - width);
  view = { from, to: from + width };
  draw();
}

function step(by) {
  if (!all.length) return;
  const next = selected < 0 ? 0 : Math.min(Math.max(selected + by, 0), all.length - 1), { span } = all[next], width = view.to - view.from;
  if (span.end < view.from || span.start > view.to) move((span.start + span.end) / 2 - width / 2, width);
  select(next);
}

canvas.addEventListener('wheel', event => {
  event.preventDefault();
  if (event.shiftKey) move(view.from + event.deltaY / 500 * (view.to - view.from), view.to - view.from);
  else zoom(Math.exp(event.deltaY / 400), at(event.offsetX));
}, { passive: false });
canvas.addEventListener('pointerdown', event => {
  canvas.setPointerCapture(event.pointerId);
  drag = { x: event.offsetX, from: view.from, moved: false };
});
canvas.addEventListener('pointermove', event => {
  if (!drag) return;
  const by = event.offsetX - drag.x;
  drag.moved = drag.moved || Math.abs(by) > 3;
  if (drag.moved) move(drag.from - by / (canvas.clientWidth - left) * (view.to - view.from), view.to - view.from);
});
canvas.addEventListener('pointerup', event => {
  if (drag && !drag.moved) select(hit(event.offsetX, event.offsetY));
  drag = null;
});
canvas.addEventListener('keydown', event => {
  const width = view.to - view.from, middle = (view.from + view.to) / 2;
  const action = {
    '+': () => zoom(0.6, middle), '=': () => zoom(0.6, middle), '-': () => zoom(1 / 0.6, middle), '0': () => move(whole.from, whole.to - whole.from),
    ArrowLeft: () => move(view.from - width * 0.2, width), ArrowRight: () => move(view.from + width * 0.2, width),
    ArrowDown: () => step(1), ArrowUp: () => step(-1), Escape: () => select(-1),
  }[event.key];
  if (action) { event.preventDefault(); action(); }
});
document.getElementById('in').addEventListener('click', () => zoom(0.6, (view.from + view.to) / 2));
document.getElementById('out').addEventListener('click', () => zoom(1 / 0.6, (view.from + view.to) / 2));
document.getElementById('all').addEventListener('click', () => move(whole.from, whole.to - whole.from));
window.addEventListener('resize', draw);
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
for (const note of data.notes) {
  const item = document.createElement('li');
  item.textContent = note;
  document.getElementById('notes').append(item);
}
draw();
})();
