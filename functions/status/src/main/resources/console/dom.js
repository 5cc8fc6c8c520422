// Elements are made by hand, and what comes from outside goes into them as text and never as HTML.

/** An element: attributes by name, `on…` as listeners, `null` and `false` left out; children are nodes or text. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same of SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...nodes(children));
  return element;
}

export function show(parent, ...children) {
  parent.replaceChildren(...nodes(children));
  return parent;
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/**
 * Makes the children of `parent` those of `items`, in their order, and leaves alone what has not changed: so that focus,
 * selection and scrolling stay where they are while a list changes.
 *
 * @param build makes the child of an item; anew when what `state` tells of it has changed
 * @param arrived is told of a child that was not there before, or has changed
 */
export function keyed(parent, items, { key, state, build, arrived = () => {} }) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const first = known.size === 0;
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    const now = JSON.stringify(state(item));
    let child = known.get(id);
    known.delete(id);
    if (!child || child.dataset.state !== now) {
      const fresh = build(item);
      fresh.dataset.key = id;
      fresh.dataset.state = now;
      if (child) {
        if (place === child) place = fresh;
        const focused = child.contains(document.activeElement);
        child.replaceWith(fresh);
        if (focused) (fresh.matches('[tabindex], a, button') ? fresh : fresh.querySelector('a, button'))?.focus();
      }
      child = fresh;
      if (!first) arrived(fresh);
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  known.forEach((gone) => gone.remove());
}
