// course/operators.py once more for the browser: what a job costs in a month, by a person and by a program.
import { priceUsage } from "./costs.js";

const MINUTES = 60;

export function byPerson(job) {
  const hours = (job.items * job.minutes) / MINUTES;
  return { hours, dollars: hours * job.hourly };
}

export function byProgram(job, card) {
  const { fixed, each } = programHours(job);
  const hours = fixed + each * job.items;
  return { hours, dollars: hours * job.hourly + job.items * callDollars(job, card) };
}

export function callDollars(job, card) {
  return priceUsage({ input: job.input_tokens, output: job.output_tokens }, card).total;
}

export function programHours(job) {
  return { fixed: job.setup_hours / job.months + job.upkeep_hours, each: (job.checked_share * job.check_minutes) / MINUTES };
}

// How many items a month cost the same both ways; Infinity where the program never catches up.
export function evenItems(job, card) {
  const { fixed, each } = programHours(job);
  const saved = (job.minutes / MINUTES - each) * job.hourly - callDollars(job, card);
  if (fixed * job.hourly === 0 && saved >= 0) return 0;
  return saved > 0 ? (fixed * job.hourly) / saved : Infinity;
}
