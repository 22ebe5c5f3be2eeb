// Colours say one thing at a time: the package, the function, the own share, or the change. Light and dark differ in lightness only.

/** FNV-1a with a final mix: the same name has the same colour in every profile, on every machine and in the SVG. */
function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

class Palette {
  #mode = 'package';
  #cache = new Map(); // colours by name, of the present mode and theme

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

  useDark(dark) {
    this.dark = dark;
    this.#cache.clear();
  }

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
    return this.dark ? 'oklch(0.37 0.008 260)' : 'oklch(0.88 0.006 260)';
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
    const hue = share > 0 ? 27 : 255;
    if (strength < 0.004) return this.neutral;
    return this.dark
      ? `oklch(${0.37 + 0.12 * strength} ${0.02 + 0.14 * strength} ${hue})`
      : `oklch(${0.92 - 0.2 * strength} ${0.015 + 0.125 * strength} ${hue})`;
  }

  #share(share) {
    const strength = Math.sqrt(share);
    return this.dark
      ? `oklch(${0.34 + 0.16 * strength} ${0.02 + 0.1 * strength} ${75 - 40 * strength})`
      : `oklch(${0.95 - 0.2 * strength} ${0.03 + 0.12 * strength} ${90 - 45 * strength})`;
  }

  #named(name) {
    let colour = this.#cache.get(name);
    if (!colour) {
      const h = hash(name);
      const hue = (h % 40) * 9;
      const step = (h >>> 8) % 3;
      colour = this.dark ? `oklch(${0.4 + 0.035 * step} ${0.075 + 0.01 * step} ${hue})` : `oklch(${0.82 + 0.035 * step} ${0.1 - 0.012 * step} ${hue})`;
      this.#cache.set(name, colour);
    }
    return colour;
  }
}
