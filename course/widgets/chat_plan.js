// A plan's message allowance: so many messages, and after a while, counted from the first of them, as many again.
// The state is {used, since}: messages sent, and when the first of them was, in milliseconds; null before it.

const MINUTE = 60_000;

export const FRESH = { used: 0, since: null };

/** The plan as it is now, fresh again if its time is over. */
export function renewed(plan, resetMinutes, now) {
  return plan.since !== null && resetIn(plan, resetMinutes, now) <= 0 ? FRESH : plan;
}

export function spend(plan, now) {
  return { used: plan.used + 1, since: plan.since ?? now };
}

/** Milliseconds until the allowance is whole again. */
export function resetIn(plan, resetMinutes, now) {
  return plan.since + resetMinutes * MINUTE - now;
}

/** A time as people say it: "2 h 58 min", "5 min", "less than a minute". */
export function inWords(milliseconds) {
  const minutes = Math.ceil(milliseconds / MINUTE);
  if (milliseconds < MINUTE) return "less than a minute";
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours && `${hours} h`, rest && `${rest} min`].filter(Boolean).join(" ");
}
