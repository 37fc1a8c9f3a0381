// A text cut into tokens. The vocabulary is too large to travel: with a kernel Python counts, without one the examples
// are exact and any other text gets a rough estimate that says so.

const WAIT = 1000; // ms for a kernel to answer before the estimate is shown
const TYPING = 200;
const price = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", minimumFractionDigits: 4 });
const whole = new Intl.NumberFormat("en-US");

let instances = 0;

export default {
  render({ model, el }) {
    const view = new TokenCalculator(model);
    el.append(view.root);
    return () => view.close();
  },
};

class TokenCalculator {
  constructor(model) {
    this.model = model;
    this.examples = model.get("examples");
    const id = `token-text-${++instances}`;
    this.entry = node("textarea", { id, rows: 4, maxlength: model.get("longest"), spellcheck: "false" });
    this.entry.addEventListener("input", () => this.typed());
    this.message = node("p", { class: "problem", role: "alert" });
    this.summary = node("p", { class: "summary", role: "status" });
    this.pieces = node("div", { class: "pieces", tabindex: 0, role: "region", "aria-label": "The text, cut into tokens" });
    const examples = node("div", { class: "examples", role: "group", "aria-label": "Examples" }, ...this.examples.map((each) => this.example(each)));
    const left = node("div", {}, node("label", { for: id }, "Your text"), this.entry, examples, this.message, this.summary, this.pieces);
    this.root = node("div", { class: "course-widget token-calculator", role: "group", "aria-label": "Token calculator" },
      node("div", { class: "layout" }, left, this.table()));
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.key !== "Escape" && event.stopPropagation());
    }
    this.onText = () => {
      if (this.entry.value !== model.get("text")) this.entry.value = model.get("text");
      this.show();
    };
    this.onMessage = () => (this.message.textContent = model.get("message"));
    model.on("change:text", this.onText);
    model.on("change:answer", this.onText);
    model.on("change:message", this.onMessage);
    this.onText();
    this.onMessage();
  }

  close() {
    this.model.off("change:text", this.onText);
    this.model.off("change:answer", this.onText);
    this.model.off("change:message", this.onMessage);
    clearTimeout(this.waiting);
    clearTimeout(this.typing);
    this.root.remove();
  }

  example({ label, text }) {
    const button = node("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      this.entry.value = text;
      this.send();
    });
    return button;
  }

  typed() {
    const full = this.entry.value.length >= this.model.get("longest");
    this.message.textContent = full ? `The text stops at ${whole.format(this.model.get("longest"))} characters.` : "";
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.send(), TYPING);
  }

  send() {
    this.model.set("text", this.entry.value);
    this.model.save_changes();
    this.show();
  }

  // What is known about the text: from the kernel, from an example, or nothing yet.
  counted(text) {
    return [this.model.get("answer"), ...this.examples].find((each) => each.text === text);
  }

  show() {
    clearTimeout(this.waiting);
    const text = this.model.get("text");
    const known = this.counted(text);
    if (known) this.draw(known, true);
    else this.waiting = setTimeout(() => this.draw(estimate(text, this.examples), false), WAIT);
  }

  draw({ text, units, tokens }, exact) {
    const characters = [...text].length;
    const split = units.filter(([, number]) => number > 1).length;
    const about = exact ? "" : "about ";
    let summary = `${about}${whole.format(tokens)} ${tokens === 1 ? "token" : "tokens"} for ${whole.format(characters)} characters.`;
    if (exact && split) summary += ` ${split} ${split === 1 ? "character takes" : "characters take"} more than one token, shown as ×2, ×3 and so on.`;
    if (!exact) summary += " A rough estimate from the kind of letters: to count and colour your own text, open the lesson in Jupyter.";
    this.summary.textContent = summary[0].toUpperCase() + summary.slice(1);
    this.pieces.hidden = !exact;
    this.pieces.replaceChildren(...units.map(([piece, number]) => unit(piece, number)));
    for (const { model, cells } of this.rows) {
      const [low, high] = [Math.floor(tokens * model.low), Math.ceil(tokens * model.high)];
      const sure = exact && model.exact;
      const count = Math.round(tokens * model.factor);
      cells[0].textContent = sure ? whole.format(count) : `${whole.format(low)}–${whole.format(high)}`;
      cells[1].textContent = sure ? "exact" : "estimate";
      cells[2].textContent = price.format((1000 * tokens * model.factor * model.input) / 1e6);
      cells[3].textContent = price.format((1000 * tokens * model.factor * model.output) / 1e6);
    }
  }

  table() {
    const heads = ["Model", "Tokens", "", "1,000 × as input", "1,000 × as output"];
    this.rows = this.model.get("models").map((model) => {
      const cells = heads.slice(1).map(() => node("td", {}));
      return { model, cells, row: node("tr", { title: model.note }, node("th", { scope: "row" }, model.name), ...cells) };
    });
    const head = node("tr", {}, ...heads.map((text) => node(text ? "th" : "td", text ? { scope: "col" } : {}, text)));
    const caption = node("caption", {}, `Tokens and US dollars by model. Prices checked on ${this.model.get("checked_on")}.`);
    return node("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Tokens and cost by model" },
      node("table", {}, caption, node("thead", {}, head), node("tbody", {}, ...this.rows.map(({ row }) => row))));
  }
}

function unit(piece, number) {
  const made = node("span", { class: "unit" }, piece.replaceAll("\n", "↵\n"));
  if (number > 1) made.append(node("sub", {}, `×${number}`));
  return made;
}

// Tokens from the kind of letters, at the pace of the examples: the first is Latin script, the second Chinese.
function estimate(text, examples) {
  const pace = ({ text: sample, tokens }) => tokens / [...sample].length;
  const wide = (text.match(/[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/gu) ?? []).length;
  const narrow = [...text].length - wide;
  return { text, units: [], tokens: Math.round(wide * pace(examples[1]) + narrow * pace(examples[0])) };
}

function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
