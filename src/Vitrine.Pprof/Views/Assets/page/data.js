// The profile as the page carries it: zlib, then base64. Inside: unsigned LEB128 numbers and length-prefixed UTF-8,
// one column after the other. A tree node costs a few bits this way; one JSON object per node would cost a hundred bytes
// and most of the first second. The writer is FlameGraphHtmlData.cs; the two change together.

class ByteReader {
  #bytes;
  #at = 0;
  #text = new TextDecoder('utf-8');

  constructor(bytes) {
    this.#bytes = bytes;
  }

  /** Products instead of shifts: shifts end at 32 bits, values go to 63 (beyond 2^53 the last digits are rounded). */
  unsigned() {
    let result = 0;
    let scale = 1;
    for (let length = 0; length < 10; length++) {
      if (this.#at >= this.#bytes.length) throw new Error('the profile data ends in the middle of a number');
      const byte = this.#bytes[this.#at++];
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) return result;
      scale *= 128;
    }
    throw new Error('a number in the profile data is too long');
  }

  text() {
    const length = this.unsigned();
    if (length > this.#bytes.length - this.#at) throw new Error('the profile data ends in the middle of a text');
    const result = this.#text.decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return result;
  }

  list(read) {
    return Array.from({ length: this.unsigned() }, read);
  }

  /** The bulk of the data, so without a call per number; most numbers are one byte. */
  column(array, from = 0) {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = from; i < array.length; i++) {
      const byte = bytes[at];
      if (byte < 0x80) {
        array[i] = byte;
        at++;
      } else {
        this.#at = at;
        array[i] = this.unsigned();
        at = this.#at;
      }
    }
    this.#at = at;
    return array;
  }
}

async function inflate(base64) {
  const text = atob(base64.trim());
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < packed.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * The node columns are in preorder, node 0 is the root: parent, frame, end (one past the last node of the subtree), and per sample
 * type the own ("self") values: current, and base when the page shows a difference.
 */
async function readProfile(element) {
  const reader = new ByteReader(await inflate(element.textContent));
  const version = reader.unsigned();
  if (version !== 1) throw new Error(`this page holds profile data of form ${version}, and its script reads form 1`);
  const title = reader.text();
  const isDiff = reader.unsigned() === 1;
  const notes = reader.list(() => reader.text());
  const types = reader.list(() => ({ name: reader.text(), unit: reader.text() }));
  const defaultType = reader.unsigned();
  const strings = reader.list(() => reader.text());
  const packages = reader.list(() => reader.text());
  const frameCount = reader.unsigned();
  const nameOf = reader.column(new Uint32Array(frameCount));
  const packageOf = reader.column(new Uint32Array(frameCount));
  const fileOf = reader.column(new Uint32Array(frameCount));
  const lineOf = reader.column(new Uint32Array(frameCount));
  const frames = Array.from({ length: frameCount }, (_, i) => {
    const line = lineOf[i] ? ':' + lineOf[i] : '';
    const file = strings[fileOf[i]];
    return { id: i, name: strings[nameOf[i]], place: file ? file + line : '', package: packageOf[i] };
  });

  const count = reader.unsigned();
  const rise = reader.column(new Uint32Array(count), 1); // how many levels up from the node before: 0 = its child, 1 = its sibling
  const frame = reader.column(new Int32Array(count), 1);
  frame[0] = -1;
  const parent = new Int32Array(count);
  const depth = new Int32Array(count);
  const end = new Int32Array(count);
  parent[0] = -1;
  for (let i = 1; i < count; i++) {
    let above = i - 1;
    for (let up = rise[i]; up > 0; up--) {
      end[above] = i;
      above = parent[above];
    }
    parent[i] = above;
    depth[i] = depth[above] + 1;
  }
  for (let i = count - 1; i >= 0 && end[i] === 0; i = parent[i]) end[i] = count;

  for (const type of types) {
    type.self = reader.column(new Float64Array(count));
    type.baseSelf = isDiff ? reader.column(new Float64Array(count)) : null;
  }
  return { title, isDiff, notes, types, defaultType, packages, frames, count, parent, frame, depth, end };
}
