// Reads a text file that a learner attaches. What cannot go along is refused with a sentence that says why.

const WHOLE = new Intl.NumberFormat("en-US");

export class NotAttached extends Error {}

/** The file as {name, text}. `largest` is in bytes. Throws NotAttached with a sentence for the learner. */
export async function readText(file, largest) {
  if (file.size > largest) {
    const [size, limit] = [file.size, largest].map((bytes) => WHOLE.format(Math.ceil(bytes / 1000)));
    throw new NotAttached(`${file.name} is too large: it has ${size} kB, and ${limit} kB is the most. Attach a shorter text.`);
  }
  const bytes = new Uint8Array(await contentOf(file));
  const text = decoded(bytes);
  if (text === null) {
    throw new NotAttached(`${file.name} is not a text file that can be read here. Attach a plain text (UTF-8), such as .txt, .md or .csv.`);
  }
  if (!text.trim()) throw new NotAttached(`${file.name} is empty. Attach a file with text in it.`);
  return { name: file.name, text };
}

async function contentOf(file) {
  try {
    return await file.arrayBuffer();
  } catch {
    throw new NotAttached(`${file.name} could not be read. If it was moved or is a folder, choose it again.`);
  }
}

// Null for what is no text. Windows still writes UTF-16, which begins with a mark of its own.
function decoded(bytes) {
  const name = { "255,254": "utf-16le", "254,255": "utf-16be" }[bytes.slice(0, 2)] ?? "utf-8";
  try {
    const text = new TextDecoder(name, { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}
