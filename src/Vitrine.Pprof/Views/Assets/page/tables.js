// The two tables beside the graph: all functions, and what surrounds the selected frame.

const FIRST_ROWS = 200;

class FunctionTable {
  constructor(tree, choose) {
    this.tree = tree;
    this.choose = choose;
    this.shown = FIRST_ROWS;
    this.sort = { key: tree.data.isDiff ? 'change' : 'self', down: true };
    this.head = document.querySelector('#top thead');
    this.body = document.querySelector('#top tbody');
    this.more = document.querySelector('#topMore');
    this.more.addEventListener('click', () => {
      this.shown *= 5;
      this.render();
    });
    this.filter = document.querySelector('#filter');
    this.filter.addEventListener('input', () => {
      this.shown = FIRST_ROWS;
      this.render();
    });
  }

  get #columns() {
    const size = (row) => Math.abs(row.total - row.baseTotal);
    return this.tree.data.isDiff
      ? [
        { key: 'baseTotal', title: 'Before', hint: 'total before' },
        { key: 'total', title: 'After', hint: 'total after' },
        { key: 'change', title: 'Change', hint: 'change of the total', of: (row) => row.total - row.baseTotal, by: size, signed: true },
        { key: 'selfChange', title: 'Self', hint: 'change of the own value', of: (row) => row.self - row.baseSelf, by: (row) => Math.abs(row.self - row.baseSelf), signed: true },
      ]
      : [
        { key: 'self', title: 'Self', hint: 'own value (flat)', share: true },
        { key: 'total', title: 'Total', hint: 'with everything it called (cum)', share: true },
      ];
  }

  render() {
    const { unit } = this.tree.type;
    const whole = this.tree.total[0];
    const columns = this.#columns;
    const value = (row, column) => column.of ? column.of(row) : row[column.key];
    const order = this.sort.down ? -1 : 1;
    const sorted = columns.find((column) => column.key === this.sort.key);
    const by = sorted?.by ?? ((row) => value(row, sorted));
    const wanted = this.filter.value.toLowerCase();
    const rows = this.tree.functionTotals().filter((row) => row.frame.name.toLowerCase().includes(wanted));
    rows.sort(sorted
      ? (a, b) => order * (by(a) - by(b)) || b.total - a.total || a.frame.id - b.frame.id
      : (a, b) => order * (a.frame.name < b.frame.name ? -1 : a.frame.name > b.frame.name ? 1 : a.frame.id - b.frame.id));

    const heading = (column) => element('th', {
      scope: 'col', class: column.key === 'name' ? 'name' : 'n', title: column.hint,
      'aria-sort': this.sort.key === column.key ? (this.sort.down ? 'descending' : 'ascending') : 'none',
    }, element('button', { type: 'button', onclick: () => this.#sortBy(column.key) }, column.title,
      element('span', { class: 'mark', 'aria-hidden': 'true' }, this.sort.key === column.key ? (this.sort.down ? ' ▾' : ' ▴') : '')));
    this.head.replaceChildren(element('tr', {}, ...columns.map(heading), heading({ key: 'name', title: 'Function', hint: 'name' })));
    this.body.replaceChildren(...rows.slice(0, this.shown).map((row) => element('tr', {},
      ...columns.map((column) => {
        const v = value(row, column);
        const cell = element('td', { class: column.signed ? (v > 0 ? 'n more' : v < 0 ? 'n less' : 'n') : 'n' }, column.signed ? formatDelta(v, unit) : formatValue(v, unit));
        if (column.share) cell.append(element('small', {}, formatShare(v, whole)));
        return cell;
      }),
      element('td', { class: 'name' }, element('button', {
        type: 'button', class: 'function', title: row.frame.name + (row.frame.place ? '\n' + row.frame.place : ''), onclick: () => this.choose(row.frame.id),
      }, element('bdi', {}, row.frame.name))))));
    const left = rows.length - this.shown;
    this.more.hidden = left <= 0;
    this.more.textContent = left > 0 ? `${plural(left, 'more function')}…` : '';
  }

  #sortBy(key) {
    this.sort = { key, down: this.sort.key === key ? !this.sort.down : key !== 'name' };
    this.render();
  }
}

/** Everything about one frame of the graph: its values, its stack, its children however small, and who calls the function anywhere. */
class FrameDetails {
  constructor(tree, actions) {
    this.tree = tree;
    this.actions = actions;
    this.place = document.querySelector('#frame');
  }

  render(selected, width) {
    if (!selected) {
      this.place.replaceChildren(element('p', { class: 'hint' }, 'Select a frame: click it, or move to the graph with Tab and use the arrow keys.'));
      return;
    }
    const { node, forest } = selected;
    const { data, type } = this.tree;
    const { unit } = type;
    const frame = node.frame < 0 ? null : data.frames[node.frame];
    const whole = this.tree.total[0];
    const rows = data.isDiff
      ? [['Before', formatValue(node.base, unit)], ['After', formatValue(node.current, unit)], ['Change', `${formatDelta(node.current - node.base, unit)} (${formatChange(node.base, node.current)})`]]
      : [['Total', `${formatValue(node.current, unit)} · ${formatShare(node.current, whole)}`]];
    if (forest.direction === 'down' && !data.isDiff) rows.push(['Self', `${formatValue(node.self, unit)} · ${formatShare(node.self, whole)}`]);
    if (frame) rows.push(['Package', packageTitle(data, frame.package)]);
    if (frame?.place) rows.push(['Source', frame.place]);

    const children = forest.children(node);
    const parts = [
      element('h2', {}, element('bdi', {}, frame ? frame.name : 'all')),
      element('dl', {}, ...rows.flatMap(([name, text]) => [element('dt', {}, name), element('dd', {}, element('bdi', {}, text))])),
      element('p', { class: 'actions' },
        element('button', { type: 'button', onclick: () => this.actions.zoom(selected) }, 'Zoom'),
        element('button', { type: 'button', disabled: !frame, onclick: () => this.actions.sandwich(node.frame) }, 'Sandwich'),
        element('button', { type: 'button', disabled: !frame, onclick: () => this.actions.copy(selected) }, 'Copy stack')),
      this.#list(forest.direction === 'down' ? 'Calls from here' : 'Called here by', children, node, (child) => this.actions.select({ node: child, forest })),
    ];
    if (frame) {
      const callers = Forest.around(this.tree, width, node.frame, 'up');
      parts.push(this.#list('Called anywhere by', callers.children(callers.root), callers.root, (child) => this.actions.sandwich(child.frame)));
    }
    this.place.replaceChildren(...parts);
  }

  #list(title, nodes, of, choose) {
    const { data, type } = this.tree;
    const section = element('section', {}, element('h3', {}, title, element('small', {}, ` ${GROUPED.format(nodes.length)}`)));
    if (nodes.length === 0) {
      section.append(element('p', { class: 'hint' }, 'nothing'));
      return section;
    }
    const list = element('ol', { class: 'list' });
    let shown = 0;
    const more = element('button', { type: 'button', class: 'more', onclick: () => extend() });
    const extend = () => {
      for (const node of nodes.slice(shown, shown + FIRST_ROWS)) {
        const frame = data.frames[node.frame];
        list.append(element('li', {}, element('button', { type: 'button', class: 'function', title: frame.name + (frame.place ? '\n' + frame.place : ''), onclick: () => choose(node) },
          element('span', { class: 'n' }, data.isDiff ? formatDelta(node.current - node.base, type.unit) : formatValue(node.current, type.unit)),
          element('span', { class: 'n share' }, data.isDiff ? formatChange(node.base, node.current) : formatShare(node.current, of.current)),
          element('bdi', {}, frame.name))));
      }
      shown = Math.min(nodes.length, shown + FIRST_ROWS);
      more.hidden = shown === nodes.length;
      more.textContent = `${plural(nodes.length - shown, 'more frame')}…`;
    };
    extend();
    section.append(list, more);
    return section;
  }
}
