// The cost model of course/costs.py, once more for the browser. tests/vectors/costs.json keeps the two equal.
// Tokens are counts, rates US dollars for a million tokens, fees US dollars for one search and so on.

const MILLION = 1_000_000;
const MOST_TURNS = 1000;
const SHARES = ["cached_share", "written_share", "batch_share"];
const FEES = { web_search: "searches", file_search: "file_searches", container: "containers" };

// The lines of a bill, in the order in which they are shown.
export const LINES = ["input", "cached_input", "cache_write", "output", "reasoning", "batch", ...Object.keys(FEES)];

const EMPTY = {
  people: 1, working_days: 21, conversations: 1, turns: 1, prompt_tokens: 0, reply_tokens: 0, system_tokens: 0,
  reasoning_tokens: 0, cached_share: 0, written_share: 0, batch_share: 0, searches: 0, search_tokens: 0,
  file_searches: 0, containers: 0,
};

// A complete workload from some of its fields. Throws an Error naming the field that is wrong.
export function workload(fields) {
  const whole = { ...EMPTY, ...fields };
  for (const name of Object.keys(EMPTY)) refuseUnfit(name, whole[name]);
  if (whole.cached_share + whole.written_share > 1) {
    throw new Error("cached_share and written_share are parts of the same input: together at most 1.");
  }
  return whole;
}

function refuseUnfit(name, value) {
  const refuse = (rule) => {
    throw new Error(`${name} must be ${rule}.`);
  };
  if (typeof value !== "number") refuse("a number");
  if (!Number.isFinite(value)) refuse("a finite number");
  if (name === "turns") {
    if (value < 1 || value > MOST_TURNS || !Number.isInteger(value)) refuse(`a whole number from 1 to ${MOST_TURNS}`);
  } else if (SHARES.includes(name)) {
    if (value < 0 || value > 1) refuse("from 0 to 1");
  } else if (value < 0) refuse("zero or more");
}

// US dollars of one request, by line of the bill and in total. Throws where the card has no price for what was used.
export function priceUsage(usage, card) {
  const { input, cached_input = 0, cache_write = 0, output = 0, reasoning = 0, batch = false } = usage;
  for (const [name, tokens] of Object.entries({ input, cached_input, cache_write, output, reasoning })) refuseUnfit(name, tokens);
  if (typeof batch !== "boolean") throw new Error("batch must be true or false.");
  if (exceeds(cached_input + cache_write, input)) {
    throw new Error("cached_input and cache_write are parts of input: together at most as many tokens.");
  }
  if (exceeds(reasoning, output)) throw new Error("reasoning is a part of output: at most as many tokens.");
  const tier = card.tiers.findLast((each, index) => index === 0 || input > each.above);
  const cost = (meter, tokens) => {
    if (!(tokens > 0)) return 0;
    const named = batch ? `batch_${meter}` : meter;
    if (tier[named] === undefined) throw noPrice(card, named);
    return (tier[named] * tokens) / MILLION;
  };
  const bill = {
    input: cost("input", input - cached_input - cache_write),
    cached_input: cost("cached_input", cached_input),
    cache_write: cost("cache_write", cache_write),
    output: cost("output", output - reasoning),
    reasoning: cost("output", reasoning),
  };
  bill.total = sum(bill);
  return bill;
}

// What a month of work costs with a model: { tokens, dollars, total }, as in course/costs.py.
export function monthly(fields, card) {
  const w = workload(fields);
  const conversations = w.people * w.working_days * w.conversations;
  const standard = (1 - w.batch_share) * conversations;
  const batch = w.batch_share * conversations;
  const tokens = {
    requests: 0, input: 0, cached_input: 0, cache_write: 0, output: 0, reasoning: 0, longest_input: 0,
  };
  const dollars = Object.fromEntries(LINES.map((line) => [line, 0]));
  const writes = card.tiers[0].cache_write !== undefined;

  for (let turn = 1; turn <= w.turns; turn++) {
    const size =
      w.system_tokens + turn * w.prompt_tokens + (turn - 1) * w.reply_tokens + (w.searches * w.search_tokens) / w.turns;
    const usage = {
      input: size,
      cached_input: w.cached_share * size,
      cache_write: writes ? w.written_share * size : 0,
      output: w.reply_tokens + w.reasoning_tokens,
      reasoning: w.reasoning_tokens,
    };
    const { total, ...bill } = priceUsage(usage, card);
    for (const line in bill) dollars[line] += bill[line] * standard;
    if (batch) dollars.batch += priceUsage({ ...usage, batch: true }, card).total * batch;
    for (const name in usage) tokens[name] += usage[name] * conversations;
    tokens.requests += conversations;
    tokens.longest_input = Math.max(tokens.longest_input, size);
  }

  for (const meter in FEES) {
    const number = w[FEES[meter]];
    if (number && card.fees[meter] === undefined) throw noPrice(card, meter);
    dollars[meter] = number ? card.fees[meter] * number * conversations : 0;
  }
  return { tokens, dollars, total: sum(dollars) };
}

// US dollars a month for so many seats of a plan, its minimum number of seats at least.
export function planCost(plan, seats, yearly = false) {
  refuseUnfit("seats", seats);
  const fee = yearly ? plan.yearly_per_month : plan.monthly;
  if (fee === null) {
    const period = yearly ? "yearly" : "monthly";
    throw new Error(`The ${period} fee of ${plan.name} is not stated in data/plans.csv. Choose another plan.`);
  }
  return fee * Math.max(seats, plan.min_seats ?? 0);
}

// How many conversations for each person on each day cost as much on the meter as the plan does; Infinity if they
// cost nothing.
export function breakEven(planDollars, fields, card) {
  refuseUnfit("plan_dollars", planDollars);
  const one = monthly({ ...fields, conversations: 1 }, card).total;
  return one > 0 ? planDollars / one : Infinity;
}

// Whether a part is larger than its whole by more than what rounding a share of it can do.
function exceeds(part, whole) {
  return part > whole * (1 + 1e-9);
}

function noPrice(card, meter) {
  return new Error(`${card.name} has no price for ${meter} on ${card.on}. Nothing was assumed in its place.`);
}

function sum(numbers) {
  return Object.values(numbers).reduce((total, number) => total + number, 0);
}
