// The search of the site: opened by its button or by Ctrl+K. The index is loaded when it is first opened.

const MOST = 20; // results that are shown
const LONGEST = 150; // signs of an excerpt
const [IN_HEADING, IN_TEXT] = [5, 1];

const dialog = document.querySelector("dialog.search");
const field = dialog.querySelector("input");
const said = dialog.querySelector(".search-said");
const list = dialog.querySelector(".search-found");
const home = new URL("..", assets);
let entries = [];

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

site.index = (found) => {
  entries = found.map(([place, heading, text, address]) => ({
    place, heading, text, address, inHeading: plain(heading), inText: plain(text),
  }));
};

// Where a word begins in a text: at 0, or after something that is no letter; -1 when it does not.
function begins(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return at;
  }
  return -1;
}

// Every word must begin a word of the heading or of the text. Headings count more, and a heading that is just that most.
function score(entry, words) {
  let total = entry.inHeading === words.join(" ") ? 2 * IN_HEADING : 0;
  for (const word of words) {
    const [heading, text] = [begins(entry.inHeading, word), begins(entry.inText, word)];
    if (heading < 0 && text < 0) return 0;
    total += (heading >= 0 ? IN_HEADING : 0) + (text >= 0 ? IN_TEXT : 0);
  }
  return total;
}

function look() {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  const found = words.length
    ? entries.map((entry) => ({ entry, points: score(entry, words) })).filter(({ points }) => points)
    : [];
  found.sort((one, other) => other.points - one.points);
  list.replaceChildren(...found.slice(0, MOST).map(({ entry }) => result(entry, words)));
  const more = found.length > MOST ? `; the first ${MOST} are shown` : "";
  const count = found.length === 1 ? "1 place" : `${found.length} places`;
  said.textContent = !words.length ? "" : found.length ? `${count}${more}.` : "Nothing found. Try another word, or only its beginning.";
}

function result({ place, heading, text, inText, address }, words) {
  const item = document.createElement("li");
  const link = item.appendChild(document.createElement("a"));
  link.href = new URL(address, home);
  link.append(line("strong", heading, words), line("span", place === heading ? "Lesson" : place, []));
  if (text) link.append(line("span", excerpt(text, inText, words), words));
  return item;
}

// Some words around the first hit.
function excerpt(text, inText, words) {
  const at = Math.max(0, Math.min(...words.map((word) => begins(inText, word)).filter((place) => place >= 0), text.length) - 50);
  const start = at ? text.indexOf(" ", at) + 1 : 0;
  if (text.length - start <= LONGEST) return `${start ? "… " : ""}${text.slice(start)}`;
  return `${start ? "… " : ""}${text.slice(start, text.lastIndexOf(" ", start + LONGEST))} …`;
}

function line(name, text, words) {
  const element = document.createElement(name);
  const hits = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const pieces = hits ? text.split(new RegExp(`(?<![\\p{L}\\p{N}])(${hits})`, "giu")) : [text];
  pieces.forEach((piece, place) => {
    if (place % 2) element.appendChild(document.createElement("mark")).textContent = piece;
    else element.append(piece);
  });
  return element;
}

async function open() {
  if (dialog.open) return;
  dialog.showModal();
  field.select();
  try {
    await load("search_index.js");
    look();
  } catch {
    said.textContent = "The search could not be loaded. The glossary and each lesson's list of contents are still there.";
  }
}

const opener = document.querySelector(".open-search");
opener.hidden = false;
opener.addEventListener("click", open);
field.addEventListener("input", look);
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

document.addEventListener("keydown", (event) => {
  if (event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  open();
});

// Up and down go through the results, Enter opens one: from the field, the first.
dialog.addEventListener("keydown", (event) => {
  const links = [...list.querySelectorAll("a")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && links.length) {
    event.preventDefault();
    const next = links.indexOf(document.activeElement) + step;
    (next < 0 ? field : links[Math.min(next, links.length - 1)]).focus();
  } else if (event.key === "Enter" && event.target === field) {
    event.preventDefault();
    links[0]?.click();
  }
});
list.addEventListener("click", (event) => event.target.closest("a") && dialog.close()); // it may lead into this page
