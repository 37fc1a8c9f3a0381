// A chart of two costs by volume: one that begins high and stays (nearly) level, one that rises from nothing, and the
// point where they meet.
// Its parts are made once; each drawing only moves them.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 236;
const EDGE = { left: 54, right: 14, top: 26, bottom: 38 };
const STEPS = 5;
const LETTER = 6.6; // width of a letter in CSS pixels, to keep names inside the chart
const amount = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const brief = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

export class CostChart {
  // `level` and `rising` name the two lines, `across` and `up` the axes.
  constructor(names) {
    this.names = names;
    this.width = 600;
    this.svg = shape("svg", { role: "img", height: HEIGHT });
    this.marks = {};
    for (const name of ["cheaper-meter", "cheaper-plan", "grid", "axis", "now-line"]) this.add(name, "path");
    this.ticks = { x: [], y: [] };
    for (const axis of ["x", "y"]) {
      for (let index = 0; index <= STEPS; index++) this.ticks[axis].push(this.svg.appendChild(shape("text", { class: "tick" })));
    }
    for (const name of ["plan-line", "meter-line"]) this.add(name, "path");
    this.add("now-dot", "circle", { r: 5 });
    this.add("even-dot", "circle", { r: 6 });
    for (const name of ["plan-name", "meter-name", "even-name", "now-name", "meter-side", "plan-side", "x-name", "y-name"]) this.add(name, "text");
  }

  add(name, tag, attributes = {}) {
    this.marks[name] = this.svg.appendChild(shape(tag, { class: name, ...attributes }));
  }

  // `now` and `even` are volumes; `level` costs `base` and `each` more for one of them, `rising` is what one costs on the
  // other line; `nowName` and `evenName` the words beside the two points; the chart need not reach further than `most`.
  draw({ now, even, level, rising: each, nowName, evenName, most = 500 }) {
    const { left, right, top, bottom } = EDGE;
    const [end, ground] = [this.width - right, HEIGHT - bottom];
    const reach = Number.isFinite(even) && even <= most ? even * 1.5 : 0;
    const xMax = roundUp(Math.max(now * 1.4, reach, 10));
    const yMax = roundUp(Math.max((level.base + level.each * xMax) * 1.25, each * xMax, 1));
    const x = (value) => left + (value / xMax) * (end - left);
    const y = (value) => ground - (value / yMax) * (ground - top);
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT}`);
    this.drawAxes(xMax, yMax, x, y, end, ground);
    const at = [x(now), y(each * now)];
    this.path("meter-line", `M${x(0)} ${y(0)}L${x(xMax)} ${y(each * xMax)}`);
    const plan = level.base + level.each * xMax; // where the level line ends
    this.path("plan-line", `M${left} ${y(level.base)}L${end} ${y(plan)}`);
    this.path("now-line", `M${at[0]} ${ground}V${at[1]}`);
    this.dot("now-dot", at);
    const room = at[0] + 10 + nowName.length * LETTER < end;
    this.name("now-name", nowName, at[0] + (room ? 10 : -10), room ? Math.min(at[1] + 17, ground - 6) : at[1] - 10, room ? "start" : "end");
    // Where the meter ends close to the plan, the plan's name stands at the other end of its line.
    const apart = each * xMax > plan * 1.3 || each * xMax < plan * 0.5;
    this.name("plan-name", this.names.level, apart ? end - 4 : left + 8, y(apart ? plan : level.base) - 7, apart ? "end" : "start");
    const along = 0.88 * xMax;
    this.name("meter-name", this.names.rising, x(along) + 6, Math.min(y(each * along) + 15, ground - 6), "start");
    const meeting = Number.isFinite(even) && even <= xMax ? [x(even), y(level.base + level.each * even)] : undefined;
    this.drawMeeting(meeting, evenName, end, ground);
  }

  drawAxes(xMax, yMax, x, y, end, ground) {
    let grid = "";
    for (let index = 0; index <= STEPS; index++) {
      const [across, up] = [(xMax * index) / STEPS, (yMax * index) / STEPS];
      grid += `M${EDGE.left} ${y(up)}H${end}`;
      setText(this.ticks.x[index], amount.format(across));
      place(this.ticks.x[index], x(across), ground + 15, "middle");
      setText(this.ticks.y[index], up < 10_000 ? amount.format(up) : brief.format(up));
      place(this.ticks.y[index], EDGE.left - 6, y(up) + 4, "end");
    }
    this.path("grid", grid);
    this.path("axis", `M${EDGE.left} ${EDGE.top}V${ground}H${end}`);
    this.name("x-name", this.names.across, (EDGE.left + end) / 2, HEIGHT - 4, "middle");
    this.name("y-name", this.names.up, 2, 12, "start");
  }

  drawMeeting(meeting, text, end, ground) {
    for (const name of ["even-dot", "even-name"]) this.marks[name].style.display = meeting ? "" : "none";
    const [border, height] = meeting ?? [end];
    this.band("cheaper-meter", EDGE.left, border, ground);
    this.band("cheaper-plan", border, end, ground);
    this.side("meter-side", `${this.names.rising} is cheaper`, Math.max(EDGE.left, 66), border);
    this.side("plan-side", `${this.names.level} is cheaper`, border, end);
    if (!meeting) return;
    this.dot("even-dot", meeting);
    const before = border - 10 - text.length * LETTER > EDGE.left;
    const below = !before && height + 24 < ground;
    this.name("even-name", text, border + (before ? -10 : 10), height + (below ? 18 : -10), before ? "end" : "start");
  }

  band(name, from, to, ground) {
    this.path(name, `M${from} ${EDGE.top}H${to}V${ground}H${from}Z`);
  }

  // The name of a side, above it where there is room.
  side(name, text, from, to) {
    this.name(name, to - from > text.length * LETTER + 8 ? text : "", (from + to) / 2, EDGE.top - 8, "middle");
  }

  name(mark, text, x, y, anchor) {
    setText(this.marks[mark], text);
    place(this.marks[mark], x, y, anchor);
  }

  path(mark, d) {
    this.marks[mark].setAttribute("d", d);
  }

  dot(mark, [x, y]) {
    this.marks[mark].setAttribute("cx", x);
    this.marks[mark].setAttribute("cy", y);
  }
}

export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

// The next round number, one that five steps divide well.
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10].find((step) => value <= step * power * (1 + 1e-12)) * power;
}

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function place(text, x, y, anchor) {
  text.setAttribute("x", x);
  text.setAttribute("y", y);
  text.setAttribute("text-anchor", anchor);
}
