"""Wrong but plausible answers to 02_billing."""

from desk import wrong

MILLION = 1_000_000

# billing.1: price one call


@wrong("billing.1", "takes the price for that of one token")
def _(tokens_in, tokens_out, price_in, price_out):
    return tokens_in * price_in + tokens_out * price_out


@wrong("billing.1", "takes the price for that of a thousand tokens, as older price lists had it")
def _(tokens_in, tokens_out, price_in, price_out):
    return (tokens_in * price_in + tokens_out * price_out) / 1000


@wrong("billing.1", "swaps the two prices")
def _(tokens_in, tokens_out, price_in, price_out):
    return (tokens_in * price_out + tokens_out * price_in) / MILLION


@wrong("billing.1", "returns what goes in alone, which the first line has worked out")
def _(tokens_in, tokens_out, price_in, price_out):
    return tokens_in * price_in / MILLION


@wrong("billing.1", "prices what comes out alone")
def _(tokens_in, tokens_out, price_in, price_out):
    return tokens_out * price_out / MILLION


@wrong("billing.1", "charges all tokens at the price of input")
def _(tokens_in, tokens_out, price_in, price_out):
    return (tokens_in + tokens_out) * price_in / MILLION


@wrong("billing.1", "charges all tokens at the mean of the two prices")
def _(tokens_in, tokens_out, price_in, price_out):
    return (tokens_in + tokens_out) * (price_in + price_out) / 2 / MILLION


@wrong("billing.1", "charges all tokens at both prices")
def _(tokens_in, tokens_out, price_in, price_out):
    return (tokens_in + tokens_out) * (price_in + price_out) / MILLION


@wrong("billing.1", "rounds to cents")
def _(tokens_in, tokens_out, price_in, price_out):
    return round((tokens_in * price_in + tokens_out * price_out) / MILLION, 2)


@wrong("billing.1", "rounds to a millionth of a dollar")
def _(tokens_in, tokens_out, price_in, price_out):
    return round((tokens_in * price_in + tokens_out * price_out) / MILLION, 6)


@wrong("billing.1", "divides without a rest")
def _(tokens_in, tokens_out, price_in, price_out):
    return (tokens_in * price_in + tokens_out * price_out) // MILLION


@wrong("billing.1", "gives cents")
def _(tokens_in, tokens_out, price_in, price_out):
    return (tokens_in * price_in + tokens_out * price_out) / MILLION * 100


@wrong("billing.1", "prints instead of returning")
def _(tokens_in, tokens_out, price_in, price_out):
    print((tokens_in * price_in + tokens_out * price_out) / MILLION)


@wrong("billing.1", "gives a text with a sign")
def _(tokens_in, tokens_out, price_in, price_out):
    return f"${(tokens_in * price_in + tokens_out * price_out) / MILLION}"


@wrong("billing.1", "uses the numbers of the example whatever it is given")
def _(tokens_in, tokens_out, price_in, price_out):
    return 0.008


@wrong("billing.1", "forgets a parameter")
def _(tokens_in, tokens_out, price):
    return (tokens_in + tokens_out) * price / MILLION


# billing.2: read a usage block


def cached_in(usage):
    return (usage["prompt_tokens_details"] or {}).get("cached_tokens") or 0


def reasoning_in(usage):
    return (usage["completion_tokens_details"] or {}).get("reasoning_tokens") or 0


def bill(prices, plain, cached, output):
    return (plain * prices["input"] + cached * prices["cached_input"] + output * prices["output"]) / MILLION


@wrong("billing.2", "knows of no cache")
def _(usage, prices):
    return bill(prices, usage["prompt_tokens"], 0, usage["completion_tokens"])


@wrong("billing.2", "adds cached tokens to those of the prompt")
def _(usage, prices):
    return bill(prices, usage["prompt_tokens"], cached_in(usage), usage["completion_tokens"])


@wrong("billing.2", "charges the whole prompt at the cached price once anything is cached")
def _(usage, prices):
    cached = usage["prompt_tokens"] if cached_in(usage) else 0
    return bill(prices, usage["prompt_tokens"] - cached, cached, usage["completion_tokens"])


@wrong("billing.2", "takes cached tokens for free")
def _(usage, prices):
    return bill(prices, usage["prompt_tokens"] - cached_in(usage), 0, usage["completion_tokens"])


@wrong("billing.2", "swaps plain and cached")
def _(usage, prices):
    cached = cached_in(usage)
    return bill(prices, cached, usage["prompt_tokens"] - cached, usage["completion_tokens"])


@wrong("billing.2", "takes cached tokens off the bill twice")
def _(usage, prices):
    cached = cached_in(usage)
    return bill(prices, usage["prompt_tokens"] - 2 * cached, cached, usage["completion_tokens"])


@wrong("billing.2", "forgets the output")
def _(usage, prices):
    cached = cached_in(usage)
    return bill(prices, usage["prompt_tokens"] - cached, cached, 0)


@wrong("billing.2", "forgets the million")
def _(usage, prices):
    cached = cached_in(usage)
    return bill(prices, usage["prompt_tokens"] - cached, cached, usage["completion_tokens"]) * MILLION


@wrong("billing.2", "pays for reasoning twice", points=2)
def _(usage, prices):
    cached = cached_in(usage)
    output = usage["completion_tokens"] + reasoning_in(usage)
    return bill(prices, usage["prompt_tokens"] - cached, cached, output)


@wrong("billing.2", "takes reasoning for free, because nobody sees it", points=2)
def _(usage, prices):
    cached = cached_in(usage)
    output = usage["completion_tokens"] - reasoning_in(usage)
    return bill(prices, usage["prompt_tokens"] - cached, cached, output)


@wrong("billing.2", "charges reasoning at the price of input", points=2)
def _(usage, prices):
    cached, reasoning = cached_in(usage), reasoning_in(usage)
    plain = usage["prompt_tokens"] - cached + reasoning
    return bill(prices, plain, cached, usage["completion_tokens"] - reasoning)


@wrong("billing.2", "trusts that the details are always there", points=2)
def _(usage, prices):
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    return bill(prices, usage["prompt_tokens"] - cached, cached, usage["completion_tokens"])


@wrong("billing.2", "reads the details as attributes, as the package gives them")
def _(usage, prices):
    cached = usage.prompt_tokens_details.cached_tokens
    return bill(prices, usage.prompt_tokens - cached, cached, usage.completion_tokens)


@wrong("billing.2", "looks for cached tokens beside the prompt's, where they are not")
def _(usage, prices):
    cached = usage["cached_tokens"]
    return bill(prices, usage["prompt_tokens"] - cached, cached, usage["completion_tokens"])


# billing.3: a growing conversation


@wrong("billing.3", "sends each question alone, as if the model remembered")
def _(system, questions, answers):
    return [system + question for question in questions]


@wrong("billing.3", "sends the instructions with the first turn only")
def _(system, questions, answers):
    turns, history = [], 0
    for place, question in enumerate(questions):
        history += question
        turns.append(history + (system if place == 0 else 0))
        history += answers[place]
    return turns


@wrong("billing.3", "forgets the instructions")
def _(system, questions, answers):
    return [sum(questions[: turn + 1]) + sum(answers[:turn]) for turn in range(len(questions))]


@wrong("billing.3", "counts the answer to the turn's own question as input")
def _(system, questions, answers):
    return [system + sum(questions[: turn + 1]) + sum(answers[: turn + 1]) for turn in range(len(questions))]


@wrong("billing.3", "sends the questions again, but not the answers")
def _(system, questions, answers):
    return [system + sum(questions[: turn + 1]) for turn in range(len(questions))]


@wrong("billing.3", "sends the answers again, but not the earlier questions")
def _(system, questions, answers):
    return [system + questions[turn] + sum(answers[:turn]) for turn in range(len(questions))]


@wrong("billing.3", "sends the last pair only")
def _(system, questions, answers):
    return [
        system + question + (questions[turn - 1] + answers[turn - 1] if turn else 0)
        for turn, question in enumerate(questions)
    ]


@wrong("billing.3", "adds the instructions once more with each turn of the history")
def _(system, questions, answers):
    turns, history = [], 0
    for question, answer in zip(questions, answers, strict=True):
        history += system + question
        turns.append(history)
        history += answer
    return turns


@wrong("billing.3", "gives the total instead of a list")
def _(system, questions, answers):
    return sum(system + sum(questions[: turn + 1]) + sum(answers[:turn]) for turn in range(len(questions)))


@wrong("billing.3", "gives the running total of the bill")
def _(system, questions, answers):
    total, turns = 0, []
    for turn in range(len(questions)):
        total += system + sum(questions[: turn + 1]) + sum(answers[:turn])
        turns.append(total)
    return turns


@wrong("billing.3", "leaves the last turn out")
def _(system, questions, answers):
    return [system + sum(questions[: turn + 1]) + sum(answers[:turn]) for turn in range(len(questions) - 1)]


@wrong("billing.3", "looks ahead of the list")
def _(system, questions, answers):
    return [system + questions[turn] + questions[turn + 1] + answers[turn] for turn in range(len(questions))]


@wrong("billing.3", "returns from within the loop")
def _(system, questions, answers):
    for question in questions:
        return [system + question]
    return []


# billing.4: the break-even


@wrong("billing.4", "gives a month instead of a day")
def _(fee, people, min_seats, dollars, working_days):
    return None if dollars == 0 else fee * max(people, min_seats) / (people * dollars)


@wrong("billing.4", "gives the team instead of a person")
def _(fee, people, min_seats, dollars, working_days):
    return None if dollars == 0 else fee * max(people, min_seats) / (working_days * dollars)


@wrong("billing.4", "divides the fee of one seat by what all people use")
def _(fee, people, min_seats, dollars, working_days):
    return None if dollars == 0 else fee / (people * working_days * dollars)


@wrong("billing.4", "turns the fraction over")
def _(fee, people, min_seats, dollars, working_days):
    return None if dollars == 0 else (people * working_days * dollars) / (fee * max(people, min_seats))


@wrong("billing.4", "gives the dollars of the plan, not conversations")
def _(fee, people, min_seats, dollars, working_days):
    return None if dollars == 0 else fee * max(people, min_seats)


@wrong("billing.4", "counts calendar days")
def _(fee, people, min_seats, dollars, working_days):
    return None if dollars == 0 else fee * max(people, min_seats) / (people * 30 * dollars)


@wrong("billing.4", "rounds to whole conversations")
def _(fee, people, min_seats, dollars, working_days):
    return None if dollars == 0 else round(fee * max(people, min_seats) / (people * working_days * dollars))


@wrong("billing.4", "thinks that seats cancel out, also where more must be bought", points=2)
def _(fee, people, min_seats, dollars, working_days):
    return None if dollars == 0 else fee / (working_days * dollars)


@wrong("billing.4", "always takes the fewest seats", points=2)
def _(fee, people, min_seats, dollars, working_days):
    return None if dollars == 0 else fee * min_seats / (people * working_days * dollars)


@wrong("billing.4", "lets the empty seats chat, too", points=2)
def _(fee, people, min_seats, dollars, working_days):
    seats = max(people, min_seats)
    return None if dollars == 0 else fee * seats / (seats * working_days * dollars)


@wrong("billing.4", "divides by zero", points=2)
def _(fee, people, min_seats, dollars, working_days):
    return fee * max(people, min_seats) / (people * working_days * dollars)


@wrong("billing.4", "calls it 0 conversations where the meter costs nothing", points=2)
def _(fee, people, min_seats, dollars, working_days):
    return 0 if dollars == 0 else fee * max(people, min_seats) / (people * working_days * dollars)


@wrong("billing.4", "calls it infinite where the meter costs nothing", points=2)
def _(fee, people, min_seats, dollars, working_days):
    return float("inf") if dollars == 0 else fee * max(people, min_seats) / (people * working_days * dollars)


# billing.5: advise


def plan_of(job):
    return job["people"] * job["fee"]


def meter_of(job):
    return job["conversations"] * job["dollars_per_conversation"] + job["app_dollars"]


@wrong("billing.5", "puts a program on the plan where that is cheaper", points=2)
def _(job):
    plan, meter = plan_of(job), meter_of(job)
    return {"way": "plan", "dollars": plan} if plan <= meter else {"way": "meter", "dollars": meter}


@wrong("billing.5", "puts every person on the plan, whatever it costs", points=2)
def _(job):
    way = "plan" if job["operator"] == "person" else "meter"
    return {"way": way, "dollars": plan_of(job) if way == "plan" else meter_of(job)}


@wrong("billing.5", "puts everything on the plan")
def _(job):
    return {"way": "plan", "dollars": plan_of(job)}


@wrong("billing.5", "puts everything on the meter", points=2)
def _(job):
    return {"way": "meter", "dollars": meter_of(job)}


@wrong("billing.5", "forgets that the meter comes without an app")
def _(job):
    plan, meter = plan_of(job), job["conversations"] * job["dollars_per_conversation"]
    if job["operator"] == "person" and plan <= meter:
        return {"way": "plan", "dollars": plan}
    return {"way": "meter", "dollars": meter}


@wrong("billing.5", "counts one seat for all", points=2)
def _(job):
    plan, meter = job["fee"], meter_of(job)
    if job["operator"] == "person" and plan <= meter:
        return {"way": "plan", "dollars": plan}
    return {"way": "meter", "dollars": meter}


@wrong("billing.5", "takes conversations for those of one person")
def _(job):
    plan = plan_of(job)
    meter = job["people"] * job["conversations"] * job["dollars_per_conversation"] + job["app_dollars"]
    if job["operator"] == "person" and plan <= meter:
        return {"way": "plan", "dollars": plan}
    return {"way": "meter", "dollars": meter}


@wrong("billing.5", "takes the meter where both cost the same", points=2)
def _(job):
    plan, meter = plan_of(job), meter_of(job)
    if job["operator"] == "person" and plan < meter:
        return {"way": "plan", "dollars": plan}
    return {"way": "meter", "dollars": meter}


@wrong("billing.5", "takes the dearer way", points=2)
def _(job):
    plan, meter = plan_of(job), meter_of(job)
    if job["operator"] == "person" and plan >= meter:
        return {"way": "plan", "dollars": plan}
    return {"way": "meter", "dollars": meter}


@wrong("billing.5", "names the way and forgets the dollars")
def _(job):
    plan, meter = plan_of(job), meter_of(job)
    return {"way": "plan" if job["operator"] == "person" and plan <= meter else "meter"}


@wrong("billing.5", "gives the word alone")
def _(job):
    return "plan" if job["operator"] == "person" and plan_of(job) <= meter_of(job) else "meter"


@wrong("billing.5", "gives what one saves instead of what one pays")
def _(job):
    plan, meter = plan_of(job), meter_of(job)
    way = "plan" if job["operator"] == "person" and plan <= meter else "meter"
    return {"way": way, "dollars": abs(plan - meter)}


@wrong("billing.5", "calls the meter API")
def _(job):
    plan, meter = plan_of(job), meter_of(job)
    if job["operator"] == "person" and plan <= meter:
        return {"way": "plan", "dollars": plan}
    return {"way": "API", "dollars": meter}


@wrong("billing.5", "adds the app to the plan, too", points=2)
def _(job):
    plan, meter = plan_of(job) + job["app_dollars"], meter_of(job)
    if job["operator"] == "person" and plan <= meter:
        return {"way": "plan", "dollars": plan}
    return {"way": "meter", "dollars": meter}
