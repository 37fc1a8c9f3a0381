// The messages of one conversation. Texts stay texts (never HTML), each line in its own direction.
import { element } from "./quiz_dom.js";

const NEAR_END = 40; // pixels
const WHO = { user: "You", assistant: "Practice model" };
const STOPPED = "You stopped this answer.";

export class Log {
  constructor() {
    this.list = element("ol", { class: "chat-messages" });
    this.actions = element("div", { class: "chat-actions" });
    this.root = element("div", { class: "chat-log", role: "region", "aria-label": "Conversation", tabindex: 0 }, this.list, this.actions);
    // Follow what is written, unless the reader has scrolled back. Once for each frame, however much was written.
    this.following = true;
    this.top = 0;
    this.root.addEventListener("scroll", () => this.onScroll());
    this.observer = new ResizeObserver(() => this.following && this.toEnd());
    for (const part of [this.root, this.list, this.actions]) this.observer.observe(part);
  }

  close() {
    this.observer.disconnect();
  }

  // The end can also move away between a scroll and this event, so only a way back ends the following.
  onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.root;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END) this.following = true;
    else if (scrollTop < this.top) this.following = false;
    this.top = scrollTop;
  }

  show(messages) {
    this.list.replaceChildren(...messages.map(item));
    this.toEnd();
  }

  add(message) {
    this.list.append(item(message));
    this.toEnd();
  }

  removeLast() {
    this.list.lastElementChild.remove();
  }

  /** Begin an answer; gives what writes it. */
  open() {
    const message = item({ role: "assistant", text: "" });
    message.classList.add("chat-writing");
    this.list.append(message);
    this.toEnd();
    return new Answer(message);
  }

  toEnd() {
    this.following = true;
    this.root.scrollTop = this.root.scrollHeight;
  }
}

class Answer {
  constructor(message) {
    this.message = message;
    this.node = message.querySelector(".chat-text").appendChild(document.createTextNode(""));
  }

  get text() {
    return this.node.data;
  }

  write(piece) {
    this.node.appendData(piece);
  }

  finish(stopped = false) {
    this.message.classList.remove("chat-writing");
    if (stopped) this.message.append(note(STOPPED));
  }

  remove() {
    this.message.remove();
  }
}

function item({ role, text, file, stopped }) {
  const made = element(
    "li",
    { class: `chat-message ${role}` },
    element("p", { class: "chat-who" }, WHO[role]),
    file ? element("p", { class: "chat-file", dir: "auto" }, file.name) : null,
    element("div", { class: "chat-text", dir: "auto" }, text),
  );
  if (stopped) made.append(note(STOPPED));
  return made;
}

function note(text) {
  return element("p", { class: "chat-note" }, text);
}
