// Brings the widgets of a page to life where a reader comes near them, and small comforts. Search is in search.js.
// All of it also works from a folder on disk, where a browser loads classic scripts and nothing else.

const assets = new URL(".", document.currentScript.src);
const dark = matchMedia("(prefers-color-scheme: dark)");

// ---- what the scripts in assets hand over ------------------------------------------------------------

const programs = new Map(); // a program's name → {esm, css}
const widgets = new Map(); // a lesson's name → [{program, traits}]
const scripts = new Map(); // each is loaded once

globalThis.site = {
  program: (name, texts) => programs.set(name, texts),
  widgets: (lesson, list) => widgets.set(lesson, list),
};

function load(file) {
  if (!scripts.has(file)) {
    scripts.set(file, new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = new URL(file, assets);
      script.onload = done;
      script.onerror = () => failed(new Error(`${script.src} could not be loaded.`));
      document.head.append(script);
    }));
  }
  return scripts.get(file);
}

// ---- widgets -----------------------------------------------------------------------------------------

const modules = new Map();
const styles = new Map();

function moduleOf(program) {
  if (!modules.has(program)) {
    const url = URL.createObjectURL(new Blob([programs.get(program).esm], { type: "text/javascript" }));
    modules.set(program, import(url).finally(() => URL.revokeObjectURL(url)));
  }
  return modules.get(program);
}

function styleOf(program) {
  if (!styles.has(program)) {
    styles.set(program, new CSSStyleSheet());
    styles.get(program).replaceSync(programs.get(program).css);
  }
  return styles.get(program);
}

// A shadow root keeps the page's style and a widget's apart. The static twin beside it is for paper.
async function mount(host) {
  const { lesson, key, widget: place } = host.dataset;
  try {
    await load(`widgets-${lesson}.js`);
    const { program, traits } = widgets.get(lesson)[place];
    await load(`widget-${program}.js`);
    const { default: widget } = await moduleOf(program);
    const live = document.createElement("div");
    live.className = "live";
    const root = live.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styleOf(program)];
    const themed = root.appendChild(document.createElement("div"));
    paint(themed, dark.matches);
    dark.addEventListener("change", () => paint(themed, dark.matches));
    host.append(live);
    await widget.render({ model: remember(createModel(traits), key), el: themed.appendChild(document.createElement("div")) });
    host.dataset.live = "questions" in traits ? "quiz" : "";
  } catch (error) {
    host.querySelector(".live")?.remove(); // the static twin stays
    console.error(error);
  }
}

// As JupyterLab says it, which the widgets' styles understand.
const paint = (themed, isDark) => themed.setAttribute("data-jp-theme-light", String(!isDark));

// A quiz keeps its answers in this browser, where it allows that. What it kept cannot be trusted: anybody may edit it.
function remember(model, key) {
  if (!model.get("questions")) return model;
  const name = `chat-or-api:${key}`;
  const kept = attempt(() => JSON.parse(localStorage.getItem(name)));
  if (kept?.answers && kept.tries) model.set("state", kept);
  model.on("change:state", () => attempt(() => localStorage.setItem(name, JSON.stringify(model.get("state")))));
  return model;
}

function attempt(work) {
  try {
    return work();
  } catch (error) {
    console.info("This browser keeps no answers:", error.message);
    return null;
  }
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    mount(target);
  }
}, { rootMargin: "600px" });

for (const article of document.querySelectorAll("article[data-keys]")) {
  const keys = article.dataset.keys.split(" ");
  for (const host of article.querySelectorAll("[data-widget]")) {
    host.dataset.lesson = article.dataset.lesson;
    host.dataset.key = `${host.closest(".cell").id}-${keys[host.dataset.widget]}`;
  }
}
document.querySelectorAll("[data-widget]").forEach((host) => near.observe(host));

// From a folder on disk, a browser starts no Python in a page.
if (location.protocol === "file:") document.querySelectorAll(".needs-server").forEach((way) => way.remove());

// ---- comforts ----------------------------------------------------------------------------------------

const contents = document.querySelector("details.contents");
if (contents && !matchMedia("(min-width: 72rem)").matches) contents.open = false;
// The contents show where one is: at the last heading above the middle of the window.
if (contents) {
  const links = [...contents.querySelectorAll("a")];
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const follow = () => {
    const here = headings.findLastIndex((heading) => heading.getBoundingClientRect().top < innerHeight / 2);
    links.forEach((link, place) => (place === here ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  };
  document.addEventListener("scroll", () => requestAnimationFrame(follow), { passive: true });
}
contents?.addEventListener("click", (event) => {
  if (event.target.closest("a") && !matchMedia("(min-width: 72rem)").matches) contents.open = false;
});

// Escape takes the meaning of a term away, until another is pointed at or reached.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.documentElement.dataset.quiet = "";
});
for (const type of ["pointerover", "focusin"]) {
  document.addEventListener(type, (event) => event.target.closest(".term") && delete document.documentElement.dataset.quiet);
}

// What is wider than the page can be reached and moved by keyboard.
const scrolls = (box) => box.scrollWidth > box.clientWidth + 1;
function letScroll() {
  for (const box of document.querySelectorAll(".scroll, pre")) {
    if (!box.checkVisibility()) continue;
    if (scrolls(box)) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}
new ResizeObserver(letScroll).observe(document.body);
document.addEventListener("toggle", letScroll, true);

for (const code of document.querySelectorAll("div.code")) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy" });
  button.className = "copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.querySelector("pre").textContent);
      button.textContent = "Copied"; // a screen reader hears it: the button has the focus
    } catch {
      getSelection().selectAllChildren(code.querySelector("pre"));
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  code.prepend(button);
}

// Paper is light, and shows what is folded away, but not the answers of a quiz.
addEventListener("beforeprint", () => {
  for (const { shadowRoot } of document.querySelectorAll(".live")) paint(shadowRoot.firstElementChild, false);
});
addEventListener("afterprint", () => {
  for (const { shadowRoot } of document.querySelectorAll(".live")) paint(shadowRoot.firstElementChild, dark.matches);
});
