// What is on the canvas: one forest, or two for the sandwich, each with its window. Lays out, draws, scrolls, and says what lies under a point.

class Scene {
  /** part: {forest, origin, sign}; depth d of the forest is in row origin + sign * d. */
  parts = [];

  constructor(painter, marks) {
    this.painter = painter;
    this.marks = marks; // () → what the painter highlights
    this.scroll = $('#scroll');
    this.canvas = $('#canvas');
    this.scroll.addEventListener('scroll', () => this.requestDraw(), { passive: true });
    new ResizeObserver(() => this.measure()).observe(this.scroll);
  }

  /** Shows other forests: the first grows downwards, a second one upwards from the same row. */
  show(...forests) {
    for (const { forest } of this.parts) cancelAnimationFrame(forest.motion);
    this.parts = forests.map((forest, i) => ({ forest, origin: 0, sign: i === 0 ? 1 : -1 }));
    this.settle();
    const { origin } = this.parts[0];
    this.scroll.scrollTop = forests.length > 1 ? Math.max(0, (origin + 1) * ROW - this.scroll.clientHeight / 2) : 0;
  }

  partOf(forest) {
    return this.parts.find((part) => part.forest === forest);
  }

  get main() {
    return this.parts[0].forest;
  }

  /** Takes the size of the window. */
  measure() {
    this.painter.resize(Math.max(50, this.scroll.clientWidth), Math.max(ROW, this.scroll.clientHeight));
    this.settle();
  }

  /** Lays out all parts and gives the page its height. */
  settle() {
    let above = 0;
    let below = 0;
    for (const { forest, sign } of this.parts) {
      layOut(forest, this.painter.width);
      if (sign > 0) below = forest.maxDepth;
      else above = forest.maxDepth;
    }
    const moved = above - (this.parts[0]?.origin ?? 0);
    for (const part of this.parts) part.origin = above;
    $('#spacer').style.height = Math.max((above + below + 1) * ROW + 4, this.painter.height) + 'px';
    if (moved !== 0) this.scroll.scrollTop += moved * ROW;
    this.requestDraw();
  }

  requestDraw() {
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = undefined;
      this.painter.draw(this, this.scroll.scrollTop, this.marks());
      this.afterFirstDraw?.();
      this.afterFirstDraw = null;
    });
  }

  /** Moves the window of a forest in a few frames, so that the eye can follow; at once for those who asked for less motion. */
  aim(forest, start, weight, animate, done = () => {}) {
    const { from, to } = forest;
    const end = start + Math.max(weight, Number.MIN_VALUE);
    cancelAnimationFrame(forest.motion);
    const jump = !animate || matchMedia('(prefers-reduced-motion: reduce)').matches;
    const begun = performance.now();
    const step = (now) => {
      const share = jump ? 1 : Math.min(1, Math.max(0, (now - begun) / 160));
      const eased = 1 - (1 - share) ** 3;
      forest.from = share === 1 ? start : from + (start - from) * eased;
      forest.to = share === 1 ? end : to + (end - to) * eased;
      this.settle();
      if (share < 1) forest.motion = requestAnimationFrame(step);
      else done();
    };
    if (jump) step(begun);
    else forest.motion = requestAnimationFrame(step);
  }

  /** Sets the window of a forest as a drag or the wheel asks, inside the whole. */
  frame(forest, from, size) {
    const { root } = forest;
    cancelAnimationFrame(forest.motion);
    forest.from = Math.min(Math.max(root.start, from), root.start + root.weight - size);
    forest.to = forest.from + size;
    this.settle();
  }

  /** True when some forest shows less than all of it. */
  get isNarrowed() {
    return this.parts.some(({ forest }) => forest.to - forest.from < forest.root.weight);
  }

  scrollTo({ node, forest }) {
    const part = this.partOf(forest);
    if (!part) return;
    const y = (part.origin + part.sign * node.depth) * ROW;
    if (y < this.scroll.scrollTop + ROW) this.scroll.scrollTop = y - 2 * ROW;
    else if (y + 2 * ROW > this.scroll.scrollTop + this.scroll.clientHeight) this.scroll.scrollTop = y + 3 * ROW - this.scroll.clientHeight;
  }

  /** The box under a mouse event: {box, part}, or null. */
  hit(event) {
    const bounds = this.canvas.getBoundingClientRect();
    const x = event.clientX - bounds.left;
    const row = Math.floor((event.clientY - bounds.top + this.scroll.scrollTop) / ROW);
    for (const part of this.parts) {
      const depth = (row - part.origin) * part.sign;
      if (depth < 0 || (part.sign < 0 && depth === 0)) continue;
      const box = boxAt(part.forest.rows[depth], x);
      if (box) return { box, part };
    }
    return null;
  }
}
