// The few page elements that a quiz is made of.

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = { right: "M3.5 8.5 6.5 11.5 12.5 4.5", wrong: "M4.5 4.5 11.5 11.5M11.5 4.5 4.5 11.5" };

/** Make an element; null children are left out, and texts stay texts (never HTML). */
export function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

export function button(text, onClick, className = "") {
  const node = element("button", { type: "button", class: className }, text);
  node.addEventListener("click", onClick);
  return node;
}

/** A tick for "right", a cross for "wrong"; decoration, so the text beside it must say the same. */
export function icon(status) {
  if (!(status in SHAPES)) return null;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `quiz-icon ${status}`);
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[status]);
  svg.append(path);
  return svg;
}

export function code(text) {
  return element("pre", { class: "quiz-code" }, element("code", {}, text));
}
