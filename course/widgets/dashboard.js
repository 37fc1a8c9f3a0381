// The platform at one look. Python counts and words everything; this shows it: live where Python runs, and else as a
// recording to be stepped through.
import { Player } from "./dashboard_player.js";
import { SpendRow } from "./dashboard_row.js";
import { button, element } from "./quiz_dom.js";

const SECTIONS = ["totals", "rows", "refusals", "models", "audit"];
const NOTHING = "No Python runs here, and no run was recorded. Open this lesson in JupyterLab to follow the platform.";
const TABLES = {
  refusals: { title: "Refused calls", columns: { reason: "Why", count: "Calls", where: "Where" }, none: "No call was refused." },
  models: {
    title: "Tokens by model",
    columns: { model: "Model", calls: "Calls", input: "Tokens in", output: "Tokens out", spent: "Cost" },
    none: "No model was called.",
  },
  audit: {
    title: "Who did what",
    columns: { when: "When (UTC)", who: "Who", what: "What", change: "Before → after" },
    none: "Nobody has changed anything.",
  },
};
const NUMBERS = ["count", "calls", "input", "output", "spent"];

let instances = 0;

export default {
  render({ model, el }) {
    const view = new Dashboard(model);
    el.append(view.root);
    return () => view.close();
  },
};

class Dashboard {
  constructor(model) {
    this.model = model;
    this.id = `dashboard-${++instances}`;
    this.isLive = typeof model.send === "function";
    this.shown = {};
    this.rows = [];
    this.build();
    if (!this.isLive && model.get("recording").length) this.play();
    else this.follow();
  }

  close() {
    this.player?.close();
    this.model.off("change", this.onChange);
    cancelAnimationFrame(this.frame);
    this.root.remove();
  }

  // ---- where the state comes from -------------------------------------------------------------------------------

  follow() {
    if (this.isLive) {
      this.pause = button("Pause", () => this.togglePause());
      this.pause.setAttribute("aria-pressed", "false");
      this.bar.append(element("span", { class: "dash-live" }, "Live"), this.pause);
    }
    this.onChange = () => {
      this.frame ??= requestAnimationFrame(() => this.drawModel());
    };
    this.model.on("change", this.onChange);
    this.drawModel();
  }

  togglePause() {
    this.paused = !this.paused;
    this.pause.setAttribute("aria-pressed", String(this.paused));
    this.bar.firstChild.textContent = this.paused ? "Paused" : "Live";
    this.drawModel();
  }

  drawModel() {
    this.frame = undefined;
    if (this.paused) return;
    const state = Object.fromEntries(SECTIONS.map((name) => [name, this.model.get(`_${name}`)]));
    const nothing = this.isLive || state.rows?.length ? "" : NOTHING;
    setText(this.problem, this.model.get("message") || nothing);
    this.draw(state);
  }

  play() {
    this.root.classList.add("dash-recorded");
    this.player = new Player(this.model.get("recording"), (state) => this.draw(state));
    this.bar.append(this.player.root);
    setText(this.tables.audit.head.firstChild, "When");
    this.player.go(0);
  }

  // ---- what is shown --------------------------------------------------------------------------------------------

  build() {
    this.bar = element("div", { class: "dash-bar" });
    this.problem = element("p", { class: "problem", role: "alert" });
    this.spoken = element("p", { class: "visually-hidden", role: "status", "aria-live": "polite" });
    this.totals = { spent: element("dd", {}), calls: element("dd", {}), refused: element("dd", {}) };
    const total = (name, label) => element("div", {}, element("dt", {}, label), this.totals[name]);
    this.list = element("ul", { class: "dash-list" });
    this.tables = Object.fromEntries(Object.entries(TABLES).map(([name, about]) => [name, this.table(name, about)]));
    this.root = element("div", {
      class: "course-widget dashboard",
      role: "group",
      "aria-label": "Platform dashboard",
      "data-lm-suppress-shortcuts": "true", // keeps JupyterLab's one-letter commands out
    });
    // Arrow keys belong to the control that has the focus, not to the slide show around it.
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.key !== "Escape" && event.stopPropagation());
    }
    this.root.append(
      element("div", { class: "dash-top" },
        element("dl", {}, total("spent", "Spent this month"), total("calls", "Calls"), total("refused", "Refused calls")), this.bar),
      this.problem,
      this.spoken,
      this.section("rows", "Spend against budget", this.list),
      element("div", { class: "dash-tables" }, ...Object.values(this.tables).map((each) => each.root)),
    );
  }

  section(name, title, ...content) {
    const id = `${this.id}-${name}`;
    const heading = element("p", { class: "dash-title", id }, title);
    return element("div", { class: `dash-part dash-${name}`, role: "group", "aria-labelledby": id }, heading, ...content);
  }

  table(name, { title, columns, none }) {
    const head = element("tr", {}, ...Object.entries(columns).map(([column, label]) => element("th", { scope: "col", class: kind(column) }, label)));
    const body = element("tbody", {});
    const empty = element("p", { class: "dash-none" }, none);
    // It may be wider or longer than its place: then the keyboard must be able to scroll it.
    const scroll = element("div", { class: "dash-scroll", role: "group", tabindex: "0", "aria-label": title },
      element("table", {}, element("thead", {}, head), body));
    return { root: this.section(name, title, empty, scroll), head, body, empty, scroll, columns: Object.keys(columns) };
  }

  draw(state) {
    for (const name of SECTIONS) {
      if (state[name] === undefined || state[name] === this.shown[name]) continue;
      this.shown[name] = state[name];
      if (name === "totals") this.drawTotals(state.totals);
      else if (name === "rows") this.drawRows(state.rows);
      else this.drawTable(this.tables[name], state[name]);
    }
  }

  drawTotals(totals) {
    for (const [name, place] of Object.entries(this.totals)) setText(place, totals[name] ?? "–");
  }

  drawRows(rows) {
    while (this.rows.length > rows.length) this.rows.pop().root.remove();
    while (this.rows.length < rows.length) {
      this.rows.push(new SpendRow());
      this.list.append(this.rows.at(-1).root);
    }
    rows.forEach((row, index) => this.rows[index].draw(row));
    this.announce(rows);
  }

  /** Tell a screen reader of budgets that have just been reached, and of nothing else. */
  announce(rows) {
    const reached = rows.filter((row) => row.reached).map((row) => row.name);
    const fresh = reached.filter((name) => this.reached && !this.reached.includes(name));
    if (fresh.length) this.spoken.textContent = `Budget reached: ${fresh.join(", ")}.`;
    this.reached = reached;
  }

  drawTable({ body, empty, scroll, columns }, rows) {
    empty.hidden = rows.length > 0;
    scroll.hidden = rows.length === 0;
    body.replaceChildren(...rows.map((row) => element("tr", {}, ...columns.map((column) => cell(row, column)))));
  }
}

function cell(row, column) {
  const place = element("td", { class: kind(column), dir: NUMBERS.includes(column) ? "ltr" : "auto" }, row[column] || "–");
  const share = row.shares?.[["input", "output"].indexOf(column)];
  if (share !== undefined) place.append(element("span", { class: "dash-share", "aria-hidden": "true", style: `width:${100 * share}%` }));
  return place;
}

function kind(column) {
  return `dash-cell-${column}${NUMBERS.includes(column) ? " dash-number" : ""}`;
}

function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
