// Search by regular expression over the function names. What it finds is marked in every view; its share counts a stack once, however
// many of its frames match.

class Search {
  constructor(tree) {
    this.tree = tree;
    this.clear();
  }

  clear() {
    this.text = '';
    this.matches = null;
    this.problem = '';
    this.functions = 0;
    this.summarise();
  }

  /** A text that is no regular expression is looked for as it stands, and the page says so. */
  run(text) {
    this.clear();
    if (text === '') return;
    this.text = text;
    let pattern;
    try {
      pattern = new RegExp(text, /[A-Z]/.test(text) ? 'u' : 'iu');
    } catch {
      const plain = text.toLowerCase();
      pattern = { test: (name) => name.toLowerCase().includes(plain) };
      this.problem = 'not a regular expression: searched as plain text';
    }
    const { frames } = this.tree.data;
    this.matches = new Uint8Array(frames.length);
    for (const frame of frames) {
      if (!pattern.test(frame.name)) continue;
      this.matches[frame.id] = 1;
      this.functions++;
    }
    this.summarise();
  }

  /** Values of the matches; again after the sample type changed. */
  summarise() {
    this.found = this.matches ? this.tree.outermost((frame) => this.matches[frame]) : [];
    const { total, baseTotal } = this.tree;
    const size = (i) => total[i] + (baseTotal ? baseTotal[i] : 0);
    this.found.sort((a, b) => size(b) - size(a) || a - b);
    this.current = 0;
    this.base = 0;
    for (const i of this.found) {
      this.current += total[i];
      if (baseTotal) this.base += baseTotal[i];
    }
    this.at = -1;
  }

  /** The next (or previous) outermost match, biggest first, around the end; −1 when there is none. */
  step(by) {
    const count = this.found.length;
    if (count === 0) return -1;
    this.at = this.at < 0 ? (by > 0 ? 0 : count - 1) : (this.at + by + count) % count;
    return this.found[this.at];
  }
}
