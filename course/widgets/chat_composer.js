// Where a message is written: text box, attached file, send and stop.
import { NotAttached, readText } from "./chat_attachment.js";
import { button, element } from "./quiz_dom.js";

const WHOLE_LETTERS = new Intl.NumberFormat("en-US");

let composers = 0;

export class Composer {
  /** `on` has write(), send({text, file}), stop() and problem(sentence). */
  constructor({ longest, largestFile }, on) {
    Object.assign(this, { longest, largestFile, on, file: null, locked: false, writing: false });
    const id = `chat-message-${++composers}`;
    this.box = element("textarea", { id, rows: 2, dir: "auto", maxlength: longest, "aria-describedby": `${id}-keys` });
    this.picker = element("input", { type: "file", hidden: "", tabindex: -1, "aria-hidden": "true" });
    this.attachButton = button("Attach a text file", () => this.picker.click());
    this.sendButton = button("Send", () => this.send(), "chat-primary");
    this.stopButton = button("Stop", () => this.stop(), "chat-primary");
    this.chip = element("p", { class: "chat-chip", hidden: "" });
    this.root = element(
      "div",
      { class: "chat-composer" },
      element("label", { for: id }, "Your message"),
      this.chip,
      this.box,
      element(
        "div",
        { class: "chat-row" },
        this.picker,
        this.attachButton,
        element("span", { class: "chat-keys", id: `${id}-keys` }, "Enter sends, Shift+Enter starts a new line, Escape stops"),
        this.sendButton,
        this.stopButton,
      ),
    );
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("input", () => this.onInput());
    this.picker.addEventListener("change", () => this.attach(this.picker.files[0]));
    this.update();
  }

  focus() {
    this.box.focus();
  }

  clear() {
    this.box.value = "";
    this.detach();
  }

  /** While an answer is written there is Stop in place of Send. */
  setWriting(writing) {
    this.writing = writing;
    this.update();
  }

  /** A locked composer keeps what is written and sends nothing. */
  setLocked(locked) {
    this.locked = locked;
    this.update();
  }

  update() {
    const [hide, show] = this.writing ? [this.sendButton, this.stopButton] : [this.stopButton, this.sendButton];
    const hadFocus = hide.matches(":focus");
    show.hidden = false;
    hide.hidden = true;
    this.sendButton.disabled = this.locked;
    if (hadFocus) this.focus();
  }

  onKey(event) {
    // A key that picks a word in an input method, as for Chinese, is not meant for us.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.send();
  }

  onInput() {
    this.on.write();
    const full = this.box.value.length >= this.longest;
    this.on.problem(full ? `A message has at most ${WHOLE_LETTERS.format(this.longest)} characters: it ends here.` : "");
  }

  send() {
    if (this.writing || this.locked) return;
    const text = this.box.value.toWellFormed?.() ?? this.box.value;
    if (!text.trim() && !this.file) {
      this.on.problem("Write a message first, or attach a text file.");
      this.focus();
    } else {
      this.on.send({ text: text.trim(), file: this.file });
      this.clear();
    }
  }

  stop() {
    this.on.stop();
    this.focus();
  }

  async attach(file) {
    this.picker.value = ""; // so that the same file can be chosen again
    if (!file) return;
    try {
      this.file = await readText(file, this.largestFile);
    } catch (error) {
      if (!(error instanceof NotAttached)) throw error;
      this.on.problem(error.message);
      return;
    }
    const remove = button("Remove", () => this.takeAway());
    remove.setAttribute("aria-label", `Remove ${this.file.name}`);
    this.chip.replaceChildren(element("span", { dir: "auto" }, this.file.name), remove);
    this.chip.hidden = false;
    this.on.problem("");
    this.on.write();
    this.focus();
  }

  takeAway() {
    this.detach();
    this.focus();
  }

  detach() {
    this.file = null;
    this.chip.replaceChildren();
    this.chip.hidden = true;
  }
}
