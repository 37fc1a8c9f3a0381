// Where the learner answers: options to choose from, or one line to type.
// Each field can read() and write() an answer, lock(), mark() an outcome and explain() it.
import { parseNumber } from "./quiz_check.js";
import { code, element, icon } from "./quiz_dom.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export function fieldFor(question) {
  const typed = question.type === "numeric" || question.type === "string";
  return typed ? new TypedField(question) : new OptionsField(question);
}

class OptionsField {
  constructor(question) {
    this.question = question;
    this.many = question.type === "many_choice";
    this.prompt = this.many ? "Choose every option that is right." : "Choose one option.";
    this.options = question.order.map((index, place) => this.option(index, LETTERS[place]));
    this.root = element("div", { class: "quiz-options" }, ...this.options.map((option) => option.label));
  }

  option(index, letter) {
    const answer = this.question.answers[index];
    const input = element("input", { type: this.many ? "checkbox" : "radio", name: this.question.id });
    const mark = element("span", { class: "quiz-mark" });
    const text = element("span", { class: "quiz-option-text" }, answer.answer ?? "");
    if (answer.code) text.append(code(answer.code));
    const label = element("label", { class: "quiz-option" }, input, element("b", {}, letter), text, mark);
    return { index, letter, input, mark, label };
  }

  read() {
    const chosen = this.options.filter((option) => option.input.checked).map((option) => option.index);
    if (this.many) return chosen.sort((a, b) => a - b);
    return chosen.length > 0 ? chosen[0] : null;
  }

  write(answer) {
    for (const { index, input } of this.options) input.checked = [answer].flat().includes(index);
  }

  lock(locked) {
    for (const { input } of this.options) input.disabled = locked;
  }

  mark(outcome) {
    const chosen = outcome ? [outcome.answer].flat() : [];
    for (const { index, label, mark } of this.options) {
      const status = chosen.includes(index) ? this.statusOf(index) : null;
      label.className = `quiz-option ${status ?? ""}`;
      mark.replaceChildren(...(status ? [icon(status), element("span", { class: "visually-hidden" }, status)] : []));
    }
  }

  explain({ answer, feedback }) {
    if (!this.many) return feedback;
    const [count, ...reasons] = feedback;
    const reasonOf = new Map([...answer].sort((a, b) => a - b).map((index, place) => [index, reasons[place]]));
    const items = this.options
      .filter(({ index }) => reasonOf.has(index))
      .map(({ index, letter }) =>
        element("li", {}, icon(this.statusOf(index)), element("b", {}, letter), element("span", {}, reasonOf.get(index))),
      );
    return [count, element("ul", { class: "quiz-reasons" }, ...items)];
  }

  statusOf(index) {
    return this.question.answers[index].correct ? "right" : "wrong";
  }
}

class TypedField {
  constructor(question) {
    this.numeric = question.type === "numeric";
    this.prompt = this.numeric
      ? "Type a number, for example 1250, 1,250 or 3.50."
      : "Type your answer. Capitals and spaces do not matter.";
    this.input = element("input", {
      type: "text",
      class: "quiz-input",
      inputmode: this.numeric ? "decimal" : "text",
      maxlength: "200",
      spellcheck: "false",
      autocapitalize: "off",
    });
    this.root = element("label", { class: "quiz-typed" }, "Your answer", this.input);
  }

  read() {
    return this.input.value;
  }

  write(answer) {
    this.input.value = answer;
  }

  lock(locked) {
    this.input.readOnly = locked;
  }

  mark(outcome) {
    const wrong = outcome !== null && !outcome.correct;
    this.input.className = `quiz-input ${outcome ? (wrong ? "wrong" : "right") : ""}`;
    this.input.setAttribute("aria-invalid", String(wrong));
  }

  /** Say how a number was read, so that nobody wonders why "3,500" is not three and a half. */
  explain({ answer, feedback }) {
    const read = this.numeric ? String(parseNumber(answer)) : answer;
    const wrote = element("p", {}, "You wrote: ", element("b", {}, String(answer)));
    if (read !== String(answer)) wrote.append(`, read as ${read}`);
    return [wrote, ...feedback];
  }
}
