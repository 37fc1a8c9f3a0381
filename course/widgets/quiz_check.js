// Judges answers and keeps the score: the rules of course/quiz.py, for a page without a kernel.
// tests/quiz_vectors.json keeps the two equal.

const RIGHT = "This is right.";
const WRONG = "This is not right yet.";

/** An answer that cannot be judged, such as an empty one; it should not count as a try. */
export class AnswerError extends Error {}

/**
 * Judge an answer: an index into question.answers for multiple_choice, an array of such indices
 * for many_choice, and what the learner typed for numeric and string.
 * Returns {correct, feedback: [line, …], points}; throws AnswerError with a message for the learner.
 */
export function check(question, answer) {
  return CHECKS[question.type](question, answer);
}

/** Add up the points of answers, {question id: answer}. Returns {earned, possible}. */
export function score(questions, answers) {
  let earned = 0;
  let possible = 0;
  for (const question of questions) {
    possible += question.points;
    if (Object.hasOwn(answers, question.id)) earned += check(question, answers[question.id]).points;
  }
  return { earned, possible };
}

const CHECKS = {
  multiple_choice: checkOne,
  many_choice: checkMany,
  numeric: checkNumeric,
  string: checkString,
};

function result(question, correct, ...feedback) {
  return { correct, feedback, points: correct ? question.points : 0 };
}

function feedbackOf(answer) {
  return answer.feedback || (answer.correct ? RIGHT : WRONG);
}

function defaultOf(question) {
  const fallback = question.answers.find((answer) => answer.type === "default");
  return fallback ? fallback.feedback : WRONG;
}

function isIndex(question, value) {
  return Number.isInteger(value) && value >= 0 && value < question.answers.length;
}

function checkOne(question, chosen) {
  if (!isIndex(question, chosen)) throw new AnswerError("Choose one of the options first.");
  const answer = question.answers[chosen];
  return result(question, answer.correct, feedbackOf(answer));
}

function checkMany(question, chosen) {
  if (!Array.isArray(chosen) || chosen.length === 0) {
    throw new AnswerError("Choose at least one option first.");
  }
  if (!chosen.every((value) => isIndex(question, value))) {
    throw new AnswerError("Choose only options that this question has.");
  }
  const picked = [...new Set(chosen)].sort((a, b) => a - b);
  const right = question.answers.filter((answer) => answer.correct).length;
  const found = picked.filter((index) => question.answers[index].correct).length;
  const wrong = picked.length - found;
  let count = `Right options found: ${found} of ${right}.`;
  if (wrong > 0) count += ` Wrong options chosen: ${wrong}.`;
  const reasons = picked.map((index) => feedbackOf(question.answers[index]));
  return result(question, found === right && wrong === 0, count, ...reasons);
}

function checkNumeric(question, typed) {
  const round = (number) =>
    question.precision ? Number(number.toPrecision(question.precision)) : number;
  const number = round(parseNumber(typed));
  for (const answer of question.answers) {
    let matches = false;
    if ("value" in answer) matches = number === round(answer.value);
    else if ("range" in answer) matches = answer.range[0] <= number && number < answer.range[1];
    if (matches) return result(question, answer.correct, feedbackOf(answer));
  }
  return result(question, false, defaultOf(question));
}

function checkString(question, typed) {
  if (typeof typed !== "string" || !plain(typed)) throw new AnswerError("Type an answer first.");
  const texts = question.answers.filter((answer) => "answer" in answer);
  // An exact match wins over a near one, so that a known mistake keeps its own feedback.
  const match = texts.find((answer) => same(typed, answer)) || texts.find((answer) => near(typed, answer));
  return match
    ? result(question, match.correct, feedbackOf(match))
    : result(question, false, defaultOf(question));
}

// Numbers

const NUMBER =
  "[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\\.[0-9]*)?|[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:e[+-]?[0-9]{1,3})?";
const FRACTION = new RegExp(`^(${NUMBER})(?:/(${NUMBER}))?$`);
// Spelt out, because \s is not the same set in Python and in JavaScript.
const SPACE = "[\\t-\\r \\u00a0\\u1680\\u2000-\\u200b\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+";
const SPACES = new RegExp(SPACE, "g");
const SPACES_IN_NUMBER = new RegExp(`(?<=[0-9])${SPACE}(?=[0-9])`, "g");

/** Read the number that a learner typed; which forms are accepted is told in course/quiz.py. */
export function parseNumber(typed) {
  if (typeof typed === "number" && Number.isFinite(typed)) return typed;
  const text = typeof typed === "string" ? typed.normalize("NFKC").toLowerCase() : "";
  const compact = text.replace(SPACES_IN_NUMBER, ",").replace(SPACES, "").replaceAll("\u2212", "-");
  if (!compact) throw new AnswerError("Type a number first.");
  const bare = compact.replace(/^([+-]?)(?:us\$|usd|\$)/, "$1").replace(/(?:us\$|usd|\$|dollars?)$/, "");
  const parts = FRACTION.exec(bare);
  if (parts) {
    const value = toNumber(parts[1]) / toNumber(parts[2] ?? "1");
    if (Number.isFinite(value)) return value;
  }
  throw new AnswerError(
    "This could not be read as one number. Write it like 1250, 1,250 or 3.50, with a point before the decimals.",
  );
}

function toNumber(text) {
  return Number(text.replaceAll(",", ""));
}

// Words

/** Text without spaces and without differences of width (NFKC) or case. */
function plain(text, matchCase = false) {
  const tight = text.normalize("NFKC").replace(SPACES, "");
  return matchCase ? tight : tight.toLowerCase();
}

function same(typed, answer) {
  return plain(typed, answer.match_case) === plain(answer.answer, answer.match_case);
}

/** JupyterQuiz's fuzzy match: 1 - distance / longer length must reach the threshold. */
function near(typed, answer) {
  if (!answer.fuzzy_threshold) return false;
  const a = [...plain(typed, answer.match_case)];
  const b = [...plain(answer.answer, answer.match_case)];
  return 1 - distance(a, b) / Math.max(a.length, b.length) >= answer.fuzzy_threshold;
}

/** Levenshtein distance: the fewest letters to insert, delete or replace. */
function distance(a, b) {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    let diagonal = row[0];
    row[0] = i;
    for (let j = 1; j <= b.length; j += 1) {
      const above = row[j];
      row[j] = Math.min(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1));
      diagonal = above;
    }
  }
  return row[b.length];
}
