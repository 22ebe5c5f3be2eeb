// Colours say one thing at a time: the package, the function, the own share, or the change. Light and dark differ in lightness only.

/** FNV-1a: the same name has the same colour in every profile and on every machine. */
function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
}

class Palette {
  #cache = new Map();

  constructor(data) {
    this.data = data;
    this.dark = false;
  }

  set mode(mode) {
    this.#mode = mode;
    this.#cache.clear();
  }

  get mode() {
    return this.#mode;
  }

  #mode = 'package';

  /** Fill of a node; the caller dims what the search does not match. */
  fill(node) {
    if (node.frame < 0) return this.neutral;
    switch (this.#mode) {
      case 'diff': return this.change(node.base, node.current);
      case 'self': return this.#share(node.current > 0 ? node.self / node.current : 0);
      case 'function': return this.#named(this.data.frames[node.frame].name);
      default: return this.ofPackage(this.data.frames[node.frame].package);
    }
  }

  ofPackage(index) {
    return this.#named(this.data.packages[index]);
  }

  get neutral() {
    return this.dark ? 'hsl(220 8% 30%)' : 'hsl(220 14% 84%)';
  }

  get ink() {
    return this.dark ? '#f4f4f2' : '#1b1b1a';
  }

  /** Red grew, blue shrank; full colour is "new" or "gone". The same scale as the legend and as the SVG. */
  change(base, current) {
    const most = Math.max(base, current);
    return this.changeShare(most > 0 ? (current - base) / most : 0);
  }

  changeShare(share) {
    const strength = Math.min(1, Math.abs(share)) ** 0.7;
    const hue = share > 0 ? 6 : 216;
    if (strength < 0.004) return this.neutral;
    return this.dark
      ? `hsl(${hue} ${Math.round(12 + 58 * strength)}% ${Math.round(30 + 12 * strength)}%)`
      : `hsl(${hue} ${Math.round(30 + 60 * strength)}% ${Math.round(90 - 24 * strength)}%)`;
  }

  #share(share) {
    const strength = Math.sqrt(share);
    return this.dark
      ? `hsl(${Math.round(48 - 34 * strength)} ${Math.round(20 + 45 * strength)}% ${Math.round(26 + 14 * strength)}%)`
      : `hsl(${Math.round(52 - 32 * strength)} ${Math.round(45 + 50 * strength)}% ${Math.round(88 - 22 * strength)}%)`;
  }

  #named(name) {
    let colour = this.#cache.get(name);
    if (!colour) {
      const h = hash(name);
      const hue = (h % 36) * 10;
      const step = (h >>> 8) % 3;
      colour = this.dark ? `hsl(${hue} ${34 + 6 * step}% ${32 + 3 * step}%)` : `hsl(${hue} ${56 + 8 * step}% ${75 + 3 * step}%)`;
      this.#cache.set(name, colour);
    }
    return colour;
  }
}
