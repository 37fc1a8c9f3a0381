# ruff: noqa: E501
"""Plausible answers to 06_choose that are wrong, each with its points."""

from variants import but, keep, solution

_BILL, _TALK, _TRIAL, _CAME, _ADVICE = (solution("06_choose", f"choose.{number}") for number in range(1, 6))

keep(
    "06_choose",
    "choose.1",
    [
        (0, "the plan pays for the API", but(_BILL, 'max(0, metered - plan["api_credit"])', "0")),
        (0, "forgets the credit", but(_BILL, 'max(0, metered - plan["api_credit"])', "metered")),
        (
            0,
            "the credit may be paid out",
            but(_BILL, 'max(0, metered - plan["api_credit"])', 'metered - plan["api_credit"]'),
        ),
        (
            0,
            "the credit is taken off each use",
            but(
                _BILL,
                'max(0, metered - plan["api_credit"])',
                'sum(max(0, use["cents"] - plan["api_credit"]) for use in uses if use["where"] == "api")',
            ),
        ),
        (
            0,
            "the window is metered, too",
            but(_BILL, 'for use in uses if use["where"] == "api")', "for use in uses)"),
        ),
        (
            0,
            "what is impossible costs something",
            but(
                _BILL,
                'metered - plan["api_credit"])',
                'metered + sum(use["cents"] for use in impossible) - plan["api_credit"])',
            ),
        ),
        (0, "programs can sign in", but(_BILL, 'use["by"] == "program" or ', "")),
        (
            2,
            "programs can sign in to an app",
            but(_BILL, 'use["by"] == "program" or', '(use["by"] == "program" and use["where"] == "window") or'),
        ),
        (2, "each plan has sign-in", but(_BILL, ' or (use["where"] == "app" and not plan["sign_in"])', "")),
        (
            1,
            "without sign-in there is no window either",
            but(_BILL, '(use["where"] == "app" and not plan["sign_in"])', 'not plan["sign_in"]'),
        ),
        (0, "programs may not call the API", but(_BILL, 'if use["where"] != "api"]', "]")),
        (
            1,
            "people may not call the API",
            but(
                _BILL,
                'for use in uses if use["where"] == "api")',
                'for use in uses if use["where"] == "api" and use["by"] == "program")',
            ),
        ),
        (0, "a list of what is impossible", but(_BILL, "len(impossible)", "impossible")),
        (
            0,
            "the bill in words",
            but(_BILL, 'max(0, metered - plan["api_credit"])', "f\"{max(0, metered - plan['api_credit'])} cents\""),
        ),
    ],
)

keep(
    "06_choose",
    "choose.2",
    [
        (
            0,
            "each turn alone",
            but(
                _TALK,
                'messages.append({"role": "user", "content": text})',
                'messages = [{"role": "user", "content": text}]',
            ),
        ),
        (
            0,
            "forgets what the model said",
            but(_TALK, '        messages.append({"role": "assistant", "content": answer})\n', ""),
        ),
        (
            0,
            "forgets what the user said",
            but(
                _TALK,
                "        told.append(",
                "        messages = [message for message in messages if message['role'] == 'assistant']\n        told.append(",
            ),
        ),
        (0, "remembers the last turn only", but(_TALK, "messages=messages", "messages=messages[-2:]")),
        (
            0,
            "one memory for all customers",
            but(_TALK, "    messages, told = [], []", "    told = []").replace(
                "def converse", "messages = []\n\n\ndef converse"
            ),
        ),
        (
            0,
            "one memory, in a default value",
            but(_TALK, "    messages, told = [], []", "    told = []").replace(
                "def converse(turns)", "def converse(turns, messages=[])"
            ),
        ),
        (0, "the answer to the last turn alone", but(_TALK, "return told", "return told[-1:]")),
        (
            0,
            "texts without tokens",
            but(
                _TALK,
                'told.append({"answer": answer, "input": usage.prompt_tokens, "output": usage.completion_tokens})',
                "told.append(answer)",
            ),
        ),
        (
            0,
            "input and output exchanged",
            but(
                _TALK,
                '"input": usage.prompt_tokens, "output": usage.completion_tokens',
                '"input": usage.completion_tokens, "output": usage.prompt_tokens',
            ),
        ),
        (0, "counts the letters of the question", but(_TALK, '"input": usage.prompt_tokens', '"input": len(text)')),
        (
            0,
            "all turns in one question",
            but(
                _TALK,
                '        messages.append({"role": "user", "content": text})\n',
                '        messages.append({"role": "user", "content": " ".join(turns)})\n',
            ),
        ),
        (
            0,
            "the total instead of the input",
            but(_TALK, '"output": usage.completion_tokens', '"output": usage.total_tokens'),
        ),
        (0, "the first turn again and again", but(_TALK, '"content": text}', '"content": turns[0]}')),
        (0, "None for no turns", but(_TALK, "return told", "return told or None")),
    ],
)

keep(
    "06_choose",
    "choose.3",
    [
        (
            1,
            "rounds to the nearest percent",
            but(
                _TRIAL,
                "100 * (len(labels) - missing.total()) // len(labels)",
                "round(100 * (len(labels) - missing.total()) / len(labels))",
            ),
        ),
        (
            1,
            "does not round",
            but(
                _TRIAL,
                "100 * (len(labels) - missing.total()) // len(labels)",
                "100 * (len(labels) - missing.total()) / len(labels)",
            ),
        ),
        (
            0,
            "a part of 1, not a percent",
            but(
                _TRIAL,
                "100 * (len(labels) - missing.total()) // len(labels)",
                "(len(labels) - missing.total()) / len(labels)",
            ),
        ),
        (0, "counts what is missing", but(_TRIAL, "(len(labels) - missing.total())", "missing.total()")),
        (
            0,
            "counts kinds, not messages",
            but(
                _TRIAL,
                "100 * (len(labels) - missing.total()) // len(labels)",
                "100 * (len(set(labels)) - len(missing)) // len(set(labels))",
            ),
        ),
        (0, "divides by the boxes", but(_TRIAL, "// len(labels) if", "// max(1, len(boxes)) if")),
        (2, "divides by no message", but(_TRIAL, " if labels else None", "")),
        (2, "no message, no mistake", but(_TRIAL, " if labels else None", " if labels else 100")),
        (2, "no message is 0 percent", but(_TRIAL, " if labels else None", " if labels else 0")),
        (
            0,
            "each message without a box",
            but(
                _TRIAL,
                "sorted(missing, key=lambda label: (-missing[label], label))",
                "[label for label in labels if label not in boxes]",
            ),
        ),
        (
            0,
            "in the order of the alphabet",
            but(_TRIAL, "sorted(missing, key=lambda label: (-missing[label], label))", "sorted(missing)"),
        ),
        (0, "the rarest first", but(_TRIAL, "-missing[label]", "missing[label]")),
        (
            1,
            "equals in the order in which they came",
            but(
                _TRIAL,
                "sorted(missing, key=lambda label: (-missing[label], label))",
                "[label for label, _ in missing.most_common()]",
            ),
        ),
        (
            0,
            "boxes that nobody needed",
            but(
                _TRIAL,
                "sorted(missing, key=lambda label: (-missing[label], label))",
                "sorted(set(boxes) - set(labels))",
            ),
        ),
        (
            0,
            "pairs with their counts",
            but(_TRIAL, "sorted(missing, key=lambda label: (-missing[label], label))", "missing.most_common()"),
        ),
    ],
)

keep(
    "06_choose",
    "choose.4",
    [
        (
            0,
            "the name begins so",
            but(
                _CAME,
                're.sub(r"-\\d{4}-\\d{2}-\\d{2}$", "", model)',
                'next((name for name in asked if model.startswith(name)), "")',
            ),
        ),
        (
            0,
            "the name stands in it",
            but(
                _CAME,
                're.sub(r"-\\d{4}-\\d{2}-\\d{2}$", "", model)',
                'next((name for name in asked if name.split("/")[1] in model), "")',
            ),
        ),
        (0, "a day makes it another model", but(_CAME, 're.sub(r"-\\d{4}-\\d{2}-\\d{2}$", "", model)', "model")),
        (
            0,
            "cuts whatever follows the last hyphen",
            but(_CAME, 're.sub(r"-\\d{4}-\\d{2}-\\d{2}$", "", model)', 'model.rpartition("-")[0]'),
        ),
        (
            0,
            "forgets the vendor",
            but(
                _CAME, "if name not in asked:", 'if name.split("/")[1] not in [each.split("/")[1] for each in asked]:'
            ),
        ),
        (
            0,
            "looks at the vendor alone",
            but(
                _CAME, "if name not in asked:", 'if name.split("/")[0] not in [each.split("/")[0] for each in asked]:'
            ),
        ),
        (0, "the first choice counts alone", but(_CAME, "if name not in asked:", "if name != asked[0]:")),
        (0, "whatever is on the list was asked for", but(_CAME, ' if name == asked[0] else "second choice"', "")),
        (
            0,
            "only the second of the list is a second choice",
            but(_CAME, 'else "second choice"', 'else "second choice" if name == asked[1] else "something else"'),
        ),
        (0, "no name is something else", but(_CAME, 'return "not stated"', 'return "something else"')),
        (0, "no name is as asked", but(_CAME, 'return "not stated"', 'return "as asked"')),
        (0, "an empty name is a name", but(_CAME, "if not model:", "if model is None:")),
        (0, "stops where no name is given", but(_CAME, '    if not model:\n        return "not stated"\n', "")),
        (0, "cuts the day off what was asked for with a day", but(_CAME, "model if model in asked else ", "")),
        (
            0,
            "yes or no",
            but(_CAME, 'return "as asked" if name == asked[0] else "second choice"', "return name == asked[0]"),
        ),
    ],
)

keep(
    "06_choose",
    "choose.5",
    [
        (
            0,
            "the trial first",
            but(
                _ADVICE,
                '        if case["starts"] == case["lands"] == "person":',
                '        if not case["tried"]:\n            return "chat first"\n        if case["starts"] == case["lands"] == "person":',
            ),
        ),
        (
            0,
            "a person at one end is enough for chat",
            but(
                _ADVICE, 'case["starts"] == case["lands"] == "person"', '"person" in (case["starts"], case["lands"])'
            ),
        ),
        (
            0,
            "looks at what starts it only",
            but(_ADVICE, 'case["starts"] == case["lands"] == "person"', 'case["starts"] == "person"'),
        ),
        (
            0,
            "looks at where it lands only",
            but(_ADVICE, 'case["starts"] == case["lands"] == "person"', 'case["lands"] == "person"'),
        ),
        (
            0,
            "serious work begins with the API",
            but(_ADVICE, '        if not case["tried"]:\n            return "chat first"\n', ""),
        ),
        (
            0,
            "one person needs no rules for other people's data",
            but(_ADVICE, 'case["people"] > 1 or case["personal_data"]', 'case["people"] > 1'),
        ),
        (
            0,
            "many people need no business plan",
            but(_ADVICE, 'case["people"] > 1 or case["personal_data"]', 'case["personal_data"]'),
        ),
        (
            0,
            "governance for several payers only",
            but(_ADVICE, 'case["payers"] > 1 or case["personal_data"]', 'case["payers"] > 1'),
        ),
        (
            0,
            "governance needs both reasons",
            but(
                _ADVICE, 'case["payers"] > 1 or case["personal_data"]', 'case["payers"] > 1 and case["personal_data"]'
            ),
        ),
        (
            0,
            "nothing would change it",
            but(_ADVICE, "sorted(key for key in other if advise({**case, key: other[key]}) != advice)", "[]"),
        ),
        (0, "everything would change it", but(_ADVICE, " if advise({**case, key: other[key]}) != advice)", ")")),
        (0, "what would not change it", but(_ADVICE, "!= advice)", "== advice)")),
        (
            0,
            "changes the case itself, one answer after the other",
            but(
                _ADVICE,
                "advise({**case, key: other[key]}) != advice",
                "case.update({key: other[key]}) or advise(case) != advice",
            ),
        ),
        (0, "changes all answers at once", but(_ADVICE, "{**case, key: other[key]}", "other")),
        (
            0,
            "in the order of the table",
            but(
                _ADVICE,
                "sorted(key for key in other if advise({**case, key: other[key]}) != advice)",
                "[key for key in other if advise({**case, key: other[key]}) != advice]",
            ),
        ),
        (0, "the other number is always 2", but(_ADVICE, '2 if case["payers"] == 1 else 1', "2")),
        (
            0,
            "the advice alone",
            but(
                _ADVICE,
                'return {"advice": advice,',
                'return advice and {"advice": advice} if True else {"advice": advice,',
            ),
        ),
    ],
)
