// One project's spend: a bar up to its budget, with the same in words.
import { element } from "./quiz_dom.js";

const FURTHEST = 2; // budgets; what lies beyond is drawn there
const percent = (part) => `${100 * part}%`;

export class SpendRow {
  constructor() {
    this.name = element("span", { class: "dash-name", dir: "auto" });
    this.tag = element("span", { class: "dash-tag" }, "archived");
    this.amount = element("span", { class: "dash-amount" });
    this.counts = element("span", { class: "dash-counts" });
    this.state = element("span", { class: "dash-reached" }, "■ Budget reached: calls are refused");
    this.alerts = element("span", { class: "dash-alerts" });
    this.fill = element("span", { class: "dash-fill" });
    this.held = element("span", { class: "dash-held" });
    this.limit = element("span", { class: "dash-limit" });
    this.marks = element("span", { class: "dash-marks" });
    this.track = element("div", { class: "dash-track" }, this.fill, this.held, this.marks, this.limit);
    this.root = element("li", {},
      element("div", { class: "dash-line" }, element("span", { class: "dash-who" }, this.name, this.tag), this.amount),
      this.track,
      element("div", { class: "dash-line" }, this.counts, this.state, this.alerts));
  }

  draw(row) {
    const budgeted = row.share !== null;
    const used = budgeted ? `${Math.floor(100 * row.share)}%` : "";
    this.name.textContent = row.name;
    this.name.title = row.name;
    this.tag.hidden = !row.archived;
    this.amount.textContent = budgeted ? `${row.spent} of ${row.limit} (${used})` : `${row.spent} this month, no budget`;
    this.counts.textContent = `${row.calls} ${row.calls === "1" ? "call" : "calls"}, ${row.refused} refused`;
    this.state.hidden = !row.reached;
    this.alerts.textContent = row.alerts.map(worded).join("  ");
    this.root.classList.toggle("dash-full", row.reached);
    this.track.classList.toggle("dash-unlimited", !budgeted);
    this.describe(row, budgeted);
    this.place(row, budgeted);
  }

  describe(row, budgeted) {
    const meter = budgeted
      ? {
          role: "meter",
          "aria-label": `${row.name}: part of the budget that is spent`,
          "aria-valuemin": "0",
          "aria-valuemax": "100",
          "aria-valuenow": String(Math.min(100, Math.floor(100 * row.share))),
          "aria-valuetext": `${this.amount.textContent}${row.reached ? ", budget reached" : ""}`,
        }
      : { "aria-hidden": "true" };
    for (const name of ["role", "aria-label", "aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-valuetext", "aria-hidden"]) {
      if (name in meter) this.track.setAttribute(name, meter[name]);
      else this.track.removeAttribute(name);
    }
  }

  /** Everything stands where it is of the widest: the budget, or what has gone beyond it. */
  place(row, budgeted) {
    const alerts = row.alerts.filter((alert) => alert.share !== null);
    const spent = budgeted ? row.share : 0;
    const widest = Math.min(FURTHEST, Math.max(1, spent + row.held, ...alerts.map((alert) => alert.share)));
    const at = (share) => percent(Math.min(share / widest, 1));
    this.fill.style.width = at(spent);
    this.held.style.insetInlineStart = at(spent);
    this.held.style.width = percent(Math.max(0, Math.min(row.held / widest, 1 - spent / widest)));
    this.limit.style.insetInlineStart = at(1);
    this.limit.hidden = !budgeted;
    this.marks.replaceChildren(
      ...alerts.map((alert) => element("span", { class: "dash-alert", style: `inset-inline-start:${at(alert.share)}` })));
  }
}

function worded(alert) {
  return alert.passed ? `▲ Alert at ${alert.text}: passed` : `△ Alert at ${alert.text}`;
}
