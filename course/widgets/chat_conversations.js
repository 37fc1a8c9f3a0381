// The learner's conversations, oldest first. Nothing is changed in place: each function gives a new list.
// A conversation is {id, messages}; a message {role, text}, of the learner with `file` {name, text} if one went
// along, of the model with `stopped` if the learner cut it short.

const TITLE_WORDS = 6;
const TITLE_LETTERS = 40;

/** Put a message at the end of a conversation, which is begun if there is none with that ID. */
export function withMessage(conversations, id, message) {
  const rest = conversations.filter((each) => each.id !== id);
  const messages = messagesOf(conversations, id);
  return [...rest, { id, messages: [...messages, message] }];
}

/** Take away the answer at the end of a conversation, if it ends with one. */
export function withoutAnswer(conversations, id) {
  return conversations.map((each) =>
    each.id === id && each.messages.at(-1)?.role === "assistant" ? { ...each, messages: each.messages.slice(0, -1) } : each,
  );
}

export function messagesOf(conversations, id) {
  return conversations.find((each) => each.id === id)?.messages ?? [];
}

/** What a conversation is called in the list: the first words of its first message. */
export function titleOf({ messages: [first] }) {
  const words = (first.text || first.file.name).trim().split(/\s+/);
  const letters = [...new Intl.Segmenter().segment(words.slice(0, TITLE_WORDS).join(" "))].map((each) => each.segment);
  const title = letters.slice(0, TITLE_LETTERS).join("").trim();
  return words.length > TITLE_WORDS || letters.length > TITLE_LETTERS ? `${title}…` : title;
}
