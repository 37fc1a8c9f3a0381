// Plan against meter. Everything is worked out in the page, so a drag never waits for a kernel.
import { CostChart, setText } from "./cost_chart.js";
import { breakEven, LINES, monthly, planCost } from "./costs.js";
import { SliderPanel, attempt, counted, exactMoney, figure, large, link, money, node, offer, one, plain, short, time } from "./slider_panel.js";

const DAY = 86_400_000;
const tell = (even) => (even < 0.1 ? "under 0.1" : one.format(even));
// The columns of the table: lines of a bill that belong together. What is not tokens is a tool's fee.
const TOKENS = [
  ["Input", ["input"]],
  ["Cached", ["cached_input", "cache_write"]],
  ["Output", ["output"]],
  ["Reasoning", ["reasoning"]],
  ["Batch", ["batch"]],
];
const COLUMNS = [...TOKENS, ["Tools", LINES.filter((line) => !TOKENS.some(([, lines]) => lines.includes(line)))]];

export default {
  render({ model, el }) {
    const view = new CostSliders(model);
    el.append(view.root);
    return () => view.close();
  },
};

class CostSliders extends SliderPanel {
  constructor(model) {
    super(model, "cost-sliders", "Cost sliders: plan against meter");
    this.plans = model.get("plans");
    this.root.append(node("div", { class: "layout" }, this.controls(), this.results()));
    this.open();
  }

  // ---- controls -------------------------------------------------------------------------------------------------

  controls() {
    const presets = this.model.get("presets");
    this.preset = this.select("Start from", (name) => this.fill(name));
    offer(this.preset, presets.map((each) => [each.name, each.label]));
    this.about = node("p", { class: "about" });
    const groups = this.sliderGroups();
    const start = node("div", { class: "start" }, this.label(this.preset, "Start from"), this.preset, this.about);
    const saving = node("details", {}, node("summary", {}, "Cache, batch and search"), groups.saving);
    return node("div", { class: "controls" }, start, groups.work, groups.turn, saving);
  }

  fill(name) {
    const { workload, label } = this.model.get("presets").find((each) => each.name === name);
    const known = this.sliders.map((slider) => [slider.name, workload[slider.name]]);
    this.change({ preset: name, ...Object.fromEntries(known) }, label);
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
    this.chart = new CostChart({ level: "plan", rising: "meter", across: "conversations a day, each", up: "$ a month" });
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

  // The workload of the sliders; the fields that no slider shows come from the preset.
  workload(preset) {
    const chosen = this.values();
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
      this.chart.draw({ now: work.conversations, even, level: { base: seats.value, each: 0 }, rising: each, nowName, evenName: `same cost at ${tell(even)}` });
    }
    this.drawSource(card, plan);
  }

  drawControls(preset) {
    this.drawRows();
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
    const size = bill ? `, ${short(bill.tokens.input + bill.tokens.output)} tokens` : "";
    setText(this.figures.meter.note, `a month for ${large(people * working_days * conversations)} conversations${size}`);
    const unknown = even === undefined;
    const meet = Number.isFinite(even);
    setText(this.figures.even.value, unknown ? "–" : meet ? `${tell(even)} a day` : "never");
    setText(this.figures.even.note, unknown ? "" : meet ? "conversations, each person" : "the two lines do not meet");
  }

  drawSentence(work, seats, meter, even) {
    const meeting = Number.isFinite(even) ? `Both cost the same at ${tell(even)} a day.` : "";
    this.tell(comparison(work, seats, meter), meeting, "Chart of cost by conversations a day.");
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
    return `${meter} ${exactMoney(card.tiers[0][meter])} → ${exactMoney(price)}`;
  });
  const late = today >= Date.parse(from);
  return `${late ? "Changed" : "Announced"}: ${card.name} ${late ? "since" : "from"} ${from}, for a million tokens: ${changes.join(", ")}.${
    late ? " This page still counts the old price." : ""}`;
}
