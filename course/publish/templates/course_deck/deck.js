// Runs the deck: reveal.js, the widgets without a kernel, and pages that shrink until they fit.

const { texts, widgets } = JSON.parse(document.getElementById("widgets").textContent);
const printing = /print-pdf/.test(location.search);

// ---- widgets -----------------------------------------------------------------------------------------

const modules = new Map(); // one import and one style sheet, however many widgets use them
const styles = new Map();

function loadModule(place) {
  if (!modules.has(place)) {
    const url = URL.createObjectURL(new Blob([texts[place]], { type: "text/javascript" }));
    modules.set(place, import(url).finally(() => URL.revokeObjectURL(url)));
  }
  return modules.get(place);
}

function loadStyle(place) {
  if (!styles.has(place)) {
    styles.set(place, new CSSStyleSheet());
    styles.get(place).replaceSync(texts[place]);
  }
  return styles.get(place);
}

// A widget lives in a shadow root: reveal.js and its style share class names, such as `controls`.
async function mount(host) {
  const { esm, css, traits } = widgets[host.dataset.widget];
  try {
    const { default: widget } = await loadModule(esm);
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [loadStyle(css)];
    const el = root.appendChild(document.createElement("div"));
    await widget.render({ model: createModel(traits), el });
    const page = host.closest(".page");
    new ResizeObserver(() => overflows(page) && fit(page)).observe(host); // it grew: an answer, a message
  } catch (error) {
    console.error(error);
    host.outerHTML = host.nextElementSibling.textContent; // the static twin, from <noscript>
  }
}

function mountWidgets(root) {
  const waiting = [...root.querySelectorAll("[data-widget]:not([data-mounted])")];
  waiting.forEach((host) => (host.dataset.mounted = ""));
  return Promise.all(waiting.map(mount));
}

// ---- pages that fit ----------------------------------------------------------------------------------

const SMALLEST = 0.5;

const sticksOut = (box) => box.scrollWidth > box.clientWidth + 1;

const overflows = (page) =>
  page.scrollHeight > page.clientHeight + 1 || [page, ...page.querySelectorAll("pre, .text, .output")].some(sticksOut);

// Gives the page the largest scale, at most 1, at which it does not overflow.
function largestScale(page) {
  const fits = (scale) => (page.style.setProperty("--scale", scale), !overflows(page));
  if (fits(1)) return 1;
  let [low, high] = [SMALLEST, 1];
  for (let step = 0; step < 6; step++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  page.style.setProperty("--scale", low);
  return low;
}

// Chromium lays out for ever where a column breaks a grid.
const hasGrid = (page) =>
  [...page.querySelectorAll(".output *")].some((element) => getComputedStyle(element).display.endsWith("grid"));

// A page far too full for one column is tried in two, unless it is a widget's or the first; much larger type wins.
function fit(page) {
  page.classList.remove("columns");
  const single = largestScale(page);
  if (single > 0.8 || page.matches(".opening *, :has(.widget)") || hasGrid(page)) return;
  page.classList.add("columns");
  if (largestScale(page) > single * 1.15) return;
  page.classList.remove("columns");
  page.style.setProperty("--scale", single);
}

const fitPages = (root) => root.querySelectorAll(".page").forEach(fit);

// ---- the deck ----------------------------------------------------------------------------------------

async function show(root) {
  fitPages(root);
  await mountWidgets(root);
  fitPages(root);
}

const slides = document.querySelector(".slides");

Reveal.on("ready", ({ currentSlide }) => {
  document.querySelector(".reveal").removeAttribute("role"); // "application" keeps screen readers from the text
  show(printing ? slides : currentSlide);
});
Reveal.on("slidechanged", ({ currentSlide }) => show(currentSlide));
Reveal.on("overviewshown", () => show(slides));
slides.addEventListener("toggle", (event) => fit(event.target.closest(".page")), true); // code unfolded

// Keys belong to what has the focus: a slider, a link, a button. Escape gives them back to the deck.
const takesKeys = (target) => target.closest?.(".widget, a, button, summary, input, select, textarea");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && takesKeys(event.target)) event.composedPath()[0].blur();
});

Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0,
  center: false,
  hash: true,
  slideNumber: "c/t",
  navigationMode: "linear",
  transition: "none",
  pdfSeparateFragments: false,
  pdfMaxPagesPerSlide: 1,
  scrollActivationWidth: null,
  keyboardCondition: (event) => !takesKeys(event.target),
  plugins: [RevealNotes],
});
