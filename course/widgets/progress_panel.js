// The lessons with what is done of them, and the code that takes it to another machine. Python keeps everything; where
// none runs, this is a list of the lessons.
import { button, element } from "./quiz_dom.js";

const KEPT = "Your progress stays in your own folder. Nothing is sent anywhere.";
const kept = (place) => `Your progress stays in this session on ${place}. It is sent nowhere else.`;
const NOT_KEPT = "No Python runs here, so nothing is kept. In JupyterLab, this panel shows what you have done.";
const TRAVELS = "Binder forgets, and so does a borrowed computer. This code remembers: your answers and your ticks, no name.";
const leave = (place) =>
  `You are on ${place}. When you leave, or do nothing for a while, it forgets everything. So copy this code before you ` +
  "go: paste it in here next time, and your answers and ticks are back. It holds no name. A notebook that you changed " +
  "can be saved with File → Download.";
const PATIENCE = 2000; // ms until the learner hears that Python has not answered
const WAITING =
  "Python has not answered yet. It may be busy with another cell. If the kernel was restarted, run this cell again.";

let instances = 0;

export default {
  render({ model, el }) {
    const view = new ProgressPanel(model);
    el.append(view.root);
    return () => view.close();
  },
};

class ProgressPanel {
  constructor(model) {
    this.model = model;
    this.isLive = typeof model.send === "function";
    this.id = `progress-${++instances}`;
    this.place = model.get("_state")?.forgetful; // one that forgets all files, or nothing
    this.boxes = new Map();
    this.quizzes = new Map();
    this.tests = element("p", { class: "progress-tests" });
    this.problem = element("p", { class: "problem", role: "alert" });
    this.said = element("p", { class: "progress-said", role: "status" });
    // The data attribute is JupyterLab's own way to keep its one-letter commands out of a place where people type.
    this.root = element("div",
      { class: "course-widget progress", role: "group", "aria-label": "Your progress", "data-lm-suppress-shortcuts": "true" },
      this.table(),
      ...(this.isLive ? [this.tests, this.travel(), this.problem, this.said] : []),
      element("p", { class: "progress-note" }, this.note()));
    // A slide deck turns the page on arrow keys and letters: keep them here, but let Escape out.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.key !== "Escape" && event.stopPropagation());
    }
    if (this.isLive) this.follow();
  }

  close() {
    this.seen?.disconnect();
    clearTimeout(this.patience);
    this.model.off("change", this.onChange);
    this.model.off("msg:custom", this.onHeard);
    this.root.remove();
  }

  // Another notebook may have saved something since: ask again whenever the panel comes into view.
  follow() {
    this.onChange = () => this.draw();
    this.model.on("change", this.onChange);
    this.onHeard = () => {
      clearTimeout(this.patience);
      this.draw();
    };
    this.model.on("msg:custom", this.onHeard);
    this.seen = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.model.send({ kind: "look" }));
    this.seen.observe(this.root);
    this.draw();
  }

  /** Ask Python for something that the learner waits for. */
  ask(wish) {
    clearTimeout(this.patience);
    this.patience = setTimeout(() => (this.problem.textContent = WAITING), PATIENCE);
    this.model.send(wish);
  }

  note() {
    if (!this.isLive) return NOT_KEPT;
    return this.place ? kept(this.place) : KEPT;
  }

  table() {
    const heads = ["", "Lesson", "Minutes", ...(this.isLive ? ["Done", "Quiz"] : [])];
    return element("table", {},
      element("caption", { class: "visually-hidden" }, "The lessons of the course"),
      element("thead", {}, element("tr", {}, ...heads.map((head) => element(head ? "th" : "td", head ? { scope: "col" } : {}, head)))),
      element("tbody", {}, ...this.model.get("lessons").map((lesson) => this.row(lesson))));
  }

  row({ name, number, title, minutes }) {
    const cells = [
      element("td", { class: "progress-number" }, number),
      element("th", { scope: "row" }, title),
      element("td", { class: "progress-number" }, String(minutes)),
    ];
    if (this.isLive) {
      const box = element("input", { type: "checkbox", "aria-label": `${title}: done` });
      box.addEventListener("change", () => this.ask({ kind: "tick", lesson: name, done: box.checked }));
      this.boxes.set(name, box);
      this.quizzes.set(name, element("td", {}));
      cells.push(element("td", {}, element("label", { class: "progress-tick" }, box)), this.quizzes.get(name));
    }
    return element("tr", {}, ...cells);
  }

  /** The code of what is done here, and a place for the code of another machine. */
  travel() {
    this.code = element("textarea", { id: `${this.id}-code`, rows: 3, readonly: "", spellcheck: "false" });
    this.code.addEventListener("focus", () => this.code.select());
    this.brought = element("textarea", { id: `${this.id}-brought`, rows: 3, spellcheck: "false", autocomplete: "off" });
    const restore = element("form", {},
      element("label", { for: this.brought.id }, "A code from another machine"),
      this.brought,
      element("button", { type: "submit" }, "Add it to what is here"));
    restore.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask({ kind: "restore", code: this.brought.value });
    });
    return element("details", { class: "progress-travel", ...(this.place && { open: "" }) },
      element("summary", {}, "Take your progress to another machine"),
      element("p", {}, this.place ? leave(this.place) : TRAVELS),
      element("div", { class: "progress-codes" },
        element("div", {},
          element("label", { for: this.code.id }, "The code of what you have done"),
          this.code,
          button("Copy the code", () => this.copy())),
        restore));
  }

  async copy() {
    this.code.select();
    try {
      await navigator.clipboard.writeText(this.code.value);
      this.said.textContent = "The code is copied. Paste it into a mail to yourself, or a note.";
    } catch {
      this.said.textContent = "The code is selected. Press Ctrl+C (on a Mac Command+C) to copy it.";
    }
  }

  draw() {
    const { done = [], quizzes = {}, tests = "", code = "", said = "" } = this.model.get("_state") ?? {};
    for (const [name, box] of this.boxes) box.checked = done.includes(name);
    for (const [name, cell] of this.quizzes) cell.textContent = quizzes[name] ?? "";
    this.tests.textContent = tests;
    this.code.value = code;
    this.problem.textContent = this.model.get("message") ?? "";
    this.said.textContent = said;
  }
}
