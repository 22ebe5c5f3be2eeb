// The words around the graph: path, status line, legend, share of the search, tooltip. Names enter the document as text, never as markup.

class Texts {
  constructor(app) {
    this.app = app;
    this.data = app.data;
  }

  name(node) {
    return node.frame < 0 ? 'all' : this.data.frames[node.frame].name;
  }

  /** "850 ms, 85.0%, self 0 ns"; of a difference "1 s → 1.3 s, +300 ms (+30%)". */
  summary(node, forest) {
    const { tree } = this.app;
    const { unit } = tree.type;
    if (this.data.isDiff) return `${formatValue(node.base, unit)} → ${formatValue(node.current, unit)}, ${formatDelta(node.current - node.base, unit)} (${formatChange(node.base, node.current)})`;
    const own = forest?.direction === 'down' ? `, self ${formatValue(node.self, unit)}` : '';
    return `${formatValue(node.current, unit)}, ${formatShare(node.current, tree.total[0])}${own}`;
  }

  /** The status line: the selected frame, or the whole profile. */
  describe(selected) {
    const { tree } = this.app;
    this.say(selected
      ? `${this.name(selected.node)}: ${this.summary(selected.node, selected.forest)}`
      : [`${tree.type.name} (${tree.type.unit})`, this.summary({ current: tree.total[0], base: tree.baseTotal?.[0] ?? 0 }), ...this.data.notes].join(' · '));
  }

  say(text) {
    $('#selection').textContent = text;
  }

  showEmpty(isEmpty) {
    const message = $('#message');
    message.hidden = !isEmpty;
    message.textContent = 'This profile has no samples with a value of this type.';
  }

  /** The path to the zoomed frame; of a long one the beginning and the end. */
  showPath(zoomed, forest) {
    const { app } = this;
    const nodes = [];
    for (let n = zoomed?.node ?? forest.root; n; n = n.parent) nodes.push(n);
    nodes.reverse();
    const crumb = (node, last) => element('li', {}, element('button', {
      type: 'button', title: this.name(node), 'aria-current': last ? 'location' : undefined, onclick: () => node.parent ? app.zoom({ node, forest }) : app.reset(),
    }, element('bdi', {}, app.painter.label(node, 32))));
    const cut = nodes.length > 14 ? nodes.length - 13 : 0;
    const items = nodes.map((node, i) => i > 0 && i < cut ? null : crumb(node, i === nodes.length - 1 && !zoomed?.small)).filter(Boolean);
    if (cut > 1) items.splice(1, 0, element('li', { class: 'hint' }, `… ${cut - 1} frames …`));
    if (zoomed?.small) items.push(element('li', { class: 'hint', 'aria-current': 'location' }, plural(zoomed.small, 'small frame')));
    const list = $('#crumbs ol');
    list.replaceChildren(...items);
    list.lastElementChild.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** The scale of the changes, or the packages that spent most themselves. */
  showLegend() {
    const { palette, tree } = this.app;
    const legend = $('#legend');
    const swatch = (colour, properties) => {
      const result = element('i', properties);
      result.style.background = colour;
      return result;
    };
    if (palette.mode === 'diff') {
      const steps = Array.from({ length: 11 }, (_, i) => swatch(palette.changeShare((i - 5) / 5), {}));
      legend.replaceChildren('gone ', element('span', { class: 'scale', 'aria-hidden': 'true' }, ...steps), ' new');
    } else if (palette.mode === 'package') {
      const sums = new Map();
      for (const row of tree.functionTotals()) sums.set(row.frame.package, (sums.get(row.frame.package) ?? 0) + row.self + row.baseSelf);
      const top = [...sums].filter(([, sum]) => sum > 0).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 5);
      legend.replaceChildren(...top.map(([index]) => {
        const name = packageTitle(this.data, index);
        return element('span', { class: 'package', title: name }, swatch(palette.ofPackage(index), { class: 'swatch', 'aria-hidden': 'true' }), element('bdi', {}, name.slice(name.lastIndexOf('/') + 1)));
      }));
    } else {
      legend.replaceChildren();
    }
  }

  showMatched(search) {
    const { tree } = this.app;
    const out = $('#matched');
    out.classList.toggle('problem', search.problem !== '');
    out.title = search.problem;
    if (!search.matches) {
      out.textContent = '';
    } else if (search.functions === 0) {
      out.textContent = 'no match';
    } else {
      const after = formatShare(search.current, tree.total[0]);
      const share = this.data.isDiff ? `${formatShare(search.base, tree.baseTotal[0])} → ${after}` : after;
      const at = search.at >= 0 ? ` · ${GROUPED.format(search.at + 1)}/${GROUPED.format(search.found.length)}` : '';
      out.textContent = `${share} in ${plural(search.functions, 'function')}${at}${search.problem ? ' (plain text)' : ''}`;
    }
  }

  hideTip() {
    $('#tip').hidden = true;
  }

  showTip(event, hit) {
    const tip = $('#tip');
    tip.hidden = !hit;
    if (!hit) return;
    const { box: { node, small }, part: { forest } } = hit;
    const frame = node.frame < 0 ? null : this.data.frames[node.frame];
    if (small) {
      tip.replaceChildren(element('b', {}, plural(small, 'small frame')),
        element('div', {}, `${forest.direction === 'up' ? 'callers of' : 'called by'} ${this.name(node)}`),
        element('div', { class: 'hint' }, 'click to zoom in on them'));
    } else {
      tip.replaceChildren(element('b', {}, element('bdi', {}, this.name(node))), element('div', {}, this.summary(node, forest)));
      if (frame?.place) tip.append(element('div', { class: 'hint' }, element('bdi', {}, frame.place)));
    }
    const x = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
    const under = event.clientY + 18 + tip.offsetHeight < window.innerHeight;
    tip.style.left = Math.max(4, x) + 'px';
    tip.style.top = Math.max(4, under ? event.clientY + 18 : event.clientY - tip.offsetHeight - 10) + 'px';
  }
}
