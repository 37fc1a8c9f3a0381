// A name for an element that no other widget of the page has: each widget is a module of its own, so they count together.
export function pageId(name) {
  globalThis.courseWidgets = (globalThis.courseWidgets ?? 0) + 1;
  return `${name}-${globalThis.courseWidgets}`;
}
