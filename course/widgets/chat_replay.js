// A recorded conversation, stepped through where no Python runs.
import { ABOUT, PLAN, announcer, frame } from "./chat_frame.js";
import { Log } from "./chat_log.js";
import { button, element } from "./quiz_dom.js";

const PIECES = /\s*\S{1,8}|\s+/gu;
const NO_TYPING = "No Python runs here, so nothing can be typed. Open this lesson in JupyterLab to write your own messages.";

let replays = 0;

export class Replay {
  constructor(model) {
    this.recording = model.get("recording");
    this.allowance = model.get("allowance");
    this.pace = 1000 * model.get("pace");
    this.log = new Log();
    this.spoken = announcer();
    this.left = element("p", { class: "chat-left" });
    this.next = button("", () => this.press(), "chat-primary");
    const id = `chat-replay-${++replays}`;
    this.root = frame("Recorded conversation", "chat-recorded", () => this.complete());
    this.root.append(
      element("div", { class: "chat-main" },
        element("div", { class: "chat-row" }, element("p", { class: "chat-label" }, "Recorded conversation"), this.left),
        this.log.root,
        this.spoken,
        element("div", { class: "chat-row" },
          element("textarea", { rows: 1, disabled: "", "aria-label": "Your message", "aria-describedby": id }), this.next),
        element("p", { class: "chat-quiet", id }, `${NO_TYPING} ${ABOUT}`)),
    );
    this.next.hidden = this.recording.length === 0;
    this.restart();
  }

  close() {
    clearTimeout(this.writing);
    this.log.close();
    this.root.remove();
  }

  /** Back to where one message has been answered, so that a slide is not empty. */
  restart() {
    this.shown = 0;
    this.log.show([]);
    if (this.recording.length) {
      this.ask();
      this.complete(false);
    }
    this.update();
  }

  press() {
    if (this.complete()) return;
    if (this.shown === this.recording.length) {
      this.restart();
    } else {
      this.ask();
      this.writeOn();
    }
    this.update();
  }

  ask() {
    const { prompt, answer } = this.recording[this.shown];
    this.shown += 1;
    this.spoken.textContent = "";
    this.log.add({ role: "user", text: prompt });
    this.answer = this.log.open();
    this.waiting = answer.match(PIECES) ?? [];
  }

  writeOn() {
    if (this.waiting.length === 0 || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.complete();
      return;
    }
    this.answer.write(this.waiting.shift());
    this.writing = setTimeout(() => this.writeOn(), this.pace);
  }

  /** Write the rest of the answer at once, if one is being written; says whether one was. */
  complete(aloud = true) {
    if (!this.answer) return false;
    clearTimeout(this.writing);
    this.answer.write(this.waiting.join(""));
    this.answer.finish();
    if (aloud) this.spoken.textContent = `Practice model: ${this.answer.text}`;
    this.answer = null;
    this.update();
    return true;
  }

  update() {
    const all = this.recording.length;
    this.left.textContent = `${PLAN}: ${Math.max(0, this.allowance - this.shown)} of ${this.allowance} messages left`;
    if (this.answer) this.next.textContent = "Show the whole answer";
    else this.next.textContent = this.shown < all ? `Next message (${this.shown + 1} of ${all})` : "Start again";
  }
}
