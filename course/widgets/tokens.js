// A text cut into tokens. The vocabulary is too large to travel: with a kernel Python counts, without one the examples
// are exact and any other text gets a rough estimate that says so.
import { pageId } from "./page_id.js";

const TYPING = 200; // ms without a key before the text is counted
const WAIT = 1000; // ms for a kernel to answer before the estimate is shown
const TIMES = [1, 1000];
const whole = new Intl.NumberFormat("en-US");

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
    this.root = node("div", { class: "course-widget token-calculator", role: "group", "aria-label": "Token calculator" },
      node("div", { class: "layout" }, this.entryPart(), this.piecesPart(), this.costPart()));
    // Keys belong to the text field, not to the slide show around it.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.key !== "Escape" && event.stopPropagation());
    }
    this.handlers = { "change:text": () => this.onText(), "change:answer": () => this.onAnswer(), "change:message": () => this.onMessage() };
    for (const [event, handler] of Object.entries(this.handlers)) model.on(event, handler);
    this.onText();
    this.onMessage();
  }

  close() {
    for (const [event, handler] of Object.entries(this.handlers)) this.model.off(event, handler);
    clearTimeout(this.waiting);
    clearTimeout(this.typing);
    this.root.remove();
  }

  // ---- parts ----------------------------------------------------------------------------------------------------

  entryPart() {
    const id = pageId("token-text");
    this.entry = node("textarea", { id, rows: 3, maxlength: this.model.get("longest"), spellcheck: "false" });
    this.entry.addEventListener("input", () => this.typed());
    this.buttons = this.examples.map(({ label, lang, text }) => {
      const button = node("button", { type: "button", lang }, label);
      button.addEventListener("click", () => {
        this.entry.value = text;
        this.send();
      });
      return button;
    });
    this.message = node("p", { class: "problem", role: "alert" });
    return node("div", { class: "entry" }, node("label", { for: id }, "Your text"), this.entry,
      node("div", { class: "examples", role: "group", "aria-label": "Examples" }, ...this.buttons), this.message);
  }

  piecesPart() {
    this.summary = node("p", { class: "summary", role: "status" });
    this.pieces = node("div", { class: "pieces", tabindex: 0, role: "region", "aria-label": "The text, cut into tokens" });
    this.legend = node("p", { class: "legend" });
    return node("div", { class: "cut" }, this.summary, this.pieces, this.legend);
  }

  costPart() {
    this.rows = this.model.get("models").map((model) => {
      const cells = Array.from({ length: 2 + 2 * TIMES.length }, () => node("td", {}));
      return { model, cells, row: node("tr", {}, node("th", { scope: "row" }, model.name), ...cells) };
    });
    const times = TIMES.map((each) => node("th", { scope: "colgroup", colspan: 2 }, each === 1 ? "This text once" : `${whole.format(each)} times`));
    const ways = TIMES.flatMap(() => ["as input", "as output"]).map((text) => node("th", { scope: "col" }, text));
    const head = node("thead", {},
      node("tr", {}, node("th", { scope: "col", rowspan: 2 }, "Model"), node("th", { scope: "colgroup", colspan: 2, rowspan: 2 }, "Tokens"), ...times),
      node("tr", {}, ...ways));
    const table = node("table", {}, this.caption(), head, node("tbody", {}, ...this.rows.map(({ row }) => row)));
    return node("div", { class: "cost" },
      node("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Tokens and cost by model" }, table), this.notes());
  }

  caption() {
    const checked = this.model.get("checked_on");
    const age = Math.floor((Date.now() - Date.parse(checked)) / 86_400_000);
    const old = age > this.model.get("stale_after_days") ? node("strong", {}, ` They are ${age} days old: look at the price pages before you decide.`) : "";
    return node("caption", {}, "US dollars. Prices checked on ", node("time", { datetime: checked }, checked), ".", old);
  }

  // Why a count is exact or an estimate, once for all models of which the same is said.
  notes() {
    const models = this.model.get("models");
    const said = [...new Set(models.map((each) => each.note))].map((note) => {
      const same = models.filter((each) => each.note === note);
      return node("li", {}, node("b", {}, same.map((each) => each.name).join(", ")), `: ${note} `,
        link(same[0].source_url, "Source"), " · ", link(same[0].price_url, "Prices"));
    });
    return node("details", {}, node("summary", {}, "Where these numbers come from"), node("ul", {}, ...said));
  }

  // ---- from the learner -----------------------------------------------------------------------------------------

  typed() {
    const longest = this.model.get("longest");
    this.say(this.entry.value.length >= longest ? `The text stops at ${whole.format(longest)} characters.` : "");
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.send(), TYPING);
  }

  send() {
    clearTimeout(this.typing);
    this.typing = undefined;
    const text = this.entry.value;
    this.model.set("text", text.toWellFormed?.() ?? text);
    this.model.save_changes();
    this.show();
  }

  // ---- from the model -------------------------------------------------------------------------------------------

  onText() {
    if (this.typing !== undefined) return; // what is being typed is newer
    if (this.entry.value !== this.model.get("text")) this.entry.value = this.model.get("text");
    this.show();
  }

  onAnswer() {
    this.alone = false;
    this.show();
  }

  onMessage() {
    this.say(this.model.get("message"));
  }

  say(message) {
    this.message.textContent = message;
  }

  // ---- what is shown --------------------------------------------------------------------------------------------

  show() {
    clearTimeout(this.waiting);
    const text = this.model.get("text");
    const known = [this.model.get("answer"), ...this.examples].find((each) => each.text === text);
    if (known) this.draw(known);
    else if (this.alone || !text) this.draw(estimate(text, this.model.get("rough")));
    else this.waiting = setTimeout(() => this.giveUp(), WAIT);
    this.root.classList.toggle("waiting", !known && !this.alone && text !== "");
  }

  giveUp() {
    this.alone = true;
    this.show();
  }

  draw(count) {
    const { text, units, tokens, share = 0 } = count;
    const example = this.examples.find((each) => each.text === text);
    this.buttons.forEach((button, index) => button.setAttribute("aria-pressed", this.examples[index] === example));
    for (const part of [this.entry, this.pieces]) part.lang = example?.lang ?? "";
    this.summary.textContent = sentence(count);
    this.pieces.hidden = !units.length;
    this.pieces.replaceChildren(...units.flatMap(([piece, number]) => unit(piece, number)));
    this.legend.textContent = this.explain(count);
    for (const { model, cells } of this.rows) {
      const best = tokens * model.factor;
      // The tiny amount is for binary fractions: 10 * 1.1 is a little more than 11.
      const low = Math.floor(tokens * model.low * (1 - share) + 1e-9);
      const high = Math.max(low, Math.ceil(tokens * model.high * (1 + share) - 1e-9));
      cells[0].textContent = whole.format(Math.round(best));
      cells[1].textContent = model.exact && !share ? "exact" : `estimate (${whole.format(low)}\u2060–\u2060${whole.format(high)})`;
      TIMES.flatMap((times) => [model.input, model.output].map((price) => (best * times * price) / 1e6))
        .forEach((cost, index) => (cells[2 + index].textContent = dollars(cost)));
    }
  }

  explain({ units, tokens, share }) {
    if (!units.length) return share && tokens ? "No Python runs here, so this counts by kind of letter. To cut and count your own text exactly, open the lesson in Jupyter." : "";
    const parts = [`Cut by ${this.model.get("vocabulary")}, the vocabulary of ${this.rows.find(({ model }) => model.exact).model.name}. Other models cut differently.`];
    if (units.some(([, number]) => number > 1)) parts.push("A dashed frame with ×2, ×3 … holds characters that take several tokens.");
    const drawn = units.reduce((sum, [, number]) => sum + number, 0);
    if (drawn < tokens) parts.push(`The first ${whole.format(drawn)} tokens are drawn; all are counted.`);
    return parts.join(" ");
  }
}

function sentence({ text, tokens, share }) {
  const characters = [...text].length;
  if (!characters) return "0 tokens. Type a text, or choose an example.";
  const number = `${whole.format(tokens)} ${tokens === 1 ? "token" : "tokens"} for ${whole.format(characters)} ${characters === 1 ? "character" : "characters"}`;
  if (share) return `Roughly ${number}. An estimate, usually within ${Math.round(share * 100)}%.`;
  return `${number}: ${(characters / tokens).toFixed(1)} characters a token.`;
}

function unit(piece, number) {
  const made = node("span", { class: number > 1 ? "unit split" : "unit" }, piece.replaceAll("\n", "↵"));
  if (number > 1) made.append(node("sub", {}, `×${number}`));
  return piece.includes("\n") ? [made, node("br", {})] : [made];
}

// Tokens by kind of character: each kind takes its characters, the next one sees what is left.
function estimate(text, { tokens: kinds, share }) {
  let [rest, sum] = [text, 0];
  for (const [pattern, each] of kinds) {
    rest = rest.replace(new RegExp(pattern, "gu"), () => {
      sum += each;
      return "";
    });
  }
  return { text, units: [], tokens: text ? Math.max(1, Math.round(sum)) : 0, share: text ? share : 0 };
}

// Two digits that say something, as in $0.000019 and $0.38, and whole cents above that.
function dollars(amount) {
  const decimals = amount === 0 ? 2 : Math.max(2, 1 - Math.floor(Math.log10(amount)));
  return amount.toLocaleString("en-US", { style: "currency", currency: "USD", minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function link(href, text) {
  return node("a", { href, target: "_blank", rel: "noopener" }, text);
}

function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
