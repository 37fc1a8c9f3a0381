// A person against a program, in dollars and in hours. Everything is worked out in the page.
import { CostChart, setText } from "./cost_chart.js";
import { byPerson, byProgram, callDollars, evenItems, programHours } from "./operators.js";
import { SliderPanel, attempt, counted, figure, link, money, node, offer, one, time } from "./slider_panel.js";

const FURTHEST = 100_000;
const hours = (value) => (value < 1 ? `${one.format(value * 60)} minutes` : `${one.format(value)} hours`);
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
// The first whole number of items for which the program costs no more.
const items = (even) => whole.format(Math.ceil(even));

export default {
  render({ model, el }) {
    const view = new WorkSliders(model);
    el.append(view.root);
    return () => view.close();
  },
};

class WorkSliders extends SliderPanel {
  constructor(model) {
    super(model, "work-sliders", "Work sliders: a person against a program");
    this.root.append(node("div", { class: "layout" }, this.controls(), this.results()));
    this.open();
  }

  controls() {
    const jobs = this.model.get("jobs");
    this.preset = this.select("Start from", (name) => this.fill(name));
    offer(this.preset, jobs.map((each) => [each.name, each.label]));
    this.about = node("p", { class: "about" });
    const groups = this.sliderGroups();
    const start = node("div", { class: "start" }, this.label(this.preset, "Start from"), this.preset, this.about);
    const call = node("details", {}, node("summary", {}, "One call"), groups.call);
    return node("div", { class: "controls" }, start, groups.hand, groups.program, call);
  }

  fill(name) {
    const { values, label } = this.model.get("jobs").find((each) => each.name === name);
    this.change({ job: name, ...values }, label);
  }

  results() {
    this.meter = this.select("Model", (id) => this.change({ model: id }, "Model"));
    this.figures = { person: figure(), program: figure(), even: figure() };
    const cards = node("div", { class: "figures" },
      node("div", { class: "meter" }, node("span", { class: "title" }, "Person"), this.figures.person.value, this.figures.person.note),
      node("div", { class: "plan" }, this.label(this.meter, "Program"), this.meter, this.figures.program.value, this.figures.program.note),
      node("div", { class: "even" }, node("span", { class: "title" }, "Program pays from"), this.figures.even.value, this.figures.even.note));
    this.chart = new CostChart({ level: "program", rising: "person", across: "items a month", up: "$ a month" });
    this.source = node("p", { class: "source" });
    return node("div", { class: "results" }, cards, this.message, this.chart.svg, this.sentence, this.spoken, this.source);
  }

  draw() {
    const cards = this.model.get("cards");
    if (cards !== this.cards) {
      this.cards = cards;
      offer(this.meter, cards.map((each) => [each.model, each.name]));
    }
    const card = cards.find((each) => each.model === this.model.get("model"));
    if (!card) return; // a model that Python names arrives before its prices
    const job = this.values();
    const person = byPerson(job);
    const program = attempt(() => byProgram(job, card));
    const even = program.error ? undefined : evenItems(job, card);
    this.drawRows();
    setText(this.about, this.model.get("jobs").find((each) => each.name === this.model.get("job")).text);
    this.preset.value = this.model.get("job");
    this.meter.value = card.model;
    setText(this.message, this.model.get("message") || program.error || "");
    this.drawFigures(person, program.value, even);
    this.drawSentence(job, person, program.value, even);
    this.chart.svg.style.visibility = program.error ? "hidden" : "";
    if (!program.error) this.drawChart(job, card, person, even);
    this.drawSource(card);
  }

  drawFigures(person, program, even) {
    setText(this.figures.person.value, money(person.dollars));
    setText(this.figures.person.note, `a month, for ${hours(person.hours)} of work`);
    setText(this.figures.program.value, program ? money(program.dollars) : "no price");
    setText(this.figures.program.note, program ? `a month, ${hours(program.hours)} of a person's work in it` : "");
    const meet = Number.isFinite(even);
    setText(this.figures.even.value, even === undefined ? "–" : meet ? items(even) : "never");
    setText(this.figures.even.note, meet ? "items a month" : "checking and calls cost more than the work");
  }

  drawSentence(job, person, program, even) {
    if (!program) return this.tell("", "", "Chart of cost by items a month.");
    const gap = person.dollars - program.dollars;
    const start = `At ${counted(job.items, "item")} a month`;
    const cheaper = gap > 0 ? "program" : "person";
    const sentence = Math.abs(gap) < 0.005 ? `${start}, both cost the same.` : `${start}, the ${cheaper} is ${money(Math.abs(gap))} cheaper.`;
    const meeting = Number.isFinite(even) ? `The program pays from ${items(even)} items a month.` : "The program never pays.";
    return this.tell(sentence, meeting, "Chart of cost by items a month.");
  }

  drawChart(job, card, person, even) {
    const { fixed, each } = programHours(job);
    const level = { base: fixed * job.hourly, each: each * job.hourly + callDollars(job, card) };
    const rising = (job.minutes / 60) * job.hourly;
    const names = { nowName: `${money(person.dollars)} by hand`, evenName: `program pays from ${items(even)}` };
    this.chart.draw({ now: job.items, even, level, rising, most: FURTHEST, ...names });
  }

  drawSource(card) {
    if (this.sourceShown === card.model) return;
    this.sourceShown = card.model;
    this.source.replaceChildren(
      "An estimate. The hours are assumptions: put in your own. Prices of the calls checked on ", time(this.model.get("checked_on")),
      " at ", link(card.source_url, `the price page of ${card.name}`), ".");
  }
}
