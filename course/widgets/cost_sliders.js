// Plan against meter. Everything is worked out in the page, so a drag never waits for a kernel.
import { CostChart, setText } from "./cost_chart.js";
import { breakEven, LINES, monthly, planCost } from "./costs.js";

const SPEAK_AFTER = 500; // ms without a change, so that a drag is announced once
const SAVE_AFTER = 150;
const DAY = 86_400_000;
const cents = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
const one = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const tell = (even) => (even < 0.1 ? "under 0.1" : one.format(even));
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const money = (value) => (value < 1000 ? cents : dollars).format(value);
const large = (value) => (value < 100_000 ? one : compact).format(value);
// The columns of the table: lines of a bill that belong together. What is not tokens is a tool's fee.
const TOKENS = [
  ["Input", ["input"]],
  ["Cached", ["cached_input", "cache_write"]],
  ["Output", ["output"]],
  ["Reasoning", ["reasoning"]],
  ["Batch", ["batch"]],
];
const COLUMNS = [...TOKENS, ["Tools", LINES.filter((line) => !TOKENS.some(([, lines]) => lines.includes(line)))]];

let instances = 0;

export default {
  render({ model, el }) {
    const view = new CostSliders(model);
    el.append(view.root);
    return () => view.close();
  },
};

class CostSliders {
  constructor(model) {
    this.model = model;
    this.id = `cost-sliders-${++instances}`;
    this.plans = model.get("plans");
    this.sliders = model.get("sliders");
    this.rows = new Map();
    this.root = node("div", { class: "course-widget cost-sliders", role: "group", "aria-label": "Cost sliders: plan against meter" });
    this.root.append(node("div", { class: "layout" }, this.controls(), this.results()));
    // Arrow keys belong to the slider that has the focus, not to the slide show around it.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.key !== "Escape" && event.stopPropagation());
    }
    this.onChange = () => this.schedule();
    model.on("change", this.onChange);
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

  // ---- controls -------------------------------------------------------------------------------------------------

  controls() {
    const presets = this.model.get("presets");
    this.preset = this.select("Start from", (name) => this.fill(name));
    offer(this.preset, presets.map((each) => [each.name, each.label]));
    this.about = node("p", { class: "about" });
    const groups = { work: node("div", { class: "sliders" }), turn: node("div", { class: "sliders" }), saving: node("div", { class: "sliders" }) };
    for (const slider of this.sliders) groups[slider.group].append(this.sliderRow(slider));
    const start = node("div", { class: "start" }, this.label(this.preset, "Start from"), this.preset, this.about);
    const saving = node("details", {}, node("summary", {}, "Cache, batch and search"), groups.saving);
    return node("div", { class: "controls" }, start, groups.work, groups.turn, saving);
  }

  select(text, onPick) {
    const select = node("select", { id: `${this.id}-${text.toLowerCase().replaceAll(" ", "-")}` });
    select.addEventListener("change", () => onPick(select.value));
    return select;
  }

  label(control, text) {
    return node("label", { for: control.id }, text);
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

  fill(name) {
    const { workload, label } = this.model.get("presets").find((each) => each.name === name);
    const known = this.sliders.map((slider) => [slider.name, workload[slider.name]]);
    this.change({ preset: name, ...Object.fromEntries(known) }, label);
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

  // ---- results --------------------------------------------------------------------------------------------------

  results() {
    this.plan = this.select("Plan", (id) => this.change({ plan: id }, "Plan"));
    offer(this.plan, this.plans.map((each) => [each.id, each.name]));
    this.meter = this.select("Model", (id) => this.change({ model: id }, "Model"));
    this.yearly = node("input", { type: "checkbox", id: `${this.id}-yearly` });
    this.yearly.addEventListener("change", () => this.change({ yearly: this.yearly.checked }, "Plan"));
    this.figures = { plan: figure(), meter: figure(), even: figure() };
    const yearly = node("span", { class: "check" }, this.yearly, this.label(this.yearly, "pay yearly"));
    const cards = node("div", { class: "figures" },
      node("div", { class: "plan" }, this.label(this.plan, "Plan"), this.plan, this.figures.plan.value, this.figures.plan.note, yearly),
      node("div", { class: "meter" }, this.label(this.meter, "Meter"), this.meter, this.figures.meter.value, this.figures.meter.note),
      node("div", { class: "even" }, node("span", { class: "title" }, "Same cost at"), this.figures.even.value, this.figures.even.note));
    this.message = node("p", { class: "problem", role: "alert" });
    this.chart = new CostChart();
    this.sentence = node("p", { class: "sentence" });
    this.spoken = node("p", { class: "visually-hidden", "aria-live": "polite" });
    this.source = node("p", { class: "source" });
    return node("div", { class: "results" }, cards, this.message, this.chart.svg, this.sentence, this.spoken, this.table(), this.source);
  }

  table() {
    const heads = ["Model", "Month", ...COLUMNS.map(([name]) => name)];
    const head = node("tr", {}, ...heads.map((text) => node("th", { scope: "col" }, text)));
    const caption = node("caption", { class: "visually-hidden" }, "The same month of work with each model, in US dollars");
    this.body = node("tbody", {});
    this.span = node("summary", {});
    const scroll = node("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Costs by model" },
      node("table", {}, caption, node("thead", {}, head), this.body));
    return node("details", { class: "models" }, this.span, scroll);
  }

  // The models of the list and of the table; Python may add one.
  offerModels() {
    const cards = this.model.get("cards");
    if (cards === this.cards) return;
    this.cards = cards;
    offer(this.meter, cards.map((each) => [each.model, each.name]));
    this.bills = cards.map((card) => {
      const cells = ["Month", ...COLUMNS].map(() => node("td", {}));
      return { card, cells, row: node("tr", {}, node("th", { scope: "row" }, card.name), ...cells) };
    });
    this.body.replaceChildren(...this.bills.map((bill) => bill.row));
  }

  // ---- drawing --------------------------------------------------------------------------------------------------

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  // The workload of the sliders; the fields that no slider shows come from the preset.
  workload(preset) {
    const chosen = Object.fromEntries(this.sliders.map(({ name }) => [name, this.model.get(name)]));
    const written_share = Math.min(preset.workload.written_share, 1 - chosen.cached_share);
    return { ...preset.workload, written_share, ...chosen };
  }

  draw() {
    this.offerModels();
    const card = this.cards.find((each) => each.model === this.model.get("model"));
    if (!card) return; // a model that Python names arrives before its prices
    const preset = this.model.get("presets").find((each) => each.name === this.model.get("preset"));
    const plan = this.plans.find((each) => each.id === this.model.get("plan"));
    const work = this.workload(preset);
    const seats = attempt(() => planCost(plan, work.people, this.model.get("yearly")));
    const bill = this.drawTable(work).get(card.model);
    const even = seats.error ? undefined : attempt(() => breakEven(seats.value, work, card)).value;
    const each = attempt(() => monthly({ ...work, conversations: 1 }, card).total).value;
    this.drawControls(preset);
    setText(this.message, this.model.get("message") || seats.error || bill.error || "");
    this.drawFigures(work, plan, seats.value, bill.value, even);
    this.drawSentence(work, seats.value, bill.value?.total, even);
    const known = seats.value !== undefined && each !== undefined;
    this.chart.svg.style.visibility = known ? "" : "hidden";
    if (known) {
      const nowName = `${money(each * work.conversations)} now`;
      this.chart.draw({ now: work.conversations, even, plan: seats.value, each, nowName, evenName: `same cost at ${tell(even)}` });
    }
    this.drawSource(card, plan);
  }

  drawControls(preset) {
    for (const [name, { slider, range, entry }] of this.rows) {
      const value = this.model.get(name);
      const nearest = String(nearestStop(slider.stops, value));
      if (range.value !== nearest) range.value = nearest;
      const shown = plain.format(slider.percent ? value * 100 : value);
      const spoken = slider.percent ? `${shown} percent` : shown;
      if (range.getAttribute("aria-valuetext") !== spoken) range.setAttribute("aria-valuetext", spoken);
      if (entry.value !== shown && entry !== this.typing) entry.value = shown;
    }
    setText(this.about, preset.text);
    this.preset.value = preset.name;
    this.plan.value = this.model.get("plan");
    this.meter.value = this.model.get("model");
    this.yearly.checked = this.model.get("yearly");
  }

  drawTable(work) {
    const chosen = this.model.get("model");
    const bills = new Map();
    for (const { card, cells, row } of this.bills) {
      const bill = attempt(() => monthly(work, card));
      bills.set(card.model, bill);
      row.classList.toggle("chosen", card.model === chosen);
      row.title = bill.error ?? "";
      setText(cells[0], bill.error ? "no price" : money(bill.value.total));
      COLUMNS.forEach(([, lines], index) => {
        const part = bill.error ? 0 : lines.reduce((sum, line) => sum + bill.value.dollars[line], 0);
        setText(cells[index + 1], part ? money(part) : "–");
      });
    }
    const totals = this.bills.filter(({ card }) => !bills.get(card.model).error)
      .map(({ card }) => [bills.get(card.model).value.total, card.name]).sort(([a], [b]) => a - b);
    const span = totals.length ? `: ${money(totals[0][0])} (${totals[0][1]}) to ${money(totals.at(-1)[0])} (${totals.at(-1)[1]})` : "";
    setText(this.span, `The same month with ${this.bills.length} models${span}`);
    return bills;
  }

  drawFigures(work, plan, seats, bill, even) {
    const { people, conversations, working_days } = work;
    const paid = Math.max(people, plan.min_seats ?? 0);
    setText(this.figures.plan.value, seats === undefined ? "not stated" : money(seats));
    setText(this.figures.plan.note, `a month for ${counted(paid, "seat")}`);
    setText(this.figures.meter.value, bill ? money(bill.total) : "no price");
    const size = bill ? `, ${compact.format(bill.tokens.input + bill.tokens.output)} tokens` : "";
    setText(this.figures.meter.note, `a month for ${large(people * working_days * conversations)} conversations${size}`);
    const unknown = even === undefined;
    const meet = Number.isFinite(even);
    setText(this.figures.even.value, unknown ? "–" : meet ? `${tell(even)} a day` : "never");
    setText(this.figures.even.note, unknown ? "" : meet ? "conversations, each person" : "the two lines do not meet");
  }

  drawSentence(work, seats, meter, even) {
    const sentence = comparison(work, seats, meter);
    setText(this.sentence, sentence);
    const told = Number.isFinite(even) ? `${sentence} Both cost the same at ${tell(even)} a day.` : sentence;
    if (told === this.told) return;
    clearTimeout(this.speaking);
    this.chart.svg.setAttribute("aria-label", `Chart of cost by conversations a day. ${told}`);
    // The first drawing is not a change: a page that opens stays silent.
    if (this.told !== undefined) {
      const what = this.changed ? `${this.changed} changed. ` : "";
      this.speaking = setTimeout(() => setText(this.spoken, what + told), SPEAK_AFTER);
    }
    this.told = told;
  }

  drawSource(card, plan) {
    const shown = `${card.model} ${plan.id} ${this.bills.length}`;
    if (this.sourceShown === shown) return;
    this.sourceShown = shown;
    const today = new Date();
    const checked = this.model.get("checked_on");
    const parts = [
      "An estimate without tax. Prices checked on ", time(checked), " at ", link(card.source_url, `the price page of ${card.name}`),
      "; plan fee checked on ", time(plan.accessed_on), plan.trust === "official" ? " at " : ", as other sites quote ",
      link(plan.source_url, `the page of ${plan.name}`), ".",
      ...this.cards.filter((each) => each.announced.length).map((each) => node("span", { class: "coming" }, announcement(each, today))),
    ];
    const age = Math.floor((today - Date.parse(checked)) / DAY);
    if (age > this.model.get("stale_after_days")) {
      parts.push(node("strong", { class: "old" }, `These prices are ${age} days old: look at the page before you decide.`));
    }
    this.source.replaceChildren(...parts);
  }
}

// A number as people type it, with or without commas between thousands; NaN for anything else.
function parse(text) {
  const typed = text.trim().replace(/\s*%$/, "");
  if (/^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(typed)) return Number(typed.replaceAll(",", ""));
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(typed) ? Number(typed) : NaN;
}

function comparison(work, seats, meter) {
  if (seats === undefined || meter === undefined) return "";
  const start = `At ${plain.format(work.conversations)} conversations a day each, the meter costs ${money(meter)} a month`;
  const gap = meter - seats;
  if (Math.abs(gap) < 0.005) return `${start}: the same as the plan.`;
  return `${start}: ${money(Math.abs(gap))} ${gap < 0 ? "less" : "more"} than the plan.`;
}

// What a vendor has said it will charge, and whether this page is older than that.
function announcement(card, today) {
  const from = card.announced[0].from;
  const changes = card.announced.filter((each) => each.from === from).map(({ meter, price }) => {
    return `${meter} ${cents.format(card.tiers[0][meter])} → ${cents.format(price)}`;
  });
  const late = today >= Date.parse(from);
  return `${late ? "Changed" : "Announced"}: ${card.name} ${late ? "since" : "from"} ${from}, for a million tokens: ${changes.join(", ")}.${
    late ? " This page still counts the old price." : ""}`;
}

function nearestStop(stops, value) {
  let best = 0;
  for (let index = 1; index < stops.length; index++) {
    if (Math.abs(stops[index] - value) < Math.abs(stops[best] - value)) best = index;
  }
  return best;
}

function attempt(work) {
  try {
    return { value: work() };
  } catch (error) {
    return { error: error.message };
  }
}

function counted(number, thing) {
  return `${plain.format(number)} ${thing}${number === 1 ? "" : "s"}`;
}

function figure() {
  return { value: node("strong", { class: "value" }), note: node("span", { class: "note" }) };
}

function offer(select, options) {
  select.replaceChildren(...options.map(([value, label]) => node("option", { value }, label)));
}

function time(day) {
  return node("time", { datetime: day }, day);
}

function link(url, text) {
  return node("a", { href: url, target: "_blank", rel: "noopener" }, text);
}

function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
