// course/decision.py once more for the browser: answers lead to a recommendation, its cost, and what would change it.
import { byPerson, byProgram, callDollars } from "./operators.js";
import { planCost } from "./costs.js";

export function decide(guide, answers) {
  const rule = ruleFor(guide, answers);
  const outcome = guide.outcomes[rule.recommendation];
  const advice = guide.advice.filter((each) => each.recommendations.includes(outcome.name) && fits(each.when, answers));
  return { answers, outcome, rule, advice, cost: costOf(guide, rule, answers), changes: changesOf(guide, answers) };
}

export function chosenOption(question, answers) {
  return question.options.find((option) => option.name === answers[question.name]);
}

function ruleFor(guide, answers) {
  return guide.rules.find((rule) => fits(rule.when, answers));
}

function fits(when, answers) {
  return Object.entries(when).every(([question, options]) => options.includes(answers[question]));
}

function changesOf(guide, answers) {
  const here = ruleFor(guide, answers).recommendation;
  return guide.questions.flatMap((question) =>
    question.options.flatMap((option) => {
      const there = ruleFor(guide, { ...answers, [question.name]: option.name }).recommendation;
      return there === here ? [] : [{ question, option, outcome: guide.outcomes[there] }];
    }),
  );
}

function costOf(guide, rule, answers) {
  const { job, plans, cheapest, dearest } = guide;
  const items = rule.items ?? guide.questions.map((question) => chosenOption(question, answers).items).find(Boolean);
  const by_person = guide.outcomes[rule.recommendation].by_person * items;
  const by_program = items - by_person;
  let hours = rule.admin_hours + byPerson({ ...job, items: by_person * rule.people }).hours;
  let plan = null;
  let calls = null;
  if (rule.plans.length) {
    const fees = rule.plans.map((id) => planCost(plans[id], rule.people));
    plan = { low: Math.min(...fees), high: Math.max(...fees) };
  }
  if (by_program) {
    hours += byProgram({ ...job, items: by_program }, cheapest).hours;
    calls = { low: by_program * callDollars(job, cheapest), high: by_program * callDollars(job, dearest) };
  }
  const work = hours * job.hourly;
  const total = { low: work + (plan?.low ?? 0) + (calls?.low ?? 0), high: work + (plan?.high ?? 0) + (calls?.high ?? 0) };
  return { by_person, by_program, plan, calls, hours, work, total };
}
