// The page: which view, which value, what is zoomed, selected and searched. Every change goes through a method here.

const COLOUR_NAMES = { diff: 'by change', package: 'by package', function: 'by function', self: 'by own share' };

class App {
  view = 'flame';
  width = 'both';
  selected = null; // {node, forest}
  zoomed = null; // {node, forest, small}: null = everything
  hovered = null; // {box, part}
  sandwiched = -1; // the frame between callers and callees
  isDrawn = false;

  constructor(data) {
    this.data = data;
    this.tree = new Tree(data);
    this.tree.use(data.types[data.defaultType]);
    this.palette = new Palette(data);
    this.painter = new Painter($('#canvas'), data, this.palette);
    this.search = new Search(this.tree);
    this.texts = new Texts(this);
    this.scene = new Scene(this.painter, () => this.#marks());
    this.table = new FunctionTable(this.tree, (frame) => this.showSandwich(frame));
    this.details = new FrameDetails(this.tree, {
      zoom: (selected) => this.zoom(selected),
      sandwich: (frame) => this.showSandwich(frame),
      copy: (selected) => this.copyStack(selected),
      select: (selected) => this.select(selected, { reveal: true }),
    });
    this.#prepareControls();
    listenToPointer(this);
    listenToKeyboard(this);
    listenToSearch(this);
    listenToTabs(this);
    listenToDivider($('#divider'));
    this.#applyTheme(readSetting('vitrine.theme') ?? '');
    this.scene.measure();
    this.scene.afterFirstDraw = () => this.#finish();
    this.show('flame');
  }

  /** The picture first: it needs what is on the screen; the table and the legend need a pass over all nodes. */
  #finish() {
    $('#main').setAttribute('aria-busy', 'false');
    performance.mark('vitrine-drawn');
    setTimeout(() => {
      this.isDrawn = true;
      this.table.render();
      this.texts.showLegend();
    });
  }

  // ---- views -------------------------------------------------------------------------------------------------------------------

  /** Shows a view; keeps the zoomed path as far as the new scene has it too. */
  show(view, path = []) {
    const { tree, width } = this;
    this.view = view;
    this.selected = null;
    this.hovered = null;
    this.zoomed = null;
    if (view === 'sandwich') this.scene.show(Forest.around(tree, width, this.sandwiched, 'down'), Forest.around(tree, width, this.sandwiched, 'up'));
    else this.scene.show(view === 'callers' ? Forest.inverted(tree, width) : Forest.whole(tree, width));
    for (const button of document.querySelectorAll('[data-view]')) button.setAttribute('aria-pressed', String(button.dataset.view === view));
    const forest = this.scene.main;
    const node = forest.find(path);
    if (node.parent) this.zoom({ node, forest }, { animate: false });
    else this.select(null);
    this.#showZoom();
    if (this.isDrawn) this.texts.showLegend();
    this.texts.showEmpty(!(forest.root.weight > 0));
  }

  /** A view by its button or key; the sandwich is of the selected function, or of the one that spent most. */
  choose(view) {
    if (view === 'sandwich') this.showSandwich(this.#heaviest());
    else this.show(view);
  }

  showSandwich(frame) {
    if (frame < 0) return;
    this.sandwiched = frame;
    this.show('sandwich');
    this.select({ node: this.scene.main.root, forest: this.scene.main });
  }

  toggleSandwich() {
    const frame = this.selected?.node.frame ?? -1;
    if (this.view === 'sandwich' && (frame < 0 || frame === this.sandwiched)) this.show('flame');
    else this.showSandwich(frame < 0 ? this.#heaviest() : frame);
  }

  #heaviest() {
    if (this.selected && this.selected.node.frame >= 0) return this.selected.node.frame;
    let best = null;
    for (const row of this.tree.functionTotals()) if (!best || row.self + row.baseSelf > best.self + best.baseSelf) best = row;
    return best ? best.frame.id : -1;
  }

  #useType(index) {
    const path = this.#zoomedPath();
    this.tree.use(this.data.types[index]);
    this.search.summarise();
    this.show(this.view, path);
    this.table.render();
    this.texts.showMatched(this.search);
  }

  #useWidth(width) {
    const path = this.#zoomedPath();
    this.width = width;
    this.show(this.view, path);
  }

  #zoomedPath() {
    return this.view === 'flame' && this.zoomed ? pathOf(this.zoomed.node) : [];
  }

  // ---- zoom and selection --------------------------------------------------------------------------------------------------------

  /** Fills the width with a node, or with the small frames it calls. */
  zoom({ node, forest, small = 0, start = node.start, weight = node.weight }, { animate = true } = {}) {
    if (!(weight > 0)) return;
    this.zoomed = node.parent || small ? { node, forest, small } : null;
    for (const part of this.scene.parts) if (part.forest !== forest) this.scene.aim(part.forest, part.forest.root.start, part.forest.root.weight, animate);
    this.scene.aim(forest, start, weight, animate, () => this.selected?.forest === forest && this.scene.scrollTo(this.selected));
    this.select({ node, forest });
    this.#showZoom();
  }

  /** What a click on a box does: zoom to it, and list who calls it and what it calls beside the graph. */
  open({ box, part: { forest } }) {
    const { node, small, start } = box;
    let { weight } = box;
    if (small) {
      // Thousands of small frames may be small on the whole screen too: then so many that the first can be seen; dragging shows the others.
      const children = forest.children(node);
      weight = Math.min(weight, children[children.length - small].weight * this.painter.width / 4);
    }
    this.zoom({ node, forest, small, start, weight });
    this.showTab($('#tab-frame'));
  }

  zoomOut() {
    const { zoomed } = this;
    if (zoomed) this.zoom({ node: zoomed.small ? zoomed.node : zoomed.node.parent, forest: zoomed.forest });
  }

  reset() {
    this.zoomed = null;
    for (const { forest } of this.scene.parts) this.scene.aim(forest, forest.root.start, forest.root.weight, true, () => this.#showZoom());
    this.#showZoom();
  }

  /** The window of a forest as a drag or the wheel sets it. */
  frame(forest, from, size) {
    this.scene.frame(forest, from, size);
    $('#reset').disabled = !this.scene.isNarrowed && !this.zoomed;
  }

  escape() {
    if (!$('#reset').disabled) {
      this.reset();
    } else if (this.search.matches) {
      $('#search').value = '';
      this.find('');
    }
  }

  select(selected, { reveal = false } = {}) {
    this.selected = selected;
    if (selected && reveal) this.#reveal(selected);
    this.texts.describe(selected);
    this.details.render(selected, this.width);
    if (selected) this.scene.scrollTo(selected);
    this.scene.requestDraw();
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
    if (!this.selected) {
      const forest = this.zoomed?.forest ?? this.scene.main;
      this.select({ node: this.zoomed?.node ?? forest.root, forest });
      return;
    }
    let { node, forest } = this.selected;
    const { sign } = this.scene.partOf(forest);
    let next = null;
    if (direction === 'left' || direction === 'right') {
      if (node.parent) next = forest.children(node.parent)[node.index + (direction === 'left' ? -1 : 1)];
    } else if ((direction === 'down') === (sign > 0)) {
      next = forest.children(node)[0];
    } else if (node.parent) {
      next = node.parent;
      // The root of the callers is the root of the callees: one row, one frame.
      if (sign < 0 && !next.parent) ({ main: forest, main: { root: next } } = this.scene);
    } else if (this.view === 'sandwich') {
      ({ forest } = this.scene.parts[1]);
      next = forest.children(forest.root)[0];
    }
    if (next) this.select({ node: next, forest }, { reveal: true });
  }

  // ---- search --------------------------------------------------------------------------------------------------------------------

  find(text) {
    this.search.run(text);
    this.texts.showMatched(this.search);
    this.scene.requestDraw();
  }

  nextMatch(by) {
    const at = this.search.step(by);
    if (at < 0) return;
    if (this.view !== 'flame') this.show('flame');
    const path = [];
    for (let i = at; i > 0; i = this.data.parent[i]) path.push(this.data.frame[i]);
    const forest = this.scene.main;
    this.select({ node: forest.find(path.reverse()), forest }, { reveal: true });
    this.texts.showMatched(this.search);
  }

  // ---- the rest ------------------------------------------------------------------------------------------------------------------

  async copyStack(selected) {
    if (!selected) return;
    const names = [];
    for (let { node } = selected; node; node = node.parent) {
      if (node.frame < 0) continue;
      const frame = this.data.frames[node.frame];
      names.push(frame.place ? `${frame.name}\n\t${frame.place}` : frame.name);
    }
    // Innermost first, as a panic prints it. Upwards the path begins at the innermost.
    if (selected.forest.direction === 'up') names.reverse();
    await copyText(names.join('\n') + '\n');
    this.texts.say(`Copied ${plural(names.length, 'frame')}.`);
  }

  #marks() {
    const { selected, search, zoomed, hovered } = this;
    return { selected, hovered: hovered?.box, matches: search.matches, focused: document.activeElement === $('#canvas'), zoomed: zoomed?.node };
  }

  #showZoom() {
    $('#reset').disabled = !this.zoomed && !this.scene.isNarrowed;
    this.texts.showPath(this.zoomed, this.zoomed?.forest ?? this.scene.main);
  }

  #prepareControls() {
    const { data } = this;
    const types = $('#type');
    types.replaceChildren(...data.types.map((type, i) => element('option', { value: String(i) }, `${type.name} (${type.unit})`)));
    types.value = String(data.defaultType);
    types.disabled = data.types.length < 2;
    types.addEventListener('change', () => this.#useType(types.selectedIndex));
    const colour = $('#colour');
    if (data.isDiff) {
      colour.prepend(element('option', { value: 'diff' }, COLOUR_NAMES.diff));
      colour.value = this.palette.mode = 'diff';
      $('#widthField').hidden = false;
    }
    colour.addEventListener('change', () => this.#setColour(colour.value));
    $('#width').addEventListener('change', (event) => this.#useWidth(event.target.value));
    for (const button of document.querySelectorAll('[data-view]')) button.addEventListener('click', () => this.choose(button.dataset.view));
    $('#reset').addEventListener('click', () => this.reset());
    $('#theme').addEventListener('click', () => this.toggleTheme());
    $('#help').addEventListener('click', () => $('#keys').showModal());
    $('#panelToggle').addEventListener('click', () => this.togglePanel());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#applyTheme(document.documentElement.dataset.theme ?? ''));
  }

  #setColour(mode) {
    this.palette.mode = mode;
    this.texts.showLegend();
    this.texts.say('Colour: ' + COLOUR_NAMES[mode]);
    this.scene.requestDraw();
  }

  showTab(tab) {
    for (const other of document.querySelectorAll('[role=tab]')) {
      const chosen = other === tab;
      other.setAttribute('aria-selected', String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute('aria-controls')).hidden = !chosen;
    }
  }

  togglePanel() {
    const hidden = document.documentElement.classList.toggle('no-panel');
    $('#panelToggle').setAttribute('aria-expanded', String(!hidden));
  }

  toggleTheme() {
    const theme = this.palette.dark ? 'light' : 'dark';
    this.#applyTheme(theme);
    writeSetting('vitrine.theme', theme);
  }

  /** '' = as the system has it. */
  #applyTheme(theme) {
    const root = document.documentElement;
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    this.palette.useDark((root.dataset.theme ?? system) === 'dark');
    if (this.isDrawn) this.texts.showLegend();
    this.scene.requestDraw();
  }
}
