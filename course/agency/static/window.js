// The agency's website in a frame. Python knows its port and its path; how to get there only the browser knows.

const TITLE = "Lantern Travel: website and office";
const FAR = "The website runs on another computer, and this page has no way to it: here is a picture. All cells of the lesson run.";
const WAIT = 5000; // ms for Python to answer

export default {
  render({ model, el }) {
    const root = el.appendChild(document.createElement("div"));
    root.className = "agency-window";
    const told = root.appendChild(document.createElement("p"));
    told.setAttribute("role", "status");
    const closed = () => (told.textContent = "The website runs while the notebook runs. Run this cell to open it.");
    const show = () => {
      const picture = root.querySelector("img") ?? root.appendChild(document.createElement("img"));
      Object.assign(picture, { src: model.get("picture"), alt: model.get("alt") });
    };
    if (!model.send) { // a slide, without Python
      closed();
      return void show();
    }
    const waiting = setTimeout(closed, WAIT);
    const onMessage = async (where) => {
      clearTimeout(waiting);
      const home = await reach(where);
      if (!home) {
        told.textContent = FAR;
        return show();
      }
      const url = home + where.page;
      const link = document.createElement("a");
      Object.assign(link, { href: url, target: "_blank", rel: "noopener", textContent: "Open the website in a new tab" });
      told.replaceChildren(link);
      const frame = root.querySelector("iframe") ?? root.appendChild(document.createElement("iframe"));
      Object.assign(frame, { title: TITLE, src: url });
    };
    model.on("msg:custom", onMessage);
    model.send("where");
    return () => {
      clearTimeout(waiting);
      model.off("msg:custom", onMessage);
    };
  },
};

// The address as this browser can use it: straight to the port, or through Jupyter's proxy. Empty where a page of
// another computer shows the notebook without Jupyter, as Colab does.
async function reach({ port, path }) {
  const direct = `http://127.0.0.1:${port}${path}`;
  const jupyter = document.getElementById("jupyter-config-data");
  const proxied = jupyter && `${JSON.parse(jupyter.textContent).baseUrl}proxy/${port}${path}`;
  if (!proxied) return location.protocol === "https:" ? "" : direct;
  if (!["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)) return proxied;
  try {
    const answer = await fetch(`${direct}here`); // fails where Jupyter's port is forwarded from another computer
    return answer.ok ? direct : proxied;
  } catch {
    return proxied;
  }
}
