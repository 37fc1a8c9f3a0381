// What is left of the plan's messages, and a way past the wait when none are.
import { PLAN } from "./chat_frame.js";
import { inWords, resetIn } from "./chat_plan.js";
import { button, element } from "./quiz_dom.js";

export class PlanLine {
  constructor(onForward) {
    this.left = element("p", { class: "chat-left" });
    this.alert = element("p", { role: "alert" });
    this.wait = element("p", { class: "chat-quiet" }, "In a chat tool you would wait now. Here a button moves the plan's clock.");
    this.forward = button("Fast-forward the clock", onForward);
    this.notice = element("div", { class: "chat-used-up" }, this.alert, element("div", {}, this.wait, this.forward));
    this.show({ used: 0, since: null }, 0, 0, 0);
  }

  show(plan, allowance, resetMinutes, now) {
    const left = Math.max(0, allowance - plan.used);
    const reset = plan.since === null ? "" : `; resets in ${inWords(resetIn(plan, resetMinutes, now))}`;
    write(this.left, `${PLAN}: ${left} of ${allowance} messages left${reset}`);
    const usedUp = allowance > 0 && left === 0;
    // The alert is there before its text: only so is it heard.
    write(this.alert, usedUp ? `You have used all ${allowance} messages of the ${PLAN}.` : "");
    this.notice.classList.toggle("shown", usedUp);
    this.wait.parentElement.hidden = !usedUp;
  }
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
