// The box around a chat, live or recorded, and what belongs to both.
import { element } from "./quiz_dom.js";

export const PLAN = "Practice plan";
export const ABOUT =
  "The practice model follows rules. It is not a large language model, and the same messages always get the same answer.";

/** The root of a widget, which keeps its keys to itself. `onEscape` says whether it had a use for that key. */
export function frame(label, className, onEscape) {
  // The data attribute is JupyterLab's own way to keep its one-letter commands out of a place where people type.
  const root = element("div", {
    class: `course-widget chat ${className}`,
    role: "group",
    "aria-label": label,
    "data-lm-suppress-shortcuts": "true",
  });
  // A slide deck turns the page on arrow keys and letters: keep them here, but let an Escape without a use out.
  for (const type of ["keydown", "keypress", "keyup"]) {
    root.addEventListener(type, (event) => {
      const passes = event.key === "Escape" && !(type === "keydown" && onEscape());
      if (!passes) event.stopPropagation();
    });
  }
  return root;
}

/** Where a screen reader hears what is new, once it is complete. */
export function announcer() {
  return element("p", { class: "visually-hidden", role: "status", "aria-live": "polite" });
}
