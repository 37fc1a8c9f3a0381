// What two products do with a customer's text, side by side, each answer with its page and its day.
import { pageId } from "./page_id.js";

const SIDES = ["first", "second"];
const NAMES = { first: "One product", second: "Another product" };

export default {
  render({ model, el }) {
    const view = new DataTerms(model);
    el.append(view.root);
    return () => view.close();
  },
};

class DataTerms {
  constructor(model) {
    this.model = model;
    this.terms = model.get("terms");
    this.choices = Object.fromEntries(SIDES.map((side) => [side, this.choice(side)]));
    this.body = node("tbody");
    this.heads = Object.fromEntries(SIDES.map((side) => [side, node("th", { scope: "col" })]));
    this.message = node("p", { class: "problem", role: "alert" });
    const table = node("table", {},
      node("caption", {}, "What the vendors say happens to your text"),
      node("thead", {}, node("tr", {}, node("th", { scope: "col" }, "Question"), this.heads.first, this.heads.second)),
      this.body);
    this.root = node("div", { class: "course-widget data-terms", role: "group", "aria-label": "Data terms of two products" },
      node("div", { class: "products" }, ...SIDES.map((side) => this.choices[side].label)), this.message,
      node("div", { class: "answers", role: "region", tabindex: "0", "aria-label": "Answers" }, table));
    // Keys belong to the fields, not to the slide show around them.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.key !== "Escape" && event.stopPropagation());
    }
    this.show = this.show.bind(this);
    for (const name of [...SIDES, "message"]) model.on(`change:${name}`, this.show);
    this.show();
  }

  close() {
    for (const name of [...SIDES, "message"]) this.model.off(`change:${name}`, this.show);
    this.root.remove();
  }

  choice(side) {
    const id = pageId("data-terms");
    const select = node("select", { id }, ...this.terms.products.map((name) => node("option", { value: name }, name)));
    select.addEventListener("change", () => {
      this.model.set(side, select.value);
      this.model.save_changes();
      this.show();
    });
    return { select, label: node("label", { for: id }, NAMES[side], select) };
  }

  show() {
    for (const side of SIDES) {
      this.choices[side].select.value = this.model.get(side);
      this.heads[side].textContent = this.model.get(side);
    }
    this.message.textContent = this.model.get("message");
    this.body.replaceChildren(...this.terms.topics.map((topic, place) =>
      node("tr", {}, node("th", { scope: "row" }, topic), ...SIDES.map((side) => this.cell(this.model.get(side), place)))));
  }

  cell(product, place) {
    const [answer, pages] = this.terms.answers[product][place];
    const links = pages.flatMap((number) => {
      const [title, url, day] = this.terms.pages[number];
      return [" ", node("a", { href: url, target: "_blank", rel: "noopener", title: `${title}, read ${day}` }, day)];
    });
    return node("td", { class: answer === this.terms.not_stated ? "unknown" : "" }, answer, ...links);
  }
}

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== "") made.setAttribute(name, value);
  made.append(...children);
  return made;
}
