# ruff: noqa: E501
"""Plausible answers to 07_capstone that are wrong, each with its points."""

from variants import but, keep, solution

_TRIES, _HIDE, _MAIL, _MONTH, _MISSING = (solution("07_capstone", f"capstone.{number}") for number in range(1, 6))
_MAIL = f"{_HIDE}\n\n{_MAIL}"  # it calls the answer to the task before

keep(
    "07_capstone",
    "capstone.1",
    [
        (0, "counts slips of the pen", but(_TRIES, 'notes if note in ("good", "mended", "wrong")', "notes")),
        (0, "only good ones are usable", but(_TRIES, '1 - tried.count("wrong")', 'tried.count("good")')),
        (0, "the share of wrong ones", but(_TRIES, '1 - tried.count("wrong")', 'tried.count("wrong")')),
        (
            0,
            "percent",
            but(_TRIES, '1 - tried.count("wrong") / len(tried)', '100 - 100 * tried.count("wrong") / len(tried)'),
        ),
        (0, "zero when nothing was tried", but(_TRIES, "if tried else None", "if tried else 0")),
        (0, "divides by all notes", but(_TRIES, "/ len(tried) if", "/ len(notes) if")),
        (0, "divides by zero", but(_TRIES, " if tried else None", "")),
        (0, "more than twenty tries", but(_TRIES, "len(tried) < 20", "len(tried) <= 20")),
        (0, "stops at exactly half", but(_TRIES, "usable < 0.5", "usable <= 0.5")),
        (0, "nine in ten are not enough", but(_TRIES, "usable >= 0.9", "usable > 0.9")),
        (0, "connects from half on", but(_TRIES, "usable >= 0.9", "usable >= 0.5")),
        (
            0,
            "rounds the share",
            but(
                _TRIES,
                'return {"usable": usable, "next": "connect"',
                'return {"usable": round(usable, 1), "next": "connect"',
            ),
        ),
        (
            0,
            "looks at the share first",
            but(
                _TRIES,
                "    if len(tried) < 20:",
                "    if tried and usable < 0.5:\n        return {'usable': usable, 'next': 'stop'}\n    if len(tried) < 15:",
            ),
        ),
    ],
)

_ONE_BY_ONE = """
def hide(mail, values):
    table = {}
    for kind, texts in values.items():
        for number, value in enumerate(texts, 1):
            if value in mail:
                mail = mail.replace(value, f"[{kind}_{number}]")
                table[f"[{kind}_{number}]"] = value
    return {"text": mail, "table": table}
"""

keep(
    "07_capstone",
    "capstone.2",
    [
        (2, "one value after the other, in the order of the list", _ONE_BY_ONE),
        (
            2,
            "one value after the other, the longest first",
            but(
                _ONE_BY_ONE,
                "for number, value in enumerate(texts, 1):",
                "for number, value in sorted(enumerate(texts, 1), key=lambda each: -len(each[1])):",
            ),
        ),
        (2, "the shortest first", but(_HIDE, ", reverse=True", "")),
        (
            2,
            "does not escape what re reads as a sign",
            but(_HIDE, '"|".join(map(re.escape, longest_first))', '"|".join(longest_first)'),
        ),
        (0, "only the first place", but(_HIDE, "placeholder, mail)", "placeholder, mail, count=1)")),
        (0, "counts from zero", but(_HIDE, "enumerate(texts, 1)", "enumerate(texts)")),
        (0, "the same placeholder for all names", but(_HIDE, "[{kind}_{number}]", "[{kind}]")),
        (
            0,
            "counts over all kinds",
            but(
                _HIDE,
                "for kind, texts in values.items() for number, value in enumerate(texts, 1)",
                "for number, (kind, value) in enumerate([(kind, value) for kind, texts in values.items() for value in texts], 1)",
            ),
        ),
        (
            0,
            "the table the other way round",
            but(_HIDE, "table[numbered[found[0]]] = found[0]", "table[found[0]] = numbered[found[0]]"),
        ),
        (0, "an empty table", but(_HIDE, '"table": table}', '"table": {}}')),
        (
            0,
            "everything in the table",
            but(
                _HIDE, '"table": table}', '"table": {placeholder: value for value, placeholder in numbered.items()}}'
            ),
        ),
        (0, "round brackets", but(_HIDE, 'f"[{kind}_{number}]"', 'f"({kind}_{number})"')),
        (0, "stars in place of the letters", but(_HIDE, "return numbered[found[0]]", 'return "*" * len(found[0])')),
        (
            0,
            "a pair in place of a dictionary",
            but(
                _HIDE,
                'return {"text": re.sub("|".join(map(re.escape, longest_first)), placeholder, mail), "table": table}',
                'return [re.sub("|".join(map(re.escape, longest_first)), placeholder, mail), table]',
            ),
        ),
        (2, "ignores the difference of capital letters", but(_HIDE, '"|".join', '"(?i)" + "|".join')),
        (2, "hides nothing when nothing was found", but(_HIDE, 'return {"text": mail, "table": {}}', "return None")),
    ],
)

keep(
    "07_capstone",
    "capstone.3",
    [
        (1, "sends the mail as it is", but(_MAIL, 'hide(mail, values)["text"]', "mail")),
        (0, "sends no rules", but(_MAIL, '{"role": "system", "content": RULES}, ', "")),
        (0, "sends the rules twice", but(_MAIL, '"content": RULES}', '"content": RULES + RULES}')),
        (3, "calls for nothing", but(_MAIL, "if not mail.strip():", "if False:")),
        (3, "takes spaces for a question", but(_MAIL, "if not mail.strip():", "if not mail:")),
        (3, "gives None for nothing", but(_MAIL, '{"answer": "", "tokens_in": 0, "tokens_out": 0}', "None")),
        (
            0,
            "in and out the wrong way round",
            but(
                _MAIL,
                '"tokens_in": usage.prompt_tokens, "tokens_out": usage.completion_tokens',
                '"tokens_in": usage.completion_tokens, "tokens_out": usage.prompt_tokens',
            ),
        ),
        (0, "the total for what went in", but(_MAIL, '"tokens_in": usage.prompt_tokens', '"tokens_in": len(RULES)')),
        (
            0,
            "the rules as the answer",
            but(
                _MAIL,
                "answer, usage = reply.choices[0].message.content, reply.usage",
                "answer, usage = text, reply.usage",
            ),
        ),
        (
            0,
            "the whole reply for the answer",
            but(
                _MAIL,
                "reply.choices[0].message.content, reply.usage",
                "reply.choices[0].message.model_dump(), reply.usage",
            ),
        ),
        (0, "an answer of one token", but(_MAIL, "max_completion_tokens=200", "max_completion_tokens=1")),
        (
            0,
            "the mail as the system message",
            but(_MAIL, '{"role": "user", "content": text}', '{"role": "system", "content": text}'),
        ),
        (0, "asks for a model that is not there", but(_MAIL, "model=model", 'model="the best one"')),
        (
            0,
            "sends the table along",
            but(_MAIL, 'text = hide(mail, values)["text"]', "text = str(hide(mail, values))").replace(
                "def answer_mail", "def answer_mail"
            ),
        ),
    ],
)

keep(
    "07_capstone",
    "capstone.4",
    [
        (0, "hours for minutes", but(_MONTH, "minutes / 60 * hourly", "minutes * hourly")),
        (0, "calls only for what the program answers", but(_MONTH, "mails * api", "mails * (1 - handed_over) * api")),
        (0, "forgets her own time", but(_MONTH, "mails * handed_over * by_hand + ", "")),
        (0, "forgets what the app costs", but(_MONTH, " + fixed", "")),
        (
            0,
            "the share that the program answers",
            but(_MONTH, "mails * handed_over *", "mails * (1 - handed_over) *"),
        ),
        (0, "adds the building to each month", but(_MONTH, "+ fixed", "+ fixed + building")),
        (0, "months and a part", but(_MONTH, "math.ceil(round(building / saved, 9))", "building / saved")),
        (0, "cuts the last month off", but(_MONTH, "math.ceil(round(building / saved, 9))", "int(building / saved)")),
        (
            0,
            "always one month more",
            but(_MONTH, "math.ceil(round(building / saved, 9))", "int(building / saved) + 1"),
        ),
        (
            0,
            "a negative number where nothing is saved",
            but(_MONTH, " if saved > 0 else None", " if saved else None"),
        ),
        (0, "divides by nothing saved", but(_MONTH, " if saved > 0 else None", "")),
        (0, "zero for never", but(_MONTH, "else None", "else 0")),
        (0, "cents", but(_MONTH, "minutes / 60 * hourly", "minutes / 60 * hourly * 100")),
        (0, "None where building is free", but(_MONTH, "if saved > 0 else", "if saved > 0 and building else")),
    ],
)

keep(
    "07_capstone",
    "capstone.5",
    [
        (0, "anybody's key", but(_MISSING, '== "service account"', "is not None")),
        (0, "any limit", but(_MISSING, '0 < limit <= 3 * (case.get("expected_cost") or 0)', "limit > 0")),
        (0, "a limit below three times", but(_MISSING, "limit <= 3", "limit < 3")),
        (0, "a limit of zero is one", but(_MISSING, "0 < limit", "0 <= limit")),
        (
            0,
            "one kind hidden is enough",
            but(
                _MISSING,
                'set(case.get("kinds") or ()) <= set(case.get("hides") or ())',
                'bool(set(case.get("kinds") or ()) & set(case.get("hides") or ()))',
            ),
        ),
        (
            0,
            "hides exactly what is there",
            but(_MISSING, "() ) <= set" if "() ) <= set" in _MISSING else "()) <= set", "()) == set"),
        ),
        (0, "nobody knows is fine", but(_MISSING, "days is not None and days <= 30", "(days or 0) <= 30")),
        (0, "less than thirty days", but(_MISSING, "days <= 30", "days < 30")),
        (0, "zero days is no answer", but(_MISSING, "days is not None and", "days and")),
        (0, "spaces are a name", but(_MISSING, ".strip()", "")),
        (0, "what is there, not what is missing", but(_MISSING, "if not fulfilled", "if fulfilled")),
        (
            0,
            "in the order of the alphabet",
            but(
                _MISSING,
                "return [word for word, fulfilled in there.items() if not fulfilled]",
                "return sorted((word for word, fulfilled in there.items() if not fulfilled), reverse=True)",
            ),
        ),
        (
            0,
            "one text with commas",
            but(
                _MISSING,
                "return [word for word, fulfilled in there.items() if not fulfilled]",
                'return ", ".join(word for word, fulfilled in there.items() if not fulfilled)',
            ),
        ),
        (0, "fails where a field is absent", but(_MISSING, 'case.get("key_owner")', 'case["key_owner"]')),
    ],
)
