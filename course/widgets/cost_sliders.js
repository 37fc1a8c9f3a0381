// Plan against meter. Everything is worked out in the page, so a drag never waits for a kernel.
import { breakEven, monthly, planCost } from "./costs.js";

const SVG = "http://www.w3.org/2000/svg";
const CHART = { width: 600, height: 250, left: 62, right: 16, top: 24, bottom: 40 };
const SPEAK_AFTER = 500; // ms without a change, so that a drag is announced once
const SAVE_AFTER = 150;
const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
const one = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

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
    this.cards = model.get("cards");
    this.plans = model.get("plans");
    this.sliders = model.get("sliders");
    this.rows = new Map();
    this.root = node("div", { class: "course-widget cost-sliders", role: "group", "aria-label": "Cost sliders: plan against meter" });
    this.root.append(node("div", { class: "layout" }, this.controls(), this.results(), this.foot()));
    // Arrow keys belong to the slider that has the focus, not to the slide show around it.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.key !== "Escape" && event.stopPropagation());
    }
    this.onChange = () => this.schedule();
    model.on("change", this.onChange);
    this.draw();
  }

  close() {
    this.model.off("change", this.onChange);
    cancelAnimationFrame(this.frame);
    clearTimeout(this.saving);
    clearTimeout(this.speaking);
    this.root.remove();
  }

  // ---- controls -------------------------------------------------------------------------------------------------

  controls() {
    const panel = node("div", { class: "controls" });
    const presets = this.model.get("presets");
    this.preset = this.select("Start from", presets.map((each) => [each.name, each.label]), (name) => this.fill(name));
    panel.append(this.preset.row);
    const groups = { work: node("div", {}), turn: node("div", {}), saving: node("details", {}, node("summary", {}, "Cache, batch and search")) };
    for (const slider of this.sliders) groups[slider.group].append(this.sliderRow(slider));
    this.plan = this.select("Plan", this.plans.map((each) => [each.id, each.name]), (id) => this.change({ plan: id }));
    this.modelSelect = this.select("Model", this.cards.map((each) => [each.model, each.name]), (id) => this.change({ model: id }));
    this.yearly = node("input", { type: "checkbox", id: `${this.id}-yearly` });
    this.yearly.addEventListener("change", () => this.change({ yearly: this.yearly.checked }));
    const yearly = node("div", { class: "row check" }, this.yearly, node("label", { for: this.yearly.id }, "Plan paid for a year at once"));
    panel.append(groups.work, groups.turn, groups.saving, this.plan.row, yearly, this.modelSelect.row);
    return panel;
  }

  select(text, options, onPick) {
    const id = `${this.id}-${text.toLowerCase().replaceAll(" ", "-")}`;
    const select = node("select", { id }, ...options.map(([value, label]) => node("option", { value }, label)));
    select.addEventListener("change", () => onPick(select.value));
    return { select, row: node("div", { class: "row" }, node("label", { for: id }, text), select) };
  }

  sliderRow(slider) {
    const { name, label, stops, percent } = slider;
    const id = `${this.id}-${name}`;
    const range = node("input", { type: "range", id, min: 0, max: stops.length - 1, step: 1 });
    const entry = node("input", { type: "text", inputmode: "decimal", "aria-label": `${label}, typed`, "data-name": name });
    range.addEventListener("input", () => this.change({ [name]: stops[range.valueAsNumber] }));
    entry.addEventListener("change", () => this.type(slider, entry));
    this.rows.set(name, { slider, range, entry });
    const unit = percent ? node("span", { class: "unit", "aria-hidden": "true" }, "%") : "";
    return node("div", { class: "row slider" }, node("label", { for: id }, label), range, node("span", { class: "entry" }, entry, unit));
  }

  // What was typed, if it is a number in range; otherwise a message, and the old value stays.
  type({ name, label, stops, whole, percent }, entry) {
    const text = entry.value.trim().replaceAll(",", "").replace(/%$/, "");
    const shown = (value) => (percent ? `${plain.format(value * 100)}%` : plain.format(value));
    const typed = /^-?\d*\.?\d+(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
    const value = percent ? typed / 100 : typed;
    const stays = `It stays at ${shown(this.model.get(name))}.`;
    let wrong = "";
    if (!Number.isFinite(value)) wrong = `must be a number, not “${entry.value.trim().slice(0, 20)}”.`;
    else if (value < stops[0] || value > stops.at(-1)) wrong = `must be from ${shown(stops[0])} to ${shown(stops.at(-1))}.`;
    else if (whole && !Number.isInteger(value)) wrong = "must be a whole number.";
    if (wrong) {
      this.change({ message: `${label}: ${wrong} ${stays}` });
      this.draw();
    } else this.change({ [name]: value });
  }

  fill(name) {
    const { workload } = this.model.get("presets").find((each) => each.name === name);
    const known = this.sliders.map((slider) => [slider.name, workload[slider.name]]);
    this.change({ preset: name, ...Object.fromEntries(known) });
  }

  change(values) {
    for (const [name, value] of Object.entries({ message: "", ...values })) this.model.set(name, value);
    this.schedule();
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.model.save_changes(), SAVE_AFTER);
  }

  // ---- results --------------------------------------------------------------------------------------------------

  results() {
    this.figures = ["plan", "meter", "even"].map((name) => ({ name, title: node("dt", {}), value: node("dd", {}) }));
    const list = node("dl", { class: "figures" }, ...this.figures.map(({ name, title, value }) => node("div", { class: name }, title, value)));
    this.sentence = node("p", { class: "sentence" });
    this.spoken = node("p", { class: "visually-hidden", "aria-live": "polite" });
    this.message = node("p", { class: "problem", role: "alert" });
    return node("div", { class: "results" }, list, this.message, this.chart(), this.sentence, this.spoken, this.table());
  }

  chart() {
    const { width, height } = CHART;
    const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Plan and metered cost by conversations a day" });
    this.marks = {};
    const add = (name, tag, attributes = {}) => svg.append((this.marks[name] = shape(tag, { class: name, ...attributes })));
    add("grid", "path");
    add("axis", "path");
    this.ticks = { x: [], y: [] };
    for (let index = 0; index < 6; index++) {
      for (const axis of ["x", "y"]) {
        const text = shape("text", { class: `tick ${axis}` });
        this.ticks[axis].push(text);
        svg.append(text);
      }
    }
    add("now-line", "path");
    add("meter-line", "path");
    add("plan-line", "path");
    add("now-dot", "circle", { r: 5 });
    add("even-dot", "circle", { r: 6 });
    for (const name of ["plan-name", "meter-name", "even-name", "now-name", "x-name", "y-name"]) add(name, "text");
    this.marks["x-name"].textContent = "conversations a day, each";
    this.marks["y-name"].textContent = "$ a month";
    place(this.marks["x-name"], (CHART.left + width - CHART.right) / 2, height - 5, "middle");
    place(this.marks["y-name"], 8, 12, "start");
    return svg;
  }

  table() {
    const heads = ["Model", "Month", "Input", "Output", "Other"];
    const head = node("tr", {}, ...heads.map((text) => node("th", { scope: "col" }, text)));
    this.bills = this.cards.map((card) => {
      const name = node("th", { scope: "row" }, card.name);
      const cells = heads.slice(1).map(() => node("td", {}));
      return { card, cells, row: node("tr", {}, name, ...cells) };
    });
    const caption = node("caption", { class: "visually-hidden" }, "The same month of work with each model, in US dollars");
    return node("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Costs by model" },
      node("table", {}, caption, node("thead", {}, head), node("tbody", {}, ...this.bills.map((bill) => bill.row))));
  }

  foot() {
    this.source = node("p", { class: "source" });
    return this.source;
  }

  // ---- drawing --------------------------------------------------------------------------------------------------

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  // The workload of the sliders; the fields that no slider shows come from the preset.
  workload() {
    const preset = this.model.get("presets").find((each) => each.name === this.model.get("preset"));
    const chosen = Object.fromEntries(this.sliders.map(({ name }) => [name, this.model.get(name)]));
    const written_share = Math.min(preset.workload.written_share, 1 - chosen.cached_share);
    return { ...preset.workload, written_share, ...chosen };
  }

  draw() {
    this.drawControls();
    const work = this.workload();
    const plan = this.plans.find((each) => each.id === this.model.get("plan"));
    const seats = attempt(() => planCost(plan, work.people, this.model.get("yearly")));
    const costs = this.drawTable(work);
    const card = this.cards.find((each) => each.model === this.model.get("model"));
    const meter = costs.get(card.model);
    const even = attempt(() => breakEven(seats.value, work, card));
    const message = this.model.get("message") || seats.error || meter.error || "";
    setText(this.message, message);
    this.drawFigures(work, plan, card, seats.value, meter.value?.total, even.value);
    this.drawChart(work.conversations, seats.value, meter.value?.total, even.value, card, work);
    this.drawSource(card);
  }

  drawControls() {
    for (const [name, { slider, range, entry }] of this.rows) {
      const value = this.model.get(name);
      const nearest = String(nearestStop(slider.stops, value));
      if (range.value !== nearest) range.value = nearest;
      const shown = plain.format(slider.percent ? value * 100 : value);
      if (range.getAttribute("aria-valuetext") !== shown) {
        range.setAttribute("aria-valuetext", slider.percent ? `${shown} percent` : shown);
        range.style.setProperty("--filled", `${(100 * range.value) / (slider.stops.length - 1)}%`);
      }
      if (entry.value !== shown) entry.value = shown;
    }
    this.preset.select.value = this.model.get("preset");
    this.plan.select.value = this.model.get("plan");
    this.modelSelect.select.value = this.model.get("model");
    this.yearly.checked = this.model.get("yearly");
  }

  drawTable(work) {
    const chosen = this.model.get("model");
    const costs = new Map();
    for (const { card, cells, row } of this.bills) {
      const bill = attempt(() => monthly(work, card));
      costs.set(card.model, bill);
      row.classList.toggle("chosen", card.model === chosen);
      if (bill.error) {
        cells.forEach((cell, index) => setText(cell, index ? "" : "no price"));
        row.title = bill.error;
        continue;
      }
      row.title = "";
      const { total, dollars } = bill.value;
      const input = dollars.input + dollars.cached_input + dollars.cache_write;
      const output = dollars.output + dollars.reasoning;
      [total, input, output, total - input - output].forEach((value, index) => setText(cells[index], money.format(Math.abs(value))));
    }
    return costs;
  }

  drawFigures(work, plan, card, seats, meter, even) {
    const [planFigure, meterFigure, evenFigure] = this.figures;
    setText(planFigure.title, `${plan.name}, ${work.people} ${work.people === 1 ? "seat" : "seats"}`);
    setText(planFigure.value, seats === undefined ? "not stated" : money.format(seats));
    setText(meterFigure.title, `Meter, ${card.name}`);
    setText(meterFigure.value, meter === undefined ? "no price" : money.format(meter));
    setText(evenFigure.title, "Same cost at");
    setText(evenFigure.value, Number.isFinite(even) ? `${one.format(even)} a day` : "never");
    const sentence = this.comparison(work, seats, meter);
    setText(this.sentence, sentence);
    if (sentence !== this.lastSentence) {
      clearTimeout(this.speaking);
      // The first drawing is not a change: a page that opens stays silent.
      if (this.lastSentence !== undefined) this.speaking = setTimeout(() => setText(this.spoken, sentence), SPEAK_AFTER);
      this.lastSentence = sentence;
    }
  }

  comparison(work, seats, meter) {
    if (seats === undefined || meter === undefined) return "";
    const start = `At ${plain.format(work.conversations)} conversations a day each, the meter costs ${money.format(meter)} a month`;
    const gap = meter - seats;
    if (Math.abs(gap) < 0.005) return `${start}: the same as the plan.`;
    return `${start}: ${money.format(Math.abs(gap))} ${gap < 0 ? "less" : "more"} than the plan.`;
  }

  drawChart(now, seats = 0, meter = 0, even, card, work) {
    const { width, height, left, right, top, bottom } = CHART;
    const reach = Number.isFinite(even) && even <= 500 ? even * 1.5 : 0;
    const xMax = roundUp(Math.max(now * 1.4, reach, 10));
    const perConversation = attempt(() => monthly({ ...work, conversations: 1 }, card).total).value ?? 0;
    const yMax = roundUp(Math.max(seats * 1.25, perConversation * xMax, 1));
    const x = (value) => left + (value / xMax) * (width - left - right);
    const y = (value) => height - bottom - (value / yMax) * (height - top - bottom);
    const m = this.marks;
    let grid = "";
    for (let index = 0; index < 6; index++) {
      const [tickX, tickY] = [(xMax * index) / 5, (yMax * index) / 5];
      grid += `M${left} ${y(tickY)}H${width - right}`;
      setText(this.ticks.x[index], plain.format(tickX));
      place(this.ticks.x[index], x(tickX), height - bottom + 16, "middle");
      setText(this.ticks.y[index], plain.format(tickY));
      place(this.ticks.y[index], left - 6, y(tickY) + 4, "end");
    }
    setPath(m.grid, grid);
    setPath(m.axis, `M${left} ${top}V${height - bottom}H${width - right}`);
    setPath(m["meter-line"], `M${x(0)} ${y(0)}L${x(xMax)} ${y(perConversation * xMax)}`);
    setPath(m["plan-line"], `M${x(0)} ${y(seats)}H${x(xMax)}`);
    setPath(m["now-line"], `M${x(now)} ${y(0)}V${y(meter)}`);
    m["now-dot"].setAttribute("cx", x(now));
    m["now-dot"].setAttribute("cy", y(meter));
    setText(m["plan-name"], "plan");
    place(m["plan-name"], width - right - 4, y(seats) - 7, "end");
    setText(m["meter-name"], "meter");
    const steep = Math.min(0.94, (yMax * 0.94) / Math.max(perConversation * xMax, 1e-9)) * xMax;
    place(m["meter-name"], x(steep) - 14, y(perConversation * steep) - 4, "end");
    setText(m["now-name"], `${money.format(meter)} now`);
    place(m["now-name"], Math.min(x(now) + 9, width - right - 90), Math.min(y(meter) + 18, height - bottom - 6), "start");
    const crosses = Number.isFinite(even) && even <= xMax && perConversation > 0;
    m["even-dot"].style.display = m["even-name"].style.display = crosses ? "" : "none";
    if (crosses) {
      m["even-dot"].setAttribute("cx", x(even));
      m["even-dot"].setAttribute("cy", y(seats));
      setText(m["even-name"], `same cost at ${one.format(even)}`);
      const end = x(even) > width / 2;
      place(m["even-name"], x(even) + (end ? -10 : 10), y(seats) - 10, end ? "end" : "start");
    }
  }

  drawSource(card) {
    const checked = this.model.get("checked_on");
    if (this.sourceShown === card.model) return;
    this.sourceShown = card.model;
    const age = Math.floor((Date.now() - Date.parse(checked)) / 86_400_000);
    const link = node("a", { href: card.source_url, target: "_blank", rel: "noopener" }, `the price page of ${card.name}`);
    const parts = ["Estimate. Prices checked on ", node("time", { datetime: checked }, checked), " at ", link, "."];
    const change = card.announced.find((each) => each.meter === "input");
    if (change) parts.push(` Announced: input at ${money.format(change.price)} for a million tokens from ${change.from}.`);
    if (age > this.model.get("stale_after_days")) {
      parts.push(node("strong", {}, ` These prices are ${age} days old: look at the page before you decide.`));
    }
    this.source.replaceChildren(...parts);
  }
}

function nearestStop(stops, value) {
  let best = 0;
  for (let index = 1; index < stops.length; index++) {
    if (Math.abs(stops[index] - value) < Math.abs(stops[best] - value)) best = index;
  }
  return best;
}

// The next of 1, 2, 2.5, 5, 10 × a power of ten, so that five ticks have round numbers.
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10].find((step) => value <= step * power * (1 + 1e-12)) * power;
}

function attempt(work) {
  try {
    return { value: work() };
  } catch (error) {
    return { error: error.message };
  }
}

function node(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

function setPath(target, d) {
  target.setAttribute("d", d);
}

function place(text, x, y, anchor) {
  text.setAttribute("x", x);
  text.setAttribute("y", y);
  text.setAttribute("text-anchor", anchor);
}
