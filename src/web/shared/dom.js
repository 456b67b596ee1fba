// Small helpers for pages without a framework.

/**
 * An element. Properties that begin with `on` are listeners, `true` sets an empty attribute, `false`, `null` and
 * `undefined` set none. Children that are strings become text: nothing here ever parses HTML, so no text that somebody
 * typed can become markup.
 */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/**
 * Fills a place anew, and gives the focus back to whoever had it there, found by id. What is gone leaves it to the heading
 * above, so that it is not lost.
 */
export function fill(place, ...children) {
  const { activeElement } = document;
  const held = place.contains(activeElement);
  place.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (!held) return;
  const heading = place.closest('section, main')?.querySelector('h1[tabindex], h2[tabindex]');
  const again = activeElement.id && document.getElementById(activeElement.id);
  (again || heading)?.focus({ preventScroll: true });
}

/** A drawing out of the text of an SVG of ours. */
export function drawing(text, properties = {}) {
  const node = document.importNode(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement, true);
  for (const [name, value] of Object.entries(properties)) node.setAttribute(name, value);
  return node;
}

/** Says something to those who listen to the page rather than look at it. */
export function announce(text) {
  const place = document.getElementById('announcer');
  if (place) place.textContent = text;
}
