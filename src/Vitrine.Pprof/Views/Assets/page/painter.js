// Draws the visible part of a scene on the canvas. A scene is a list of {forest, origin, sign}: depth d of the forest is drawn in row
// origin + sign * d, so that the sandwich has its callers growing upwards from the row its callees hang from.

const ROW = 20;
const FONT = '12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';
const PLAIN = /^[\x20-\x7e]*$/;

class Painter {
  constructor(canvas, data, palette) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d', { alpha: false });
    this.data = data;
    this.palette = palette;
    this.width = 0;
    this.height = 0;
  }

  resize(width, height) {
    const ratio = window.devicePixelRatio || 1;
    this.width = width;
    this.height = height;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = width + 'px';
    this.canvas.style.height = height + 'px';
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.hatch = null;
  }

  draw(scene, top, { selected, hovered, matches, focused, zoomed }) {
    const c = this.context;
    const colours = getComputedStyle(document.documentElement);
    c.globalAlpha = 1;
    c.fillStyle = colours.getPropertyValue('--ground');
    c.fillRect(0, 0, this.width, this.height);
    c.font = FONT;
    c.textBaseline = 'middle';
    c.direction = 'ltr';
    this.letter = c.measureText('0').width;
    const accent = colours.getPropertyValue('--accent');
    const ink = this.palette.ink;
    const above = new Set();
    for (let n = zoomed?.parent; n; n = n.parent) above.add(n);

    const first = Math.floor(top / ROW) - 1;
    const last = Math.ceil((top + this.height) / ROW);
    for (const { forest, origin, sign } of scene.parts) {
      forest.rows.forEach((boxes, depth) => {
        const row = origin + sign * depth;
        if (row < first || row > last || (sign < 0 && depth === 0)) return;
        const y = row * ROW - top;
        for (const box of boxes) this.#box(box, y, forest, { matches, above, accent, ink, hovered });
      });
      if (selected?.forest === forest) this.#outline(selected.node, forest, (origin + sign * selected.node.depth) * ROW - top, focused, accent);
    }
    c.globalAlpha = 1;
  }

  #box(box, y, forest, { matches, above, accent, ink, hovered }) {
    const c = this.context;
    const { node } = box;
    const matched = matches && !box.small && node.frame >= 0 && matches[node.frame];
    const gap = box.width > 3 ? 1 : 0;
    c.globalAlpha = matches && !matched ? 0.28 : above.has(node) && !box.small ? 0.62 : 1;
    c.fillStyle = box.small ? this.#hatch() : this.palette.fill(node);
    c.fillRect(box.x, y + 0.5, box.width - gap, ROW - 1.5);
    if (matched) {
      c.fillStyle = accent;
      c.fillRect(box.x, y + ROW - 4, box.width - gap, 3);
    }
    if (hovered && hovered.node === node && hovered.small === box.small) {
      c.globalAlpha = 0.16;
      c.fillStyle = ink;
      c.fillRect(box.x, y + 0.5, box.width - gap, ROW - 1.5);
    }
    const letters = Math.floor((box.width - 7) / this.letter);
    if (letters < 3) return;
    c.globalAlpha = matches && !matched ? 0.6 : 1;
    c.fillStyle = ink;
    this.#write(box.small ? plural(box.small, 'small frame') : this.label(node, letters), box.x + 3, y + ROW / 2, box.width - 7, letters);
  }

  /** The whole name if it fits, else without the directories of its package, which says most in the least room. */
  label(node, letters) {
    if (node.frame < 0) return 'all';
    const { name } = this.data.frames[node.frame];
    if (name.length <= letters) return name;
    const bracket = name.indexOf('[');
    const slash = name.lastIndexOf('/', bracket < 0 ? undefined : bracket);
    return slash < 0 ? name : name.slice(slash + 1);
  }

  #write(text, x, y, width, letters) {
    const c = this.context;
    const shown = text.length > letters ? text.slice(0, Math.max(1, letters - 1)) + '…' : text;
    if (PLAIN.test(shown) || shown.endsWith('…') && PLAIN.test(shown.slice(0, -1))) {
      c.fillText(shown, x, y);
      return;
    }
    // Letters of other scripts and emoji are wider than the digits that were measured.
    c.save();
    c.beginPath();
    c.rect(x, y - ROW / 2, width, ROW);
    c.clip();
    c.fillText(shown, x, y);
    c.restore();
  }

  #outline(node, forest, y, focused, accent) {
    const c = this.context;
    const scale = this.width / (forest.to - forest.from);
    const left = Math.max(0, (node.start - forest.from) * scale);
    const right = Math.min(this.width, (node.start + node.weight - forest.from) * scale);
    if (right < 0 || left > this.width) return;
    c.globalAlpha = 1;
    c.lineWidth = focused ? 2.5 : 1.5;
    c.strokeStyle = accent;
    const x = Math.min(left, this.width - 4);
    c.strokeRect(x + 1, y + 1.5, Math.max(3, right - x - 3), ROW - 3.5);
  }

  #hatch() {
    if (this.hatch && this.hatch.dark === this.palette.dark) return this.hatch.pattern;
    const tile = document.createElement('canvas');
    tile.width = tile.height = 8;
    const t = tile.getContext('2d');
    t.fillStyle = this.palette.dark ? '#2b2d31' : '#ecebe6';
    t.fillRect(0, 0, 8, 8);
    t.strokeStyle = this.palette.dark ? '#45484e' : '#cfcdc4';
    t.lineWidth = 1.5;
    t.beginPath();
    for (const x of [-4, 4, 12]) {
      t.moveTo(x - 6, 10);
      t.lineTo(x + 6, -2);
    }
    t.stroke();
    this.hatch = { dark: this.palette.dark, pattern: this.context.createPattern(tile, 'repeat') };
    return this.hatch.pattern;
  }
}
