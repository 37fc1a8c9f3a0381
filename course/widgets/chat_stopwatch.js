// How long a person takes for a message. The state is {before, since, messages, at}: milliseconds of earlier runs,
// when the watch was last started (null while it stands), how many messages have an answer, and what the watch
// showed when the last answer was complete.

export const ZERO = { before: 0, since: null, messages: 0, at: 0 };

export function elapsed(watch, now) {
  return watch.before + (watch.since === null ? 0 : now - watch.since);
}

export function started(watch, now) {
  return { ...watch, since: watch.since ?? now };
}

export function paused(watch, now) {
  return { ...watch, before: elapsed(watch, now), since: null };
}

/** An answer is complete, to a new message or once more to the last. A watch that stands at zero does not count it. */
export function lapped(watch, now, isNew) {
  const at = elapsed(watch, now);
  return at === 0 ? watch : { ...watch, at, messages: watch.messages + (isNew ? 1 : 0) };
}

/** Seconds for each message, from the first key to the last answer; null before there is one. */
export function secondsEach({ at, messages }) {
  return messages === 0 ? null : at / 1000 / messages;
}

/** As a watch shows it: "0:07", "1:02:30". */
export function face(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
}
