// The few things that a page cannot do without a script. All of them only make it nicer: forms work without.

const POLL = 1000; // ms between two looks at what may change
const LOOKS = 300; // then nobody is there, and a computer that rents by the hour may go to sleep

// A page that shows what is wrong begins there.
document.querySelector("[data-focus]")?.focus();

// A form that is on its way is not sent a second time.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));

// Parts that show what is happening are looked at again, until there is nothing to wait for or nobody who looks.
function poll(part, looks = LOOKS) {
  setTimeout(async () => {
    if (document.hidden) return poll(part, looks);
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const found = page.getElementById(part.id);
      if (found && !part.contains(document.activeElement)) {
        if (found.textContent !== part.textContent) {
          const left = part.querySelector(".scroll")?.scrollLeft ?? 0;
          part.replaceChildren(...found.childNodes);
          part.querySelector(".scroll")?.scrollTo(left, 0);
        }
        part.toggleAttribute("data-poll", found.hasAttribute("data-poll"));
      }
    } catch {
      // the agency is away; it may come back
    }
    if (looks > 1 && part.hasAttribute("data-poll")) poll(part, looks - 1);
  }, POLL);
}
document.querySelectorAll("[data-poll]").forEach((part) => poll(part));

// Files may be dropped anywhere on the frame around the field.
for (const frame of document.querySelectorAll(".drop")) {
  const field = frame.querySelector("input[type=file]");
  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    frame.addEventListener(type, (event) => {
      event.preventDefault();
      frame.classList.toggle("over", type === "dragenter" || type === "dragover");
      if (type === "drop") field.files = event.dataTransfer.files;
    });
  }
}

// ---- chat ----------------------------------------------------------------------------------------------------------

const UNREACHED = "We could not be reached. Your message is still in the field below: please send it again.";

for (const form of document.querySelectorAll("form[data-chat]")) {
  const said = document.getElementById("said");
  const entry = form.elements.message;
  const button = form.querySelector("button");
  const scroll = () => (said.scrollTop = said.scrollHeight);
  scroll();

  const show = (role, who, text = "") => {
    const line = said.appendChild(document.createElement("div"));
    line.className = `said ${role}`;
    const name = line.appendChild(document.createElement("p"));
    name.className = "who";
    name.textContent = who;
    const words = line.appendChild(document.createElement("p"));
    words.className = "text";
    words.dir = "auto";
    words.textContent = text;
    scroll();
    return { line, words };
  };

  entry.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  form.addEventListener("submit", async (event) => {
    if (button.getAttribute("aria-disabled") !== "true" && !entry.value.trim()) return; // the page says what is wrong
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    const text = entry.value;
    const body = new URLSearchParams(new FormData(form));
    const own = show("user", "You", text.trim());
    entry.value = "";
    // A screen reader reads an answer when it is whole, not word by word.
    said.setAttribute("aria-busy", "true");
    const answer = show("assistant", "Lantern Travel", "…");
    try {
      const response = await fetch(form.action, { method: "POST", headers: { accept: "text/event-stream" }, body });
      if (!response.headers.get("content-type")?.startsWith("text/event-stream")) throw new Error(response.status);
      let begun = false;
      for await (const { name, data } of events(response.body)) {
        if (name === "piece") {
          answer.words.textContent = (begun ? answer.words.textContent : "") + data.text;
          begun = true;
          scroll();
        } else {
          form.elements.token.value = data.token;
          if (data.notice) {
            answer.line.className = "said notice";
            answer.words.textContent = data.notice;
          }
        }
      }
    } catch {
      own.line.remove();
      answer.line.className = "said notice";
      answer.words.textContent = UNREACHED;
      entry.value = text;
    }
    said.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
    scroll();
    entry.focus();
  });
}

// Server-sent events of a response, one by one.
async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      yield { name: field("event"), data: JSON.parse(field("data")) };
    }
  }
}
