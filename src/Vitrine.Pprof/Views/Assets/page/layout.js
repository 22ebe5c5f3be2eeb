// From a forest and its window to rectangles. Only what is at least half a pixel wide becomes a rectangle; the smaller siblings of one
// parent become a single "small frames" box. So the work follows the width of the screen, not the size of the profile.

const LEAST_PIXELS = 0.5;

/** Fills forest.rows: per depth the boxes from left to right, {node, x, width, small}; small = how many frames the box stands for (0: one, itself). */
function layOut(forest, width) {
  const rows = [];
  const scale = width / (forest.to - forest.from);
  const put = (depth, node, start, weight, small) => {
    const left = Math.max(0, (start - forest.from) * scale);
    const right = Math.min(width, (start + weight - forest.from) * scale);
    if (right - left < LEAST_PIXELS) return false;
    (rows[depth] ??= []).push({ node, x: left, width: right - left, small, start, weight });
    return true;
  };

  // A stack of our own: profiles are deeper than the script engine's.
  const open = [forest.root];
  put(0, forest.root, forest.root.start, forest.root.weight, 0);
  while (open.length > 0) {
    const node = open.pop();
    const children = forest.children(node);
    const visible = [];
    let i = firstInside(children, forest.from);
    for (; i < children.length; i++) {
      const child = children[i];
      if (child.start >= forest.to) break;
      if (child.weight * scale < LEAST_PIXELS) break;
      if (put(child.depth, child, child.start, child.weight, 0)) visible.push(child);
    }
    if (i < children.length && children[i].start < forest.to) {
      const last = children.at(-1);
      put(node.depth + 1, node, children[i].start, last.start + last.weight - children[i].start, children.length - i);
    }
    for (let k = visible.length - 1; k >= 0; k--) open.push(visible[k]);
  }
  forest.rows = rows;
  forest.maxDepth = Math.max(0, rows.length - 1);
}

/** Index of the first child that reaches beyond "from". */
function firstInside(children, from) {
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (children[middle].start + children[middle].weight > from) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The box of one row under a horizontal position. */
function boxAt(row, x) {
  let low = 0;
  let high = (row?.length ?? 0) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const box = row[middle];
    if (x < box.x) high = middle - 1;
    else if (x >= box.x + box.width) low = middle + 1;
    else return box;
  }
  return null;
}
