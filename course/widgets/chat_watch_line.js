// The stopwatch that a learner works against.
import { elapsed, face, secondsEach } from "./chat_stopwatch.js";
import { button, element } from "./quiz_dom.js";

export class WatchLine {
  constructor(onToggle, onZero) {
    this.face = element("strong", { class: "chat-face" });
    this.each = element("span", {});
    this.toggle = button("Pause", onToggle);
    this.zero = button("Set to zero", onZero);
    this.root = element("div", { class: "chat-watch", role: "group", "aria-label": "Stopwatch" },
      element("span", {}, "Stopwatch ", this.face), this.each, this.toggle, this.zero);
  }

  show(watch, now) {
    const time = elapsed(watch, now);
    this.face.textContent = face(time);
    this.each.textContent = told(watch, time);
    this.toggle.textContent = watch.since === null ? "Go on" : "Pause";
    this.toggle.hidden = this.zero.hidden = time === 0 && watch.since === null;
  }
}

function told(watch, time) {
  const seconds = secondsEach(watch);
  if (seconds !== null) {
    return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s for each of ${watch.messages} ${watch.messages === 1 ? "message" : "messages"}`;
  }
  return time === 0 ? "starts when you begin to write" : "your time for each message comes with the answer";
}
