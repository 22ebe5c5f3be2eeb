// The few things that every part of the page needs of the document.

const $ = (selector) => document.querySelector(selector);

/** element('td', {class: 'n'}, 'text', child…): properties that start with "on" are listeners. Text becomes text, never markup. */
function element(tag, properties = {}, ...children) {
  const result = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) result.addEventListener(name.slice(2), value);
    else if (value === true) result.setAttribute(name, '');
    else if (value !== false && value !== undefined) result.setAttribute(name, value);
  }
  result.append(...children);
  return result;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers without the clipboard for local files still copy a selection.
    const area = element('textarea', { class: 'offscreen', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    $('#canvas').focus();
  }
}

// Storage is refused to pages in some sandboxes; a choice then lasts as long as the page.
function readSetting(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function writeSetting(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing to do: see above.
  }
}
