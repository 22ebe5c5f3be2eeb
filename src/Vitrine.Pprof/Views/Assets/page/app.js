// The page: which view, which value, what is zoomed, selected and searched; and the events that change them.

const VIEWS = ['flame', 'callers', 'sandwich'];
const COLOUR_NAMES = { diff: 'change', package: 'by package', function: 'by function', self: 'by own share' };
const $ = (selector) => document.querySelector(selector);

class App {
  constructor(data) {
    this.data = data;
    this.tree = new Tree(data);
    this.palette = new Palette(data);
    this.painter = new Painter($('#canvas'), data, this.palette);
    this.search = null;
    this.view = 'flame';
    this.width = 'both';
    this.scene = { parts: [] };
    this.selected = null; // {node, forest}
    this.zoomed = null; // {node, forest, small}
    this.hovered = null;
    this.sandwiched = -1;
    this.drawn = false;
    this.tree.use(data.types[data.defaultType]);
    this.search = new Search(this.tree);
    this.table = new FunctionTable(this.tree, (frame) => this.showSandwich(frame));
    this.details = new FrameDetails(this.tree, {
      zoom: (selected) => this.zoom(selected),
      sandwich: (frame) => this.showSandwich(frame),
      copy: (selected) => this.copyStack(selected),
      select: (selected) => this.select(selected, { reveal: true }),
    });
    this.#prepareControls();
    this.#listen();
    this.#applyTheme(readSetting('vitrine.theme') ?? '');
    this.#measure();
    this.show('flame');
  }

  // ---- views -------------------------------------------------------------------------------------------------------------------

  /** Builds the scene of a view; keeps the zoomed path where the new scene has it too. */
  show(view, path = []) {
    this.view = view;
    const { tree, width } = this;
    if (view === 'flame') this.scene.parts = [{ forest: Forest.whole(tree, width), origin: 0, sign: 1 }];
    if (view === 'callers') this.scene.parts = [{ forest: Forest.inverted(tree, width), origin: 0, sign: 1 }];
    if (view === 'sandwich') {
      this.scene.parts = [
        { forest: Forest.around(tree, width, this.sandwiched, 'down'), origin: 0, sign: 1 },
        { forest: Forest.around(tree, width, this.sandwiched, 'up'), origin: 0, sign: -1 },
      ];
    }
    for (const button of document.querySelectorAll('[data-view]')) button.setAttribute('aria-pressed', String(button.dataset.view === view));
    this.selected = null;
    this.hovered = null;
    this.zoomed = null;
    this.#settle();
    this.#resetScroll();
    const forest = this.scene.parts[0]?.forest;
    if (forest && path.length > 0) {
      const node = forest.find(path);
      if (node.parent) this.zoom({ node, forest }, { animate: false });
    }
    this.#refresh();
  }

  #choose(view) {
    if (view === 'sandwich') this.showSandwich(this.#heaviest());
    else this.show(view);
  }

  showSandwich(frame) {
    if (frame < 0) return;
    this.sandwiched = frame;
    this.show('sandwich');
    const [down] = this.scene.parts;
    this.select({ node: down.forest.root, forest: down.forest });
  }

  useType(index) {
    const path = this.view === 'flame' && this.zoomed ? pathOf(this.zoomed.node) : [];
    this.tree.use(this.data.types[index]);
    $('#type').value = String(index);
    this.search.summarise();
    this.show(this.view, path);
    this.table.render();
    this.#showMatched();
  }

  #heaviest() {
    const { selected } = this;
    if (selected && selected.node.frame >= 0) return selected.node.frame;
    let best = null;
    for (const row of this.tree.functionTotals()) if (!best || row.self + row.baseSelf > best.self + best.baseSelf) best = row;
    return best ? best.frame.id : -1;
  }

  // ---- zoom and selection --------------------------------------------------------------------------------------------------------

  /** Fills the width with a node, or with the small frames beside it. */
  zoom({ node, forest, small = 0, start = node.start, weight = node.weight }, { animate = true } = {}) {
    if (!(weight > 0)) return;
    this.zoomed = node.parent || small ? { node, forest, small } : null;
    for (const part of this.scene.parts) if (part.forest !== forest) this.#aim(part.forest, part.forest.root.start, part.forest.root.weight, animate);
    this.#aim(forest, start, weight, animate);
    this.select({ node, forest });
    this.#showCrumbs();
  }

  /** How much of a box to zoom to. Thousands of small frames may be small on the whole screen too: then so many that the first can be seen; dragging shows the others. */
  #reachable(box, forest) {
    if (!box.small) return box.weight;
    const children = forest.children(box.node);
    return Math.min(box.weight, children[children.length - box.small].weight * this.painter.width / 4);
  }

  zoomOut() {
    const { zoomed } = this;
    if (!zoomed) return;
    this.zoom({ node: zoomed.small ? zoomed.node : zoomed.node.parent, forest: zoomed.forest });
  }

  reset() {
    for (const { forest } of this.scene.parts) this.#aim(forest, forest.root.start, forest.root.weight, true);
    this.zoomed = null;
    this.#showCrumbs();
  }

  /** Moves the window of a forest there in a few frames, so that the eye can follow; at once for those who asked for less motion. */
  #aim(forest, start, weight, animate) {
    const from = forest.from;
    const to = forest.to;
    const end = start + Math.max(weight, Number.MIN_VALUE);
    cancelAnimationFrame(forest.motion);
    const jump = !animate || matchMedia('(prefers-reduced-motion: reduce)').matches;
    const begun = performance.now();
    const step = (now) => {
      const share = jump ? 1 : Math.min(1, Math.max(0, (now - begun) / 160));
      const eased = 1 - (1 - share) ** 3;
      forest.from = share === 1 ? start : from + (start - from) * eased;
      forest.to = share === 1 ? end : to + (end - to) * eased;
      this.#settle();
      if (share < 1) forest.motion = requestAnimationFrame(step);
      else if (this.selected?.forest === forest) this.#scrollTo(this.selected);
    };
    if (jump) step(begun);
    else forest.motion = requestAnimationFrame(step);
  }

  select(selected, { reveal = false } = {}) {
    this.selected = selected;
    if (selected && reveal) this.#reveal(selected);
    this.#describe(selected);
    this.details.render(selected, this.width);
    if (selected) this.#scrollTo(selected);
    this.#requestDraw();
  }

  /** A frame too small or outside the window is brought in by zooming to its caller, or to itself if even that is too small. */
  #reveal({ node, forest }) {
    const scale = this.painter.width / (forest.to - forest.from);
    const inside = node.start >= forest.from - 1e-9 && node.start < forest.to;
    if (inside && node.weight * scale >= 3) return;
    const parent = node.parent ?? node;
    this.zoom({ node: node.weight > parent.weight / this.painter.width * 3 ? parent : node, forest });
    this.selected = { node, forest };
  }

  /** Walks the tree, not the picture: neighbours too small to draw are reached too. */
  move(direction) {
    const first = this.scene.parts[0];
    if (!first) return;
    if (!this.selected) {
      this.select({ node: this.zoomed?.node ?? first.forest.root, forest: this.zoomed?.forest ?? first.forest });
      return;
    }
    let { node, forest } = this.selected;
    const { sign } = this.scene.parts.find((part) => part.forest === forest);
    let next = null;
    if (direction === 'left' || direction === 'right') {
      if (node.parent) next = forest.children(node.parent)[node.index + (direction === 'left' ? -1 : 1)];
    } else if ((direction === 'down') === (sign > 0)) {
      next = forest.children(node)[0];
    } else if (node.parent) {
      next = node.parent;
      if (sign < 0 && !next.parent) {
        forest = this.scene.parts[0].forest;
        next = forest.root;
      }
    } else if (this.view === 'sandwich') {
      forest = this.scene.parts[1].forest;
      next = forest.children(forest.root)[0];
    }
    if (next) this.select({ node: next, forest }, { reveal: true });
  }

  nextMatch(by) {
    const at = this.search.step(by);
    if (at < 0) return;
    if (this.view !== 'flame') this.show('flame');
    const path = [];
    for (let i = at; i > 0; i = this.data.parent[i]) path.push(this.data.frame[i]);
    const { forest } = this.scene.parts[0];
    this.select({ node: forest.find(path.reverse()), forest }, { reveal: true });
    this.#showMatched();
  }

  async copyStack({ node, forest }) {
    const names = [];
    for (let n = node; n; n = n.parent) {
      if (n.frame < 0) continue;
      const frame = this.data.frames[n.frame];
      names.push(frame.place ? `${frame.name}\n\t${frame.place}` : frame.name);
    }
    // Innermost first, as a panic prints it. Upwards the path already ends at the innermost.
    if (forest.direction === 'up') names.reverse();
    const text = names.join('\n') + '\n';
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Browsers without the clipboard for local files still copy a selection.
      const area = element('textarea', { class: 'offscreen', 'aria-hidden': 'true' });
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
      $('#canvas').focus();
    }
    this.#say(`Copied ${plural(names.length, 'frame')}.`);
  }

  // ---- drawing -------------------------------------------------------------------------------------------------------------------

  /** Lays out all parts and gives the page its height. */
  #settle() {
    let above = 0;
    let below = 0;
    for (const { forest, sign } of this.scene.parts) {
      layOut(forest, this.painter.width);
      if (sign > 0) below = forest.maxDepth;
      else above = forest.maxDepth;
    }
    const moved = above - (this.scene.parts[0]?.origin ?? 0);
    for (const part of this.scene.parts) part.origin = above;
    const height = (above + below + 1) * ROW + 4;
    $('#spacer').style.height = Math.max(height, this.painter.height) + 'px';
    if (moved !== 0) $('#scroll').scrollTop += moved * ROW;
    this.#requestDraw();
  }

  #requestDraw() {
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = undefined;
      this.#draw();
    });
  }

  #draw() {
    this.painter.draw(this.scene, $('#scroll').scrollTop, {
      selected: this.selected,
      hovered: this.hovered?.box,
      matches: this.search.matches,
      focused: document.activeElement === $('#canvas'),
      zoomed: this.zoomed?.node,
    });
    const main = $('#main');
    if (main.getAttribute('aria-busy') === 'true') {
      main.setAttribute('aria-busy', 'false');
      performance.mark('vitrine-drawn');
      // The picture first: it needs what is on the screen, the table and the legend need a pass over all nodes.
      setTimeout(() => {
        this.drawn = true;
        this.table.render();
        this.#showLegend();
      });
    }
  }

  #measure() {
    const scroll = $('#scroll');
    this.painter.resize(Math.max(50, scroll.clientWidth), Math.max(ROW, scroll.clientHeight));
    this.#settle();
  }

  #resetScroll() {
    const scroll = $('#scroll');
    const origin = this.scene.parts[0]?.origin ?? 0;
    scroll.scrollTop = this.view === 'sandwich' ? Math.max(0, (origin + 1) * ROW - scroll.clientHeight / 2) : 0;
  }

  #scrollTo({ node, forest }) {
    const part = this.scene.parts.find((p) => p.forest === forest);
    if (!part) return;
    const scroll = $('#scroll');
    const y = (part.origin + part.sign * node.depth) * ROW;
    if (y < scroll.scrollTop + ROW) scroll.scrollTop = y - 2 * ROW;
    else if (y + 2 * ROW > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = y + 3 * ROW - scroll.clientHeight;
  }

  // ---- text around the graph -------------------------------------------------------------------------------------------------------

  #refresh() {
    this.#showCrumbs();
    this.#showLegend();
    this.#describe(this.selected);
    this.details.render(this.selected, this.width);
    const empty = this.scene.parts.length === 0 || !(this.scene.parts[0].forest.root.weight > 0);
    const message = $('#message');
    message.hidden = !empty;
    message.textContent = 'This profile has no samples with a value of this type.';
  }

  #name(node) {
    return node.frame < 0 ? 'all' : this.data.frames[node.frame].name;
  }

  #showCrumbs() {
    const list = $('#crumbs ol');
    const { zoomed } = this;
    $('#reset').disabled = !zoomed;
    const forest = zoomed?.forest ?? this.scene.parts[0]?.forest;
    if (!forest) {
      list.replaceChildren();
      return;
    }
    const nodes = [];
    for (let n = zoomed?.node ?? forest.root; n; n = n.parent) nodes.push(n);
    nodes.reverse();
    const crumb = (node, last) => element('li', {}, element('button', {
      type: 'button', title: this.#name(node), 'aria-current': last ? 'location' : undefined, onclick: () => node.parent ? this.zoom({ node, forest }) : this.reset(),
    }, element('bdi', {}, this.painter.label(node, 32))));
    const cut = nodes.length > 14 ? nodes.length - 13 : 0;
    const items = nodes.map((node, i) => i > 0 && i < cut ? null : crumb(node, i === nodes.length - 1 && !zoomed?.small)).filter(Boolean);
    if (cut > 1) items.splice(1, 0, element('li', { class: 'hint' }, `… ${cut - 1} frames …`));
    if (zoomed?.small) items.push(element('li', { class: 'hint', 'aria-current': 'location' }, plural(zoomed.small, 'small frame')));
    list.replaceChildren(...items);
    list.lastElementChild?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #showLegend() {
    const legend = $('#legend');
    if (!this.drawn) return;
    if (this.palette.mode === 'diff') {
      const scale = element('span', { class: 'scale', 'aria-hidden': 'true' });
      for (let i = -5; i <= 5; i++) {
        const step = element('i');
        step.style.background = this.palette.changeShare(i / 5);
        scale.append(step);
      }
      legend.replaceChildren('gone ', scale, ' new');
      return;
    }
    if (this.palette.mode !== 'package') {
      legend.replaceChildren();
      return;
    }
    const sums = new Map();
    for (const row of this.tree.functionTotals()) sums.set(row.frame.package, (sums.get(row.frame.package) ?? 0) + row.self + row.baseSelf);
    const top = [...sums].filter(([, sum]) => sum > 0).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 5);
    legend.replaceChildren(...top.map(([index]) => {
      const swatch = element('i', { class: 'swatch', 'aria-hidden': 'true' });
      swatch.style.background = this.palette.ofPackage(index);
      const name = packageTitle(this.data, index);
      return element('span', { class: 'package', title: name }, swatch, element('bdi', {}, name.slice(name.lastIndexOf('/') + 1)));
    }));
  }

  #summary(node, forest) {
    const { unit } = this.tree.type;
    if (this.data.isDiff) return `${formatValue(node.base, unit)} → ${formatValue(node.current, unit)}, ${formatDelta(node.current - node.base, unit)} (${formatChange(node.base, node.current)})`;
    const own = forest.direction === 'down' ? `, self ${formatValue(node.self, unit)}` : '';
    return `${formatValue(node.current, unit)}, ${formatShare(node.current, this.tree.total[0])}${own}`;
  }

  #describe(selected) {
    const text = selected
      ? `${this.#name(selected.node)}: ${this.#summary(selected.node, selected.forest)}`
      : [this.tree.type.name + ' (' + this.tree.type.unit + ')', this.#summary({ current: this.tree.total[0], base: this.tree.baseTotal?.[0] ?? 0 }, { direction: 'up' }), ...this.data.notes].join(' · ');
    $('#selection').textContent = text;
  }

  #say(text) {
    $('#selection').textContent = text;
  }

  #showMatched() {
    const { search } = this;
    const out = $('#matched');
    out.classList.toggle('problem', search.problem !== '');
    out.title = search.problem;
    if (!search.matches) {
      out.textContent = '';
      return;
    }
    const whole = this.tree.total[0];
    const share = this.data.isDiff ? `${formatShare(search.base, this.tree.baseTotal[0])} → ${formatShare(search.current, whole)}` : formatShare(search.current, whole);
    const at = search.at >= 0 ? ` · ${GROUPED.format(search.at + 1)}/${GROUPED.format(search.found.length)}` : '';
    out.textContent = search.functions === 0 ? 'no match' : `${share} in ${plural(search.functions, 'function')}${at}${search.problem ? ' (plain text)' : ''}`;
  }

  #showTip(event, hit) {
    const tip = $('#tip');
    if (!hit) {
      tip.hidden = true;
      return;
    }
    const { box, part } = hit;
    const { node } = box;
    if (box.small) {
      tip.replaceChildren(element('b', {}, plural(box.small, 'small frame')), element('div', {}, `called by ${this.#name(node)}`), element('div', { class: 'hint' }, 'click to zoom in on them'));
      if (part.forest.direction === 'up') tip.children[1].textContent = `callers of ${this.#name(node)}`;
    } else {
      const frame = node.frame < 0 ? null : this.data.frames[node.frame];
      tip.replaceChildren(element('b', {}, element('bdi', {}, this.#name(node))), element('div', {}, this.#summary(node, part.forest)));
      if (frame?.place) tip.append(element('div', { class: 'hint' }, element('bdi', {}, frame.place)));
    }
    tip.hidden = false;
    const x = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
    const under = event.clientY + 18 + tip.offsetHeight < window.innerHeight;
    tip.style.left = Math.max(4, x) + 'px';
    tip.style.top = Math.max(4, under ? event.clientY + 18 : event.clientY - tip.offsetHeight - 10) + 'px';
  }

  // ---- events --------------------------------------------------------------------------------------------------------------------

  #prepareControls() {
    const { data } = this;
    const types = $('#type');
    types.replaceChildren(...data.types.map((type, i) => element('option', { value: String(i) }, `${type.name} (${type.unit})`)));
    types.value = String(data.defaultType);
    types.disabled = data.types.length < 2;
    if (data.isDiff) {
      $('#colour').prepend(element('option', { value: 'diff' }, 'by change'));
      $('#colour').value = 'diff';
      this.palette.mode = 'diff';
      $('#widthField').hidden = false;
    }
  }

  #listen() {
    for (const button of document.querySelectorAll('[data-view]')) button.addEventListener('click', () => this.#choose(button.dataset.view));
    $('#type').addEventListener('change', (event) => this.useType(Number(event.target.value)));
    $('#colour').addEventListener('change', (event) => this.#setColour(event.target.value));
    $('#width').addEventListener('change', (event) => {
      this.width = event.target.value;
      this.show(this.view, this.view === 'flame' && this.zoomed ? pathOf(this.zoomed.node) : []);
    });
    $('#reset').addEventListener('click', () => this.reset());
    $('#theme').addEventListener('click', () => this.#toggleTheme());
    $('#help').addEventListener('click', () => $('#keys').showModal());
    $('#panelToggle').addEventListener('click', () => this.#togglePanel());
    for (const tab of document.querySelectorAll('[role=tab]')) {
      tab.addEventListener('click', () => this.#showTab(tab));
      tab.addEventListener('keydown', (event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        const other = tab.nextElementSibling ?? tab.previousElementSibling;
        this.#showTab(other);
        other.focus();
      });
    }

    let pending = 0;
    $('#search').addEventListener('input', (event) => {
      clearTimeout(pending);
      pending = setTimeout(() => this.#find(event.target.value), 60);
    });
    $('#search').addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        clearTimeout(pending);
        if (event.target.value !== this.search.text) this.#find(event.target.value);
        this.nextMatch(event.shiftKey ? -1 : 1);
      } else if (event.key === 'Escape') {
        event.target.value = '';
        this.#find('');
        $('#canvas').focus();
        event.preventDefault();
      }
    });

    $('#scroll').addEventListener('scroll', () => {
      this.#showTip(null, null);
      this.#requestDraw();
    }, { passive: true });
    new ResizeObserver(() => this.#measure()).observe($('#scroll'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#applyTheme(document.documentElement.dataset.theme ?? ''));
    document.addEventListener('keydown', (event) => this.#key(event));
    this.#listenToPointer($('#canvas'));
    this.#listenToDivider($('#divider'));
  }

  #listenToPointer(canvas) {
    let press = null;
    canvas.addEventListener('pointermove', (event) => {
      if (press && (press.moved || Math.hypot(event.clientX - press.x, event.clientY - press.y) > 4)) {
        press.moved = true;
        canvas.setPointerCapture(event.pointerId);
        this.#pan(press, event);
        return;
      }
      const hit = this.#hit(event);
      canvas.style.cursor = hit ? 'pointer' : 'default';
      if (hit?.box !== this.hovered?.box) {
        this.hovered = hit;
        this.#requestDraw();
      }
      this.#showTip(event, hit);
    });
    canvas.addEventListener('pointerleave', () => {
      this.hovered = null;
      this.#showTip(null, null);
      this.#requestDraw();
    });
    canvas.addEventListener('pointerdown', (event) => {
      const hit = this.#hit(event);
      if (event.button !== 0 || !hit) return;
      const { forest } = hit.part;
      press = { x: event.clientX, y: event.clientY, moved: false, forest, from: forest.from, to: forest.to, top: $('#scroll').scrollTop };
    });
    canvas.addEventListener('pointerup', () => {
      setTimeout(() => {
        press = null;
      });
    });
    canvas.addEventListener('pointercancel', () => {
      press = null;
    });
    canvas.addEventListener('click', (event) => {
      const hit = this.#hit(event);
      if (!hit || press?.moved) return;
      const { box, part } = hit;
      this.zoom({ node: box.node, forest: part.forest, small: box.small, start: box.start, weight: this.#reachable(box, part.forest) });
      this.#showTab($('#tab-frame')); // who calls it, and what it calls, beside the zoomed picture
      this.#showTip(event, null);
    });
    canvas.addEventListener('dblclick', (event) => {
      const hit = this.#hit(event);
      if (hit && !hit.box.small) this.showSandwich(hit.box.node.frame);
    });
    canvas.addEventListener('wheel', (event) => {
      const part = this.#hit(event)?.part ?? this.scene.parts[0];
      if (!event.ctrlKey || !part) return;
      event.preventDefault();
      const { forest } = part;
      const share = event.offsetX / this.painter.width;
      const size = forest.to - forest.from;
      const next = Math.min(forest.root.weight, Math.max(forest.root.weight * 1e-9, size * Math.exp(event.deltaY * 0.004)));
      this.#frameWindow(forest, forest.from + (size - next) * share, next);
    }, { passive: false });
    canvas.addEventListener('focus', () => this.#requestDraw());
    canvas.addEventListener('blur', () => this.#requestDraw());
  }

  #pan(press, event) {
    const size = press.to - press.from;
    $('#scroll').scrollTop = press.top - (event.clientY - press.y);
    this.#frameWindow(press.forest, press.from - (event.clientX - press.x) / this.painter.width * size, size);
  }

  #frameWindow(forest, from, size) {
    const { root } = forest;
    cancelAnimationFrame(forest.motion);
    forest.from = Math.min(Math.max(root.start, from), root.start + root.weight - size);
    forest.to = forest.from + size;
    $('#reset').disabled = size === root.weight && !this.zoomed;
    this.#settle();
  }

  /** A divider that can be dragged, and moved with the arrow keys. */
  #listenToDivider(divider) {
    const set = (percent) => {
      const share = Math.min(75, Math.max(15, percent));
      document.documentElement.style.setProperty('--panel', share + '%');
      divider.setAttribute('aria-valuenow', String(Math.round(share)));
    };
    const pull = (event) => {
      const main = $('#main').getBoundingClientRect();
      const upright = getComputedStyle($('#main')).flexDirection === 'column';
      set(upright ? 100 * (main.bottom - event.clientY) / main.height : 100 * (main.right - event.clientX) / main.width);
    };
    divider.addEventListener('pointerdown', (event) => {
      divider.setPointerCapture(event.pointerId);
      divider.addEventListener('pointermove', pull);
    });
    divider.addEventListener('lostpointercapture', () => divider.removeEventListener('pointermove', pull));
    divider.addEventListener('keydown', (event) => {
      const by = { ArrowLeft: 3, ArrowUp: 3, ArrowRight: -3, ArrowDown: -3 }[event.key];
      if (!by) return;
      set(Number(divider.getAttribute('aria-valuenow')) + by);
      event.preventDefault();
      event.stopPropagation();
    });
  }

  #hit(event) {
    const bounds = $('#canvas').getBoundingClientRect();
    const x = event.clientX - bounds.left;
    const row = Math.floor((event.clientY - bounds.top + $('#scroll').scrollTop) / ROW);
    for (const part of this.scene.parts) {
      const depth = (row - part.origin) * part.sign;
      if (depth < 0 || (part.sign < 0 && depth === 0)) continue;
      const box = boxAt(part.forest.rows[depth], x);
      if (box) return { box, part };
    }
    return null;
  }

  #key(event) {
    this.#showTip(null, null);
    if (event.ctrlKey || event.metaKey || event.altKey || $('#keys').open) return;
    const typing = event.target.matches('input, select, textarea');
    if (typing) return;
    const onGraph = event.target === $('#canvas') || event.target === document.body;
    const keys = {
      '/': () => $('#search').focus(),
      '?': () => $('#keys').showModal(),
      Escape: () => this.#escape(),
      n: () => this.nextMatch(1),
      p: () => this.nextMatch(-1),
      i: () => this.show(this.view === 'callers' ? 'flame' : 'callers'),
      s: () => this.view === 'sandwich' && (this.selected?.node.frame ?? this.sandwiched) === this.sandwiched
        ? this.show('flame') : this.showSandwich(this.selected?.node.frame ?? this.#heaviest()),
      c: () => this.#cycle($('#colour'), (value) => this.#setColour(value)),
      v: () => this.#cycle($('#type'), (value) => this.useType(Number(value))),
      t: () => this.#togglePanel(),
      d: () => this.#toggleTheme(),
      y: () => this.selected && this.copyStack(this.selected),
      Backspace: () => this.zoomOut(),
    };
    VIEWS.forEach((view, i) => {
      keys[String(i + 1)] = () => this.#choose(view);
    });
    if (onGraph) {
      keys.ArrowUp = () => this.move('up');
      keys.ArrowDown = () => this.move('down');
      keys.ArrowLeft = () => this.move('left');
      keys.ArrowRight = () => this.move('right');
      keys.Enter = () => this.selected && this.zoom(this.selected);
    }
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  }

  #escape() {
    if (!$('#reset').disabled) {
      this.reset();
    } else if (this.search.matches) {
      $('#search').value = '';
      this.#find('');
    }
  }

  #find(text) {
    this.search.run(text);
    this.#showMatched();
    this.#requestDraw();
  }

  #cycle(select, apply) {
    select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
    apply(select.value);
  }

  #setColour(mode) {
    this.palette.mode = mode;
    this.#showLegend();
    this.#say('Colour: ' + COLOUR_NAMES[mode]);
    this.#requestDraw();
  }

  #showTab(tab) {
    for (const other of document.querySelectorAll('[role=tab]')) {
      const chosen = other === tab;
      other.setAttribute('aria-selected', String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute('aria-controls')).hidden = !chosen;
    }
  }

  #togglePanel() {
    const hidden = document.documentElement.classList.toggle('no-panel');
    $('#panelToggle').setAttribute('aria-expanded', String(!hidden));
  }

  #toggleTheme() {
    const theme = this.palette.dark ? 'light' : 'dark';
    this.#applyTheme(theme);
    writeSetting('vitrine.theme', theme);
  }

  #applyTheme(theme) {
    const root = document.documentElement;
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    this.palette.dark = (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
    this.palette.mode = this.palette.mode;
    this.#showLegend();
    this.#requestDraw();
  }
}

// Storage is refused to pages in some sandboxes; the choice then lasts as long as the page.
function readSetting(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function writeSetting(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing to do: see above.
  }
}

readProfile($('#profile')).then((data) => {
  $('#message').hidden = true;
  new App(data);
}).catch((error) => {
  const message = $('#message');
  message.hidden = false;
  message.textContent = typeof DecompressionStream === 'undefined'
    ? 'This browser cannot unpack the profile: it has no DecompressionStream. Any browser of 2023 or later has it.'
    : 'The profile in this page cannot be read: ' + error.message;
  $('#main').setAttribute('aria-busy', 'false');
});
