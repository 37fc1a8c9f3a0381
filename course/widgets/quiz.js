// One question at a time, judged in the page, so that it works with and without a kernel.
// Only the trait `state` changes: {answers: {id: answer}, tries: {id: count}, score: points}.
import { check, score } from "./quiz_check.js";
import { button, element, icon } from "./quiz_dom.js";
import { QuestionPage, ResultPage, STATUS, statusOf } from "./quiz_pages.js";

export default {
  render({ model, el }) {
    const quiz = new QuizView(model);
    el.append(quiz.root);
    return () => quiz.close();
  },
};

class QuizView {
  constructor(model) {
    this.model = model;
    this.questions = model.get("questions");
    this.steps = element("ol", { class: "quiz-steps" });
    this.points = element("p", { class: "quiz-points" });
    this.stage = element("div", {});
    this.message = element("p", { class: "problem", role: "alert" });
    // A div: reveal.js takes every section for a slide. The data attribute is JupyterLab's own way
    // to keep its one-letter commands out of a place where people type.
    this.root = element(
      "div",
      {
        class: "course-widget quiz",
        role: "group",
        "aria-label": `Quiz with ${this.questions.length} questions`,
        "data-lm-suppress-shortcuts": "true",
      },
      element("div", { class: "quiz-top" }, element("div", { role: "group", "aria-label": "Questions" }, this.steps), this.points),
      this.stage,
      this.message,
    );
    // A slide deck turns the page on arrow keys and letters: keep them here, but let Escape out.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.key !== "Escape" && event.stopPropagation());
    }
    this.onState = () => this.model.get("state") !== this.drawn && this.update();
    this.onMessage = () => this.showMessage();
    model.on("change:state", this.onState);
    model.on("change:message", this.onMessage);
    this.showMessage();
    this.open(this.firstOpen());
  }

  close() {
    this.model.off("change:state", this.onState);
    this.model.off("change:message", this.onMessage);
    this.root.remove();
  }

  /** The outcome of the last answer to a question, or null while there is none. */
  outcome(question) {
    const { answers, tries } = this.model.get("state");
    if (!Object.hasOwn(answers, question.id)) return null;
    const answer = answers[question.id];
    return { ...check(question, answer), answer, tries: tries[question.id] };
  }

  score() {
    return score(this.questions, this.model.get("state").answers);
  }

  answer(question, answer) {
    const before = this.model.get("state");
    const answers = { ...before.answers, [question.id]: answer };
    const tries = { ...before.tries, [question.id]: (before.tries[question.id] ?? 0) + 1 };
    this.save({ answers, tries, score: score(this.questions, answers).earned });
  }

  restart() {
    this.save({ answers: {}, tries: {}, score: 0 });
    this.show(0);
  }

  save(state) {
    this.model.set("state", state);
    this.model.save_changes();
    this.onState();
  }

  firstOpen() {
    const index = this.questions.findIndex((question) => !this.outcome(question)?.correct);
    return index < 0 ? this.questions.length : index;
  }

  /** Open a page and move the focus there, so that the keyboard and a screen reader follow. */
  show(index) {
    this.open(index);
    this.page.heading.focus();
  }

  open(index) {
    this.index = index;
    this.page = index < this.questions.length ? new QuestionPage(this, index) : new ResultPage(this);
    this.stage.replaceChildren(this.page.root);
    this.update();
  }

  update() {
    this.drawn = this.model.get("state");
    const { earned, possible } = this.score();
    this.points.textContent = `${earned} of ${possible} points`;
    const steps = this.questions.map((question, index) => this.step(question, index));
    this.steps.replaceChildren(...steps, this.resultStep());
    this.page.update();
  }

  step(question, index) {
    const status = statusOf(this.outcome(question));
    return this.stepButton(index, String(index + 1), `Question ${index + 1}: ${STATUS[status]}`, status);
  }

  resultStep() {
    return this.stepButton(this.questions.length, "Result", "Result", "");
  }

  stepButton(index, text, name, status) {
    const step = button(text, () => this.show(index), `quiz-step ${status}`);
    step.append(icon(status) ?? "");
    step.setAttribute("aria-label", name);
    step.title = name;
    if (index === this.index) step.setAttribute("aria-current", "step");
    return element("li", {}, step);
  }

  showMessage() {
    this.message.textContent = this.model.get("message") ?? "";
  }
}
