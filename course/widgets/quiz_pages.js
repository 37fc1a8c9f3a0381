// The two kinds of page: a question, and the result.
import { AnswerError, check } from "./quiz_check.js";
import { button, code, element, icon } from "./quiz_dom.js";
import { fieldFor } from "./quiz_fields.js";

export const STATUS = { open: "not answered", wrong: "not right yet", right: "right" };

export function statusOf(outcome) {
  if (!outcome) return "open";
  return outcome.correct ? "right" : "wrong";
}

function triesOf({ tries }) {
  return tries === 1 ? "1 try" : `${tries} tries`;
}

export class QuestionPage {
  constructor(quiz, index) {
    this.quiz = quiz;
    this.question = quiz.questions[index];
    this.field = fieldFor(this.question);
    this.heading = element(
      "legend",
      { tabindex: "-1" },
      element("span", { class: "quiz-eyebrow" }, this.title(index)),
      element("span", { class: "quiz-question" }, this.question.question),
      element("span", { class: "quiz-prompt" }, this.field.prompt),
    );
    this.feedback = element("div", { class: "quiz-feedback", role: "status" });
    this.hint = element("p", { class: "quiz-hint", role: "status" });
    this.checkButton = element("button", { type: "submit", class: "quiz-primary" }, "Check answer");
    this.hintButton = button("Show hint", () => this.toggleHint());
    const last = index + 1 === quiz.questions.length;
    this.nextButton = button(last ? "See result" : "Next question", () => quiz.show(index + 1));
    this.root = element(
      "form",
      { class: "quiz-page", novalidate: "", autocomplete: "off" },
      element("fieldset", {}, this.heading, this.question.code ? code(this.question.code) : null, this.field.root),
      element("div", { class: "quiz-coach" }, this.feedback, this.hint),
      element(
        "div",
        { class: "quiz-actions" },
        this.checkButton,
        this.question.hint ? this.hintButton : null,
        element(
          "div",
          { class: "quiz-moves" },
          index > 0 ? button("Previous", () => quiz.show(index - 1)) : null,
          this.nextButton,
        ),
      ),
    );
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    const outcome = quiz.outcome(this.question);
    if (outcome) this.field.write(outcome.answer);
  }

  title(index) {
    const place = `Question ${index + 1} of ${this.quiz.questions.length}`;
    return this.question.topic ? `${place}: ${this.question.topic}` : place;
  }

  submit() {
    const answer = this.field.read();
    try {
      check(this.question, answer);
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      this.say("note", error.message);
      return;
    }
    this.quiz.answer(this.question, answer);
    if (this.quiz.outcome(this.question).correct) this.nextButton.focus();
  }

  toggleHint() {
    const shown = this.hint.childNodes.length > 0;
    this.hint.replaceChildren(...(shown ? [] : [element("b", {}, "Hint: "), this.question.hint]));
    this.hintButton.textContent = shown ? "Show hint" : "Hide hint";
  }

  update() {
    const outcome = this.quiz.outcome(this.question);
    const solved = Boolean(outcome?.correct);
    this.field.mark(outcome);
    this.field.lock(solved);
    this.checkButton.hidden = solved;
    this.hintButton.hidden = solved;
    this.nextButton.classList.toggle("quiz-primary", solved);
    if (outcome) this.judge(outcome);
    else this.say("note", "Check your answer to see feedback here.");
  }

  judge(outcome) {
    const status = statusOf(outcome);
    const verdict = `${outcome.correct ? "Right" : "Not right yet"} (${triesOf(outcome)})`;
    const lines = this.field.explain(outcome);
    this.say(status, element("p", { class: "quiz-verdict" }, icon(status), verdict), ...lines, this.sources());
  }

  sources() {
    const { sources } = this.question;
    if (sources.length === 0) return null;
    const links = sources.flatMap(({ publisher, title, url, checked }, place) => [
      place > 0 ? "; " : "",
      element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, `${publisher}: ${title}`),
      " ",
      element("span", { class: "quiz-date" }, `(checked ${checked})`),
    ]);
    return element("p", { class: "quiz-source" }, sources.length > 1 ? "Sources: " : "Source: ", ...links);
  }

  /** Fill the feedback panel with lines: texts, elements, or null for nothing. */
  say(status, ...lines) {
    this.feedback.className = `quiz-feedback ${status}`;
    const nodes = lines.filter(Boolean).map((line) => (typeof line === "string" ? element("p", {}, line) : line));
    this.feedback.replaceChildren(...nodes);
  }
}

export class ResultPage {
  constructor(quiz) {
    this.quiz = quiz;
    this.heading = element("p", { class: "quiz-total", tabindex: "-1" });
    this.body = element("div", { class: "quiz-body" });
    this.actions = element("div", { class: "quiz-actions" });
    this.root = element("div", { class: "quiz-result" }, this.heading, this.body, this.actions);
    this.offerRestart();
  }

  update() {
    const { earned, possible } = this.quiz.score();
    this.heading.textContent = `Your result: ${earned} of ${possible} points`;
    const outcomes = this.quiz.questions.map((question) => this.quiz.outcome(question));
    const first = outcomes.filter((outcome) => outcome?.correct && outcome.tries === 1).length;
    const later = outcomes.filter((outcome) => outcome?.correct).length - first;
    const wrong = outcomes.filter((outcome) => outcome && !outcome.correct).length;
    const open = outcomes.filter((outcome) => !outcome).length;
    const counts = [
      [first, "right at the first try"],
      [later, "right after more tries"],
      [wrong, "not right yet"],
      [open, "not answered"],
    ];
    const items = counts.map(([count, text]) => element("li", {}, element("b", {}, String(count)), ` ${text}`));
    this.body.replaceChildren(
      element("ul", { class: "quiz-counts" }, ...items),
      ...this.review(outcomes),
    );
  }

  /** The questions worth another look, each with a button that leads there. */
  review(outcomes) {
    const again = outcomes
      .map((outcome, index) => ({ outcome, index }))
      .filter(({ outcome }) => !(outcome?.correct && outcome.tries === 1));
    if (again.length === 0) return [element("p", {}, "Every answer was right at the first try. Nothing to review.")];
    const items = again.map(({ outcome, index }) => {
      const { topic, question } = this.quiz.questions[index];
      const how = outcome?.correct ? `right after ${triesOf(outcome)}` : STATUS[statusOf(outcome)];
      const link = button(`${index + 1}. ${topic ?? question}`, () => this.quiz.show(index));
      link.append(element("span", {}, icon(statusOf(outcome)), how));
      return element("li", {}, link);
    });
    return [element("p", {}, "To answer, or to look at again:"), element("ul", { class: "quiz-review" }, ...items)];
  }

  offerRestart() {
    this.actions.replaceChildren(button("Start again", () => this.confirmRestart()));
  }

  /** Starting again erases saved answers, so ask once more. */
  confirmRestart() {
    const keep = button("Keep my answers", () => {
      this.offerRestart();
      this.actions.firstChild.focus();
    });
    this.actions.replaceChildren(
      element("span", { role: "status" }, "This erases all your answers in this quiz."),
      button("Erase and start again", () => this.quiz.restart(), "quiz-primary"),
      keep,
    );
    keep.focus();
  }
}
