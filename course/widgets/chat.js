// A chat tool. The page keeps conversations, plan and stopwatch; Python only writes the answers, piece by piece.
// Without a kernel it shows a recorded conversation.
import { messagesOf, titleOf, withMessage, withoutAnswer } from "./chat_conversations.js";
import { Composer } from "./chat_composer.js";
import { ABOUT, announcer, frame } from "./chat_frame.js";
import { Log } from "./chat_log.js";
import { FRESH, renewed, spend } from "./chat_plan.js";
import { PlanLine } from "./chat_plan_line.js";
import { Replay } from "./chat_replay.js";
import { ZERO, lapped, paused, secondsEach, started } from "./chat_stopwatch.js";
import { WatchLine } from "./chat_watch_line.js";
import { button, element } from "./quiz_dom.js";

const PATIENCE = 2000; // ms until the learner hears that Python has not answered
const TICK = 1000; // ms
const WAITING =
  "Python has not answered yet. It may be busy with another cell. If the kernel was restarted, run this cell again.";

export default {
  render({ model, el }) {
    const view = typeof model.send === "function" ? new Chat(model) : new Replay(model);
    el.append(view.root);
    return () => view.close();
  },
};

class Chat {
  constructor(model) {
    this.model = model;
    this.answering = null;
    this.current = this.conversations.at(-1)?.id ?? newId();
    this.buildParts();
    this.handlers = {
      "msg:custom": (told) => this.hear(told),
      "change:_conversations": () => this.onConversations(),
      "change:_plan": () => this.tick(),
      "change:_stopwatch": () => this.tick(),
      "change:allowance": () => this.tick(),
      "change:reset_minutes": () => this.tick(),
      "change:message": () => this.say(model.get("message")),
    };
    for (const [event, handler] of Object.entries(this.handlers)) model.on(event, handler);
    this.ticking = setInterval(() => this.tick(), TICK);
    this.say(model.get("message"));
    this.drawAll();
    this.tick();
  }

  close() {
    this.stop();
    clearInterval(this.ticking);
    for (const [event, handler] of Object.entries(this.handlers)) this.model.off(event, handler);
    this.log.close();
    this.root.remove();
  }

  buildParts() {
    const { model } = this;
    this.log = new Log();
    this.plan = new PlanLine(() => this.fastForward());
    this.watch = new WatchLine(() => this.toggleWatch(), () => this.keep("_stopwatch", ZERO));
    this.problem = element("p", { class: "problem", role: "alert" });
    this.spoken = announcer();
    this.composer = new Composer(
      { longest: model.get("longest"), largestFile: model.get("largest_file") },
      {
        write: () => this.startWatch(),
        send: (draft) => this.send(draft),
        stop: () => this.stop(),
        problem: (sentence) => this.say(sentence),
      },
    );
    this.history = element("ul", {});
    this.again = button("Regenerate", () => this.regenerate());
    this.empty = element("p", { class: "chat-empty" }, "Write a message to begin.");
    this.log.actions.append(this.empty, this.again);
    this.root = frame("Chat panel", "", () => this.stop());
    this.root.append(
      element("div", { class: "chat-side" },
        button("New conversation", () => this.begin()),
        element("nav", { "aria-label": "Conversations" }, this.history)),
      element("div", { class: "chat-main" },
        this.plan.left, this.log.root, this.spoken, this.problem, this.plan.notice, this.composer.root,
        this.watch.root, element("p", { class: "chat-quiet" }, ABOUT)),
    );
    this.acceptDrops();
  }

  // A file that is dropped beside a drop zone would open in place of the lesson.
  acceptDrops() {
    const holdsFile = (event) => event.dataTransfer?.types.includes("Files");
    this.root.addEventListener("dragover", (event) => holdsFile(event) && event.preventDefault());
    this.root.addEventListener("drop", (event) => {
      if (!holdsFile(event)) return;
      event.preventDefault();
      event.stopPropagation();
      this.composer.attach(event.dataTransfer.files[0]);
    });
  }

  // ---- what is kept in the model --------------------------------------------------------------------------------

  get conversations() {
    return this.model.get("_conversations");
  }

  get stopwatch() {
    return { ...ZERO, ...this.model.get("_stopwatch") };
  }

  get allowance() {
    return this.model.get("allowance");
  }

  planNow() {
    return renewed({ ...FRESH, ...this.model.get("_plan") }, this.model.get("reset_minutes"), Date.now());
  }

  keep(name, value) {
    this.keeping = true;
    this.model.set(name, value);
    if (name === "_stopwatch") this.model.set("seconds_per_message", secondsEach(value));
    this.keeping = false;
    this.model.save_changes();
    this.tick();
  }

  // ---- one message and its answer -------------------------------------------------------------------------------

  send({ text, file }) {
    const message = { role: "user", text, ...(file && { file }) };
    this.startWatch();
    this.keep("_conversations", withMessage(this.conversations, this.current, message));
    this.log.add(message);
    this.ask(true);
  }

  regenerate() {
    if (messagesOf(this.conversations, this.current).at(-1).role === "assistant") {
      this.keep("_conversations", withoutAnswer(this.conversations, this.current));
      this.log.removeLast();
    }
    this.composer.focus();
    this.ask(false);
  }

  ask(isNew) {
    this.say("");
    this.spoken.textContent = "";
    this.keep("_plan", spend(this.planNow(), Date.now()));
    this.answering = { id: newId(), isNew, answer: this.log.open() };
    this.drawState();
    this.model.send({ kind: "ask", id: this.answering.id, messages: messagesOf(this.conversations, this.current) });
    this.patience = setTimeout(() => this.say(WAITING), PATIENCE);
  }

  hear({ kind, id, text }) {
    if (id !== this.answering?.id) return;
    clearTimeout(this.patience);
    if (this.problem.textContent === WAITING) this.say("");
    if (kind === "piece") this.answering.answer.write(text);
    else if (kind === "end") this.finish(false);
    else this.fail();
  }

  /** Cut the answer short, if one is being written; says whether one was. */
  stop() {
    if (!this.answering) return false;
    this.model.send({ kind: "stop", id: this.answering.id });
    this.finish(true);
    return true;
  }

  finish(stopped) {
    const { answer, isNew } = this.endAnswer();
    answer.finish(stopped);
    const message = { role: "assistant", text: answer.text, ...(stopped && { stopped }) };
    this.keep("_conversations", withMessage(this.conversations, this.current, message));
    this.keep("_stopwatch", lapped(this.stopwatch, Date.now(), isNew));
    this.spoken.textContent = stopped ? "You stopped the answer." : `Practice model: ${answer.text}`;
    this.drawState();
  }

  fail() {
    this.endAnswer().answer.remove();
    this.say("The practice model could not answer this. Try again, or write it in another way.");
    this.drawState();
  }

  endAnswer() {
    const { answering } = this;
    clearTimeout(this.patience);
    if (this.problem.textContent === WAITING) this.say("");
    this.answering = null;
    return answering;
  }

  // ---- conversations --------------------------------------------------------------------------------------------

  begin() {
    this.open(newId());
    this.composer.focus();
  }

  open(id) {
    this.stop();
    this.current = id;
    this.say("");
    this.drawAll();
  }

  onConversations() {
    if (!this.keeping && !this.answering) this.drawAll();
  }

  // ---- plan and stopwatch ---------------------------------------------------------------------------------------

  fastForward() {
    this.keep("_plan", FRESH);
    this.spoken.textContent = `The plan has been reset: ${this.allowance} messages left.`;
    this.composer.focus();
  }

  /** Writing starts the watch, also after a pause. */
  startWatch() {
    if (this.stopwatch.since === null) this.keep("_stopwatch", started(this.stopwatch, Date.now()));
  }

  toggleWatch() {
    const turn = this.stopwatch.since === null ? started : paused;
    this.keep("_stopwatch", turn(this.stopwatch, Date.now()));
  }

  // ---- what is shown --------------------------------------------------------------------------------------------

  say(sentence) {
    this.problem.textContent = sentence;
  }

  tick() {
    const [plan, now] = [this.planNow(), Date.now()];
    const usedUp = plan.used >= this.allowance;
    this.plan.show(plan, this.allowance, this.model.get("reset_minutes"), now);
    this.watch.show(this.stopwatch, now);
    if (this.composer.locked !== usedUp) this.composer.setLocked(usedUp);
    this.again.disabled = usedUp;
  }

  drawAll() {
    this.log.show(messagesOf(this.conversations, this.current));
    this.drawState();
  }

  drawState() {
    const last = messagesOf(this.conversations, this.current).at(-1);
    this.empty.hidden = last !== undefined;
    this.again.hidden = last === undefined || this.answering !== null;
    this.again.textContent = last?.role === "user" ? "Try again" : "Regenerate";
    this.composer.setWriting(this.answering !== null);
    this.history.replaceChildren(...this.conversations.map((each) => this.entry(each)).reverse());
  }

  entry(conversation) {
    const title = titleOf(conversation);
    const entry = button(title, () => this.open(conversation.id));
    entry.dir = "auto";
    entry.title = title;
    if (conversation.id === this.current) entry.setAttribute("aria-current", "true");
    return element("li", {}, entry);
  }
}

// Not crypto.randomUUID: a page that is served without TLS does not have it.
function newId() {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}
