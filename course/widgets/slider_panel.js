// What widgets with sliders share: rows of a slider and a field to type into, one save after a drag, one drawing for
// each frame. A widget extends `SliderPanel`, and its model has `sliders` and `message`.
import { setText } from "./cost_chart.js";
import { pageId } from "./page_id.js";

const SAVE_AFTER = 150; // ms without a change
const SPEAK_AFTER = 500; // ms without a change, so that a drag is announced once
const cents = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
export const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
export const one = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
export const money = (value) => (value < 1000 ? cents : dollars).format(value);
export const exactMoney = (value) => cents.format(value);
export const large = (value) => (value < 100_000 ? one : compact).format(value);
export const short = (value) => compact.format(value);

export class SliderPanel {
  constructor(model, name, label) {
    this.model = model;
    this.id = pageId(name);
    this.sliders = model.get("sliders");
    this.rows = new Map();
    this.root = node("div", { class: `course-widget slider-panel ${name}`, role: "group", "aria-label": label });
    // Arrow keys belong to the slider that has the focus, not to the slide show around it.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.key !== "Escape" && event.stopPropagation());
    }
    this.message = node("p", { class: "problem", role: "alert" });
    this.sentence = node("p", { class: "sentence" });
    this.spoken = node("p", { class: "visually-hidden", "aria-live": "polite" });
  }

  // Begin to follow the model and the width of the chart. `this.draw` must work by now.
  open() {
    this.onChange = () => this.schedule();
    this.model.on("change", this.onChange);
    this.sizes = new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width && contentRect.width !== this.chart.width) {
        this.chart.width = contentRect.width;
        this.schedule();
      }
    });
    this.sizes.observe(this.chart.svg);
    this.draw();
  }

  close() {
    this.model.off("change", this.onChange);
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.speaking);
    this.save();
    this.root.remove();
  }

  select(text, onPick) {
    const select = node("select", { id: `${this.id}-${text.toLowerCase().replaceAll(" ", "-")}` });
    select.addEventListener("change", () => onPick(select.value));
    return select;
  }

  label(control, text) {
    return node("label", { for: control.id }, text);
  }

  // A `div` for each group that a slider names.
  sliderGroups() {
    const groups = {};
    for (const slider of this.sliders) {
      groups[slider.group] ??= node("div", { class: "sliders" });
      groups[slider.group].append(this.sliderRow(slider));
    }
    return groups;
  }

  sliderRow(slider) {
    const { name, label, stops, percent } = slider;
    const range = node("input", { type: "range", id: `${this.id}-${name}`, min: 0, max: stops.length - 1, step: 1 });
    const entry = node("input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": `${label}, typed` });
    range.addEventListener("input", () => this.change({ [name]: stops[range.valueAsNumber] }, label));
    entry.addEventListener("input", () => (this.typing = entry));
    entry.addEventListener("change", () => this.type(slider, entry));
    this.rows.set(name, { slider, range, entry });
    const unit = percent ? node("span", { class: "unit", "aria-hidden": "true" }, "%") : "";
    return node("div", { class: "slider" }, this.label(range, label), range, node("span", { class: "entry" }, entry, unit));
  }

  // Takes what was typed if it is a number in range; otherwise there is a message, and the old value stays.
  type({ name, label, stops, whole, percent }, entry) {
    const shown = (value) => (percent ? `${plain.format(value * 100)}%` : plain.format(value));
    const value = percent ? parse(entry.value) / 100 : parse(entry.value);
    let wrong = "";
    if (Number.isNaN(value)) wrong = `must be a number, not “${entry.value.trim().slice(0, 20)}”.`;
    else if (value < stops[0] || value > stops.at(-1)) wrong = `must be from ${shown(stops[0])} to ${shown(stops.at(-1))}.`;
    else if (whole && !Number.isInteger(value)) wrong = "must be a whole number.";
    this.typing = undefined;
    if (wrong) this.change({ message: `${label}: ${wrong} It stays at ${shown(this.model.get(name))}.` });
    else this.change({ [name]: value }, label);
  }

  // `what` names the change for those who hear it.
  change(values, what = "") {
    for (const [name, value] of Object.entries({ message: "", ...values })) this.model.set(name, value);
    this.changed = what;
    this.schedule();
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    if (this.saving === undefined) return;
    clearTimeout(this.saving);
    this.saving = undefined;
    this.model.save_changes();
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  values() {
    return Object.fromEntries(this.sliders.map(({ name }) => [name, this.model.get(name)]));
  }

  drawRows() {
    for (const [name, { slider, range, entry }] of this.rows) {
      const value = this.model.get(name);
      const nearest = String(nearestStop(slider.stops, value));
      if (range.value !== nearest) range.value = nearest;
      const shown = plain.format(slider.percent ? value * 100 : value);
      const spoken = slider.percent ? `${shown} percent` : shown;
      if (range.getAttribute("aria-valuetext") !== spoken) range.setAttribute("aria-valuetext", spoken);
      if (entry.value !== shown && entry !== this.typing) entry.value = shown;
    }
  }

  // Shows a sentence, and says it once after a change. `more` is told but not shown, `what` names the chart.
  tell(sentence, more, what) {
    setText(this.sentence, sentence);
    const told = `${sentence} ${more}`.trim();
    if (told === this.told) return;
    clearTimeout(this.speaking);
    this.chart.svg.setAttribute("aria-label", `${what} ${told}`);
    // The first drawing is not a change: a page that opens stays silent.
    if (this.told !== undefined) {
      const changed = this.changed ? `${this.changed} changed. ` : "";
      this.speaking = setTimeout(() => setText(this.spoken, changed + told), SPEAK_AFTER);
    }
    this.told = told;
  }
}

// A number as people type it, with or without commas between thousands; NaN for anything else.
function parse(text) {
  const typed = text.trim().replace(/\s*%$/, "");
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(typed)) return Number(typed.replaceAll(",", ""));
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(typed) ? Number(typed) : NaN;
}

function nearestStop(stops, value) {
  let best = 0;
  for (let index = 1; index < stops.length; index++) {
    if (Math.abs(stops[index] - value) < Math.abs(stops[best] - value)) best = index;
  }
  return best;
}

export function attempt(work) {
  try {
    return { value: work() };
  } catch (error) {
    return { error: error.message };
  }
}

export function counted(number, thing) {
  return `${plain.format(number)} ${thing}${number === 1 ? "" : "s"}`;
}

export function figure() {
  return { value: node("strong", { class: "value" }), note: node("span", { class: "note" }) };
}

export function offer(select, options) {
  select.replaceChildren(...options.map(([value, label]) => node("option", { value }, label)));
}

export function time(day) {
  return node("time", { datetime: day }, day);
}

export function link(url, text) {
  return node("a", { href: url, target: "_blank", rel: "noopener" }, text);
}

export function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
