// Plays a recording: a list of steps, the first whole, each later one with what has changed.
import { button, element } from "./quiz_dom.js";

const PACE = 2000; // ms for a step

let players = 0;

export class Player {
  /** `show(state)` draws the state at a step. */
  constructor(recording, show) {
    this.show = show;
    this.steps = [];
    for (const changes of recording) this.steps.push({ ...this.steps.at(-1), ...changes });
    const id = `dashboard-player-${++players}`;
    this.caption = element("p", { class: "dash-caption", id });
    this.back = button("Back", () => this.move(-1));
    this.toggle = button("", () => (this.playing ? this.stop() : this.start()), "dash-primary");
    this.next = button("Next", () => this.move(1));
    this.range = element("input", { type: "range", min: 1, max: this.steps.length, step: 1, value: 1, "aria-label": "Step" });
    this.range.addEventListener("input", () => {
      this.stop();
      this.go(this.range.valueAsNumber - 1);
    });
    for (const control of [this.back, this.toggle, this.next]) control.setAttribute("aria-describedby", id);
    const controls = element("div", { class: "dash-controls" }, this.back, this.toggle, this.next, this.range);
    this.root = element("div", { class: "dash-player" }, element("span", { class: "dash-live" }, "Recorded run"), controls, this.caption);
    controls.hidden = this.steps.length < 2;
    this.place = 0;
  }

  close() {
    clearInterval(this.playing);
  }

  go(place) {
    this.place = Math.min(Math.max(place, 0), this.steps.length - 1);
    const step = this.steps[this.place];
    const said = `Step ${this.place + 1} of ${this.steps.length}${step.caption ? `: ${step.caption}` : ""}`;
    this.caption.textContent = said;
    this.range.value = this.place + 1;
    this.range.setAttribute("aria-valuetext", said);
    this.show(step);
    if (this.isLast) this.stop();
    this.update();
  }

  get isLast() {
    return this.place === this.steps.length - 1;
  }

  move(by) {
    this.stop();
    this.go(this.place + by);
  }

  start() {
    this.playing = setInterval(() => this.go(this.place + 1), PACE);
    this.go(this.isLast ? 0 : this.place + 1);
  }

  stop() {
    clearInterval(this.playing);
    this.playing = undefined;
    this.update();
  }

  // A button that is of no use now stays in reach: it would lose the focus if it were disabled.
  update() {
    this.back.setAttribute("aria-disabled", String(this.place === 0));
    this.next.setAttribute("aria-disabled", String(this.isLast));
    this.toggle.textContent = this.playing ? "Pause" : this.isLast ? "Play again" : "Play";
  }
}
