// course/decision_report.py once more for the browser: a decision in words, as Markdown and as HTML.
import { chosenOption } from "./decision.js";

export const ADVICE = "Keep in mind";
export const ANSWERS = "The answers behind it";
const MARKS = /([\\`*_{}[\]<>#|~!])/g;
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
const UNTITLED = "Chat or API?";
const PAGE_STYLE = `body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.45 system-ui, sans-serif; color: #1a1d21; overflow-wrap: anywhere; }
h1 { font-size: 1.5em; margin: 0 0 .4em; } h2 { font-size: 1.1em; margin: 1em 0 .2em; } p { margin: .3em 0; }
ul { margin: 0; padding-left: 1.2em; } a { color: #0b5cad; font-size: .85em; }
@page { size: A4; margin: 13mm; } @media print { body { margin: 0; padding: 0; max-width: none; font-size: 9.5pt; line-height: 1.3; } h2 { margin-top: .6em; } }`;

// { title, meaning, total, sections: [{ title, lines: [{ text, links: [[text, url], …] }] }] }
export function report(guide, decision) {
  const { rule, outcome, advice, changes, answers } = decision;
  const sections = [
    ["Why", [line(rule.reason)]],
    ["First step", [line(rule.first_step)]],
    [ADVICE, advice.map(({ text, links }) => line(text, links))],
    ["Rough cost a month", costLines(guide, decision)],
    ["What would change the answer", changes.map((each) => line(`If ${each.option.when}: ${each.outcome.label}.`))],
    [ANSWERS, guide.questions.map((each) => line(`${each.text} ${chosenOption(each, answers).label}`))],
  ];
  if (!changes.length) sections[4][1].push(line("No other single answer would."));
  return {
    title: outcome.label,
    meaning: outcome.meaning,
    total: about(decision.cost.total),
    sections: sections.filter(([, lines]) => lines.length).map(([title, lines]) => ({ title, lines })),
  };
}

export function toMarkdown(said, name = "") {
  const parts = [`# ${marked(name) || UNTITLED}`, `**Recommendation: ${marked(said.title)}**`, marked(said.meaning)];
  for (const { title, lines } of said.sections) {
    const links = (each) => each.links.map(([text, url]) => ` [${marked(text)}](${url})`).join("");
    parts.push(`## ${title}`, lines.map((each) => `- ${marked(each.text)}${links(each)}`).join("\n"));
  }
  return `${parts.join("\n\n")}\n`;
}

export function toHtml(said, name = "", level = 1) {
  const parts = [
    `<h${level}>${escaped(name) || UNTITLED}</h${level}>`,
    `<p><strong>Recommendation: ${escaped(said.title)}</strong></p>`,
    `<p>${escaped(said.meaning)}</p>`,
  ];
  for (const { title, lines } of said.sections) {
    const links = (each) => each.links.map(([text, url]) => ` <a href="${escaped(url)}">${escaped(text)}</a>`).join("");
    const items = lines.map((each) => `<li>${escaped(each.text)}${links(each)}</li>`).join("");
    parts.push(`<h${level + 1}>${escaped(title)}</h${level + 1}>\n<ul>${items}</ul>`);
  }
  return `${parts.join("\n")}\n`;
}

// A whole file, which needs nothing else.
export function toPage(said, name = "") {
  const title = escaped(name) || UNTITLED;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${PAGE_STYLE}</style></head>
<body><main>
${toHtml(said, name)}</main></body></html>
`;
}

function line(text, links = []) {
  return { text, links };
}

function costLines(guide, { cost, rule }) {
  const lines = [];
  if (cost.plan) {
    const plans = rule.plans.map((id) => guide.plans[id]);
    const least = Math.max(...plans.map((plan) => plan.min_seats ?? 1));
    const people = rule.people === 1 ? "1 person" : `${rule.people} people`;
    const seats = least > rule.people ? `, at least ${least} seats` : "";
    lines.push(line(`Chat plan for ${people}${seats}: ${span(cost.plan)}.`, plans.map((plan) => [plan.name, plan.source_url])));
  }
  if (cost.calls) {
    const cards = [guide.cheapest, guide.dearest];
    lines.push(line(`Calls to a model: ${span(cost.calls)}, from ${cards[0].name} to ${cards[1].name}.`,
      cards.map((card) => [`Prices of ${card.name}`, card.source_url])));
  }
  lines.push(line(workOf(guide, cost, rule.admin_hours)), line(`Together: about ${about(cost.total)}.`));
  lines.push(line(`These are assumptions: ${pieces(cost)} in a month, of a job like “${guide.job_label}”, with its minutes ` +
    `and tokens. Fees and prices were checked on ${guide.checked_on}.`));
  return lines;
}

function pieces({ by_person, by_program }) {
  if (by_person && by_program) return `${rounded(by_person)} pieces for each person and ${rounded(by_program)} for the program`;
  return by_person ? `${rounded(by_person)} pieces for each person` : `${rounded(by_program)} pieces`;
}

function workOf(guide, cost, adminHours) {
  const parts = [];
  if (cost.calls) parts.push(`building spread over ${inHours(guide.job.months)} months`);
  if (adminHours) parts.push(`${inHours(adminHours)} ${adminHours === 1 ? "hour" : "hours"} for accounts, budgets and records`);
  const within = parts.length ? ` (${parts.join(", ")})` : "";
  return `People's work: ${inHours(cost.hours)} hours${within}, at ${inDollars(guide.job.hourly)} an hour: ${inDollars(cost.work)}.`;
}

function span({ low, high }) {
  const [from, to] = [inDollars(low), inDollars(high)];
  return from === to ? from : `${from} to ${to}`;
}

// A sum that rests on assumptions, with two digits that count.
function about({ low, high }) {
  return span({ low: twoDigits(low), high: twoDigits(high) });
}

function twoDigits(amount) {
  const unit = 10 ** Math.max(String(Math.floor(amount)).length - 2, 0);
  return Math.floor(amount / unit + 0.5) * unit;
}

function inDollars(amount) {
  if (amount >= 10 || amount === 0) return `$${rounded(amount)}`;
  return amount >= 0.01 ? `$${(Math.floor(amount * 100 + 0.5) / 100).toFixed(2)}` : "less than a cent";
}

function rounded(amount) {
  return Math.floor(amount + 0.5).toLocaleString("en-US");
}

function inHours(hours) {
  return (Math.floor(hours * 10 + 0.5) / 10).toLocaleString("en-US");
}

// Plain text that Markdown shows as it is, on one line.
function marked(text) {
  return text.trim().split(/\s+/).join(" ").replace(MARKS, "\\$1");
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (sign) => ESCAPED[sign]);
}
