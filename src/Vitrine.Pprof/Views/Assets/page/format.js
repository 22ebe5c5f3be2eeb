// Values as people read them. Times and sizes scale; everything else is a count.

const TIME_UNITS = { nanosecond: 1, ns: 1, microsecond: 1e3, us: 1e3, 'µs': 1e3, millisecond: 1e6, ms: 1e6, second: 1e9, s: 1e9 };
const SIZE_UNITS = { byte: 1, b: 1, kilobyte: 1024, kb: 1024, megabyte: 1024 ** 2, mb: 1024 ** 2, gigabyte: 1024 ** 3, gb: 1024 ** 3 };
const TIME_STEPS = [[3600e9, 'h'], [60e9, 'min'], [1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];
const SIZE_STEPS = [[1024 ** 4, 'TiB'], [1024 ** 3, 'GiB'], [1024 ** 2, 'MiB'], [1024, 'KiB'], [1, 'B']];
const COUNT_STEPS = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1, '']];

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Three significant digits, no exponent, no trailing zeros after the point. */
function threeDigits(number) {
  const size = Math.abs(number);
  if (size >= 100 || Number.isInteger(number)) return GROUPED.format(number);
  return String(Number(number.toFixed(size >= 10 ? 1 : 2)));
}

/** 1234567 nanoseconds → "1.23 ms"; 2048 bytes → "2 KiB"; 1234567 count → "1.23 M". */
function formatValue(value, unit) {
  const lower = unit.toLowerCase();
  const name = lower.length > 2 ? lower.replace(/s$/, '') : lower;
  let steps = COUNT_STEPS;
  let amount = value;
  let suffix = '';
  if (Object.hasOwn(TIME_UNITS, name)) {
    steps = TIME_STEPS;
    amount = value * TIME_UNITS[name];
  } else if (Object.hasOwn(SIZE_UNITS, name)) {
    steps = SIZE_STEPS;
    amount = value * SIZE_UNITS[name];
  } else if (name !== 'count' && name !== '') {
    suffix = ' ' + unit;
  }
  if (amount === 0) return '0' + (steps === COUNT_STEPS ? suffix : ' ' + steps.at(-1)[1]);
  const size = Math.abs(amount);
  const [step, letter] = steps.find(([least]) => size >= least * 0.9995) ?? steps.at(-1);
  return threeDigits(amount / step) + (letter ? ' ' + letter : '') + suffix;
}

/** Signed, for differences: "+1.2 ms", "−3 KiB", "±0". */
function formatDelta(value, unit) {
  if (value === 0) return '±0';
  return (value > 0 ? '+' : '−') + formatValue(Math.abs(value), unit);
}

/** Share of the whole: "12.3%"; a share too small to show is "<0.01%", never "0%". */
function formatShare(part, whole) {
  if (!(whole > 0)) return '–';
  const share = 100 * part / whole;
  if (share === 0) return '0%';
  if (Math.abs(share) < 0.01) return share > 0 ? '<0.01%' : '−<0.01%';
  return (Math.abs(share) >= 99.95 || Math.abs(share) >= 10 ? share.toFixed(1) : share.toFixed(2)) + '%';
}

/** Relative change from before to after: "+25%", "new", "gone". */
function formatChange(base, current) {
  if (base === current) return '±0%';
  if (base === 0) return 'new';
  if (current === 0) return 'gone';
  const change = 100 * (current - base) / Math.abs(base);
  if (Math.abs(change) < 0.1) return change > 0 ? '+<0.1%' : '−<0.1%';
  return (change > 0 ? '+' : '−') + threeDigits(Number(Math.abs(change).toPrecision(3))) + '%';
}

function plural(count, one, many = one + 's') {
  return `${GROUPED.format(count)} ${count === 1 ? one : many}`;
}

function packageTitle(data, index) {
  return data.packages[index] || '(no package)';
}
