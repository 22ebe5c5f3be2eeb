// The tree and its two readings. Downwards: a node's children are what it called. Upwards: a node's children are its callers.
// Both are grown only where somebody looks: a drawn node knows which nodes of the profile's tree it stands for ("at") and finds its
// children when it is first laid out. So the inverted view of 100,000 stacks costs one pass over the leaves, not a second tree.

class Tree {
  constructor(data) {
    this.data = data;
    this.total = new Float64Array(data.count);
    this.baseTotal = data.isDiff ? new Float64Array(data.count) : null;
  }

  /** Sums the subtrees for one sample type: parents come before their children, so one backward pass is enough. */
  use(type) {
    const { count, parent } = this.data;
    this.type = type;
    for (const [total, self] of [[this.total, type.self], [this.baseTotal, type.baseSelf]]) {
      if (!total) continue;
      total.set(self);
      for (let i = count - 1; i > 0; i--) total[parent[i]] += total[i];
    }
    this.functions = null;
  }

  /** Outermost nodes of a set of frames: a recursive call counts once. */
  outermost(matches) {
    const { count, frame, end } = this.data;
    const found = [];
    for (let i = 1; i < count;) {
      if (matches(frame[i])) {
        found.push(i);
        i = end[i];
      } else {
        i++;
      }
    }
    return found;
  }

  /** Own and total value of every function (frame), outermost occurrences only for the total. */
  functionTotals() {
    if (this.functions) return this.functions;
    const { frames, count, parent, frame, end } = this.data;
    const { self, baseSelf } = this.type;
    const rows = frames.map((f) => ({ frame: f, self: 0, total: 0, baseSelf: 0, baseTotal: 0 }));
    const open = new Int32Array(frames.length);
    for (let i = 1, above = 0; i < count; i++) {
      while (end[above] <= i) {
        open[frame[above]]--;
        above = parent[above];
      }
      const row = rows[frame[i]];
      row.self += self[i];
      if (baseSelf) row.baseSelf += baseSelf[i];
      if (open[frame[i]]++ === 0) {
        row.total += this.total[i];
        if (baseSelf) row.baseTotal += this.baseTotal[i];
      }
      above = i;
    }
    this.functions = rows.filter((row) => row.total !== 0 || row.baseTotal !== 0);
    return this.functions;
  }
}

/** A drawn frame. Values are of the chosen sample type; "weight" is what its width shows, "start" where it begins, in the same unit. */
class ViewNode {
  constructor(frame, parent) {
    this.frame = frame;
    this.parent = parent;
    this.depth = parent ? parent.depth + 1 : 0;
    this.index = 0;
    this.at = [];
    this.current = 0;
    this.base = 0;
    this.self = 0;
    this.baseSelf = 0;
    this.weight = 0;
    this.start = 0;
    this.grown = null;
  }
}

/** A tree of view nodes: "down" (callees) or "up" (callers). Weights decide widths: current, base, or both added. */
class Forest {
  constructor(tree, direction, width) {
    this.tree = tree;
    this.direction = direction;
    this.currentFactor = width === 'base' ? 0 : 1;
    this.baseFactor = tree.baseTotal && width !== 'current' ? 1 : 0;
    this.root = null;
    this.from = 0; // the window that is shown, in units of weight
    this.to = 1;
    this.maxDepth = 0;
    this.rows = [];
  }

  /** The whole profile from its entry points. */
  static whole(tree, width) {
    const forest = new Forest(tree, 'down', width);
    const root = new ViewNode(-1, null);
    forest.#add(root, 0, tree.total[0], tree.baseTotal?.[0] ?? 0);
    return forest.#finish(root);
  }

  /** The whole profile from the functions that spent the value: one entry per tree node with a value of its own. */
  static inverted(tree, width) {
    const forest = new Forest(tree, 'up', width);
    const root = new ViewNode(-1, null);
    const { self, baseSelf } = tree.type;
    for (let i = 1; i < tree.data.count; i++) {
      const base = baseSelf ? baseSelf[i] : 0;
      if (self[i] !== 0 || base !== 0) forest.#add(root, i, self[i], base);
    }
    return forest.#finish(root);
  }

  /** One function with what it calls ("down") or who calls it ("up"). */
  static around(tree, width, frame, direction) {
    const forest = new Forest(tree, direction, width);
    const root = new ViewNode(frame, null);
    for (const i of tree.outermost((f) => f === frame)) forest.#add(root, i, tree.total[i], tree.baseTotal?.[i] ?? 0);
    return forest.#finish(root);
  }

  children(node) {
    return node.grown ??= this.#grow(node);
  }

  /** The node at a path of frames below the root, as far as it exists. */
  find(path) {
    let node = this.root;
    for (const frame of path) {
      const next = this.children(node).find((child) => child.frame === frame);
      if (!next) break;
      node = next;
    }
    return node;
  }

  /** Entries are (tree node, current, base) triples in one flat array: fewer objects for the sets of thousands that callers have. */
  #add(node, at, current, base) {
    node.at.push(at, current, base);
    node.current += current;
    node.base += base;
  }

  #finish(root) {
    root.weight = this.#weigh(root);
    if (this.direction === 'down') this.#countSelf(root);
    this.root = root;
    this.from = 0;
    this.to = Math.max(root.weight, Number.MIN_VALUE);
    return this;
  }

  #weigh(node) {
    return node.current * this.currentFactor + node.base * this.baseFactor;
  }

  #countSelf(node) {
    const { self, baseSelf } = this.tree.type;
    for (let i = 0; i < node.at.length; i += 3) {
      node.self += self[node.at[i]];
      if (baseSelf) node.baseSelf += baseSelf[node.at[i]];
    }
  }

  #grow(node) {
    const groups = new Map();
    const { frame, parent, end } = this.tree.data;
    const child = (id) => {
      let group = groups.get(id);
      if (!group) groups.set(id, group = new ViewNode(id, node));
      return group;
    };
    if (this.direction === 'down') {
      const { total, baseTotal } = this.tree;
      for (let i = 0; i < node.at.length; i += 3) {
        const last = end[node.at[i]];
        for (let kid = node.at[i] + 1; kid < last; kid = end[kid]) this.#add(child(frame[kid]), kid, total[kid], baseTotal ? baseTotal[kid] : 0);
      }
    } else if (node.frame < 0) {
      for (let i = 0; i < node.at.length; i += 3) this.#add(child(frame[node.at[i]]), node.at[i], node.at[i + 1], node.at[i + 2]);
    } else {
      for (let i = 0; i < node.at.length; i += 3) {
        const caller = parent[node.at[i]];
        if (caller > 0) this.#add(child(frame[caller]), caller, node.at[i + 1], node.at[i + 2]);
      }
    }

    // Biggest first: the children too small to draw are then neighbours, and become one box that says how many they are.
    const children = [];
    for (const group of groups.values()) {
      group.weight = this.#weigh(group);
      if (this.direction === 'down') this.#countSelf(group);
      if (group.current !== 0 || group.base !== 0) children.push(group);
    }
    const { frames } = this.tree.data;
    const byName = (a, b) => frames[a.frame].name < frames[b.frame].name ? -1 : frames[a.frame].name > frames[b.frame].name ? 1 : a.frame - b.frame;
    children.sort((a, b) => b.weight - a.weight || b.current + b.base - a.current - a.base || byName(a, b));
    let start = node.start;
    children.forEach((group, index) => {
      group.index = index;
      group.start = start;
      start += group.weight;
    });
    return children;
  }
}

function pathOf(node) {
  const path = [];
  for (let n = node; n.parent; n = n.parent) path.push(n.frame);
  return path.reverse();
}
