// Mouse, touch and keyboard on the graph, and the divider beside it. What they do is in the app; which gesture does it is here.

function listenToPointer(app) {
  const { scene, texts } = app;
  const { canvas } = scene;
  let press = null; // while a button is down
  let dragged = false; // since it went down last; the click that follows a drag is none

  const drag = (event) => {
    const size = press.to - press.from;
    scene.scroll.scrollTop = press.top - (event.clientY - press.y);
    app.frame(press.forest, press.from - (event.clientX - press.x) / app.painter.width * size, size);
  };

  canvas.addEventListener('pointermove', (event) => {
    if (event.buttons === 0) press = null; // released outside of the canvas
    if (press && (dragged || Math.hypot(event.clientX - press.x, event.clientY - press.y) > 4)) {
      dragged = true;
      canvas.setPointerCapture(event.pointerId);
      drag(event);
      return;
    }
    const hit = scene.hit(event);
    canvas.style.cursor = hit ? 'pointer' : 'default';
    if (hit?.box !== app.hovered?.box) {
      app.hovered = hit;
      scene.requestDraw();
    }
    texts.showTip(event, hit);
  });
  canvas.addEventListener('pointerleave', () => {
    app.hovered = null;
    texts.hideTip();
    scene.requestDraw();
  });
  canvas.addEventListener('pointerdown', (event) => {
    const hit = scene.hit(event);
    dragged = false;
    if (event.button !== 0 || !hit) return;
    const { forest } = hit.part;
    press = { x: event.clientX, y: event.clientY, forest, from: forest.from, to: forest.to, top: scene.scroll.scrollTop };
  });
  for (const type of ['pointerup', 'pointercancel']) {
    canvas.addEventListener(type, () => {
      press = null;
    });
  }
  canvas.addEventListener('click', (event) => {
    const hit = scene.hit(event);
    texts.hideTip();
    if (hit && !dragged) app.open(hit);
  });
  canvas.addEventListener('dblclick', (event) => {
    const hit = scene.hit(event);
    if (hit && !hit.box.small) app.showSandwich(hit.box.node.frame);
  });
  canvas.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const forest = scene.hit(event)?.part.forest ?? scene.main;
    const size = forest.to - forest.from;
    const next = Math.min(forest.root.weight, Math.max(forest.root.weight * 1e-9, size * Math.exp(event.deltaY * 0.004)));
    app.frame(forest, forest.from + (size - next) * event.offsetX / app.painter.width, next);
  }, { passive: false });
  scene.scroll.addEventListener('scroll', () => texts.hideTip(), { passive: true });
  for (const type of ['focus', 'blur']) canvas.addEventListener(type, () => scene.requestDraw());
}

function listenToKeyboard(app) {
  const anywhere = {
    '/': () => $('#search').focus(),
    '?': () => $('#keys').showModal(),
    Escape: () => app.escape(),
    Backspace: () => app.zoomOut(),
    n: () => app.nextMatch(1),
    p: () => app.nextMatch(-1),
    i: () => app.choose(app.view === 'callers' ? 'flame' : 'callers'),
    s: () => app.toggleSandwich(),
    c: () => cycle($('#colour')),
    v: () => cycle($('#type')),
    t: () => app.togglePanel(),
    d: () => app.toggleTheme(),
    y: () => app.copyStack(app.selected),
    1: () => app.choose('flame'),
    2: () => app.choose('callers'),
    3: () => app.choose('sandwich'),
  };
  // Arrows and Enter belong to whatever has the focus; these are for the graph.
  const onGraph = {
    ArrowUp: () => app.move('up'),
    ArrowDown: () => app.move('down'),
    ArrowLeft: () => app.move('left'),
    ArrowRight: () => app.move('right'),
    Enter: () => app.selected && app.zoom(app.selected),
  };
  document.addEventListener('keydown', (event) => {
    app.texts.hideTip();
    if (event.ctrlKey || event.metaKey || event.altKey || $('#keys').open || event.target.matches('input, select, textarea')) return;
    const graph = event.target === $('#canvas') || event.target === document.body;
    const keys = Object.hasOwn(anywhere, event.key) ? anywhere : graph && Object.hasOwn(onGraph, event.key) ? onGraph : null;
    if (!keys) return;
    event.preventDefault();
    keys[event.key]();
  });
}

/** The next choice of a list, as if it had been picked. */
function cycle(select) {
  select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
  select.dispatchEvent(new Event('change'));
}

/** A divider that can be dragged, and moved with the arrow keys. */
function listenToDivider(divider) {
  const set = (percent) => {
    const share = Math.min(75, Math.max(15, percent));
    document.documentElement.style.setProperty('--panel', share + '%');
    divider.setAttribute('aria-valuenow', String(Math.round(share)));
  };
  const pull = (event) => {
    const main = $('#main').getBoundingClientRect();
    const stacked = getComputedStyle($('#main')).flexDirection === 'column';
    set(stacked ? 100 * (main.bottom - event.clientY) / main.height : 100 * (main.right - event.clientX) / main.width);
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

function listenToSearch(app) {
  const field = $('#search');
  let pending = 0;
  field.addEventListener('input', () => {
    clearTimeout(pending);
    pending = setTimeout(() => app.find(field.value), 60);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      clearTimeout(pending);
      if (field.value !== app.search.text) app.find(field.value);
      app.nextMatch(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') {
      field.value = '';
      app.find('');
      $('#canvas').focus();
      event.preventDefault();
    }
  });
}

function listenToTabs(app) {
  for (const tab of document.querySelectorAll('[role=tab]')) {
    tab.addEventListener('click', () => app.showTab(tab));
    tab.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      const other = tab.nextElementSibling ?? tab.previousElementSibling;
      app.showTab(other);
      other.focus();
    });
  }
}
