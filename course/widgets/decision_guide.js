// A few plain questions, and live what the answers recommend. Everything is decided in the page.
import { decide } from "./decision.js";
import { ADVICE, ANSWERS, report, toMarkdown, toPage } from "./decision_report.js";
import { button, element } from "./quiz_dom.js";

const FILE = "chat-or-api";
const SHORT = 20; // letters of all answers to a question together

export default {
  render({ model, el }) {
    const view = new DecisionGuide(model);
    el.append(view.root);
    return () => view.close();
  },
};

class DecisionGuide {
  constructor(model) {
    this.model = model;
    this.guide = model.get("guide");
    this.radios = new Map();
    this.message = element("p", { class: "problem", role: "alert" });
    this.spoken = element("p", { class: "visually-hidden", "aria-live": "polite" });
    this.result = element("div", { class: "guide-result", role: "group", "aria-label": "Recommendation" });
    this.advice = element("details", { class: "guide-advice" });
    // The data attribute is JupyterLab's own way to keep its one-letter commands out of a place where people type.
    this.root = element("div",
      { class: "course-widget decision-guide", role: "group", "aria-label": "Decision guide", "data-lm-suppress-shortcuts": "true" },
      element("div", { class: "guide-layout" }, this.questions(), this.result, this.takeHome()),
      this.message, this.spoken);
    // A slide deck turns the page on arrow keys and letters: keep them here, but let Escape out.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.key !== "Escape" && event.stopPropagation());
    }
    this.onChange = () => this.draw();
    model.on("change", this.onChange);
    this.draw();
  }

  close() {
    this.model.off("change", this.onChange);
    this.root.remove();
  }

  questions() {
    const isShort = ({ options }) => options.map(({ label }) => label).join("").length <= SHORT;
    const groups = this.guide.questions.map((question, index) =>
      element("fieldset", { class: isShort(question) ? "short" : "" },
        element("legend", {}, `${index + 1}. ${question.text}`),
        element("div", { class: "guide-options" }, ...question.options.map((option) => this.option(question, option)))));
    // A form keeps the radios of two guides on one page apart. Nothing is ever sent.
    const form = element("form", { class: "guide-questions" }, ...groups);
    form.addEventListener("submit", (event) => event.preventDefault());
    return form;
  }

  option(question, option) {
    const radio = element("input", { type: "radio", name: question.name, value: option.name });
    radio.addEventListener("change", () => this.change({ [question.name]: option.name }));
    this.radios.set(radio, question.name);
    return element("label", { class: "guide-option" }, radio, element("span", {}, option.label));
  }

  // What the learner takes home: a name for the case, and a file.
  takeHome() {
    this.name = element("input", { type: "text", maxlength: this.model.get("longest_case"), autocomplete: "off" });
    this.name.addEventListener("input", () => this.change({ case: this.name.value }));
    const save = (ending, type, write) => () => this.save(`${FILE}.${ending}`, type, write(this.report, this.name.value));
    return element("div", { class: "guide-take-home" },
      element("label", {}, "Your case in a few words", this.name),
      element("div", { class: "guide-buttons" },
        button("Save as a web page", save("html", "text/html", toPage)),
        button("Save as Markdown", save("md", "text/markdown", toMarkdown))));
  }

  save(name, type, text) {
    const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    element("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000); // not at once: a browser may still be reading it
    this.spoken.textContent = `${name} was saved.`;
  }

  change(values) {
    for (const [name, value] of Object.entries({ message: "", ...values })) this.model.set(name, value);
    this.model.save_changes();
    this.draw();
  }

  draw() {
    const answers = Object.fromEntries(this.guide.questions.map(({ name }) => [name, this.model.get(name)]));
    for (const [radio, question] of this.radios) radio.checked = radio.value === answers[question];
    if (this.name.value !== this.model.get("case")) this.name.value = this.model.get("case");
    this.message.textContent = this.model.get("message") ?? "";
    const drawn = JSON.stringify(answers);
    if (drawn === this.drawn) return;
    this.report = report(this.guide, decide(this.guide, answers));
    this.result.replaceChildren(
      element("p", { class: "guide-title" }, element("span", {}, "Recommendation"), element("strong", {}, this.report.title)),
      element("p", { class: "guide-meaning" }, this.report.meaning, " About ", element("b", {}, this.report.total), " a month, people's time included."),
      ...this.report.sections.filter(({ title }) => title !== ANSWERS && title !== ADVICE).flatMap((each) => this.section(each)),
      this.advice);
    this.drawAdvice(this.report.sections.find(({ title }) => title === ADVICE));
    // The first drawing is not a change: a page that opens stays silent.
    if (this.drawn) this.spoken.textContent = `Recommendation: ${this.report.title}. About ${this.report.total} a month.`;
    this.drawn = drawn;
  }
  section({ title, lines }) {
    return [element("p", { class: "guide-heading" }, title), this.list(title, lines)];
  }

  // Folded, so that a slide has room for the rest; it stays as the reader left it.
  drawAdvice(advice) {
    this.advice.hidden = !advice;
    if (!advice) return;
    const points = advice.lines.length === 1 ? "1 point" : `${advice.lines.length} points`;
    this.advice.replaceChildren(element("summary", {}, `${advice.title}: ${points}`), this.list(advice.title, advice.lines));
  }

  list(title, lines) {
    const items = lines.map(({ text, links }) => element("li", {}, text, ...links.flatMap((each) => [" ", this.link(each)])));
    return element("ul", { "aria-label": title }, ...items);
  }

  link([text, href]) {
    return element("a", { href, target: "_blank", rel: "noopener" }, text);
  }
}
