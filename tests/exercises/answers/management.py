# ruff: noqa: E501
"""Plausible answers to 04_management that are wrong, each with its points."""

from variants import but, keep, solution

_BILL, _MONTH, _WHO, _ROTATION, _INCIDENT = (
    solution("04_management", f"management.{number}") for number in range(1, 6)
)

keep(
    "04_management",
    "management.1",
    [
        (0, "dollars, not cents", but(_BILL, "100 * row", "row")),
        (0, "the last row wins", but(_BILL, "cents.get(name, 0.0) + 100", "100")),
        (0, "by ID, not by name", but(_BILL, 'names.get(row["project_id"], row["project_id"])', 'row["project_id"]')),
        (
            2,
            "stops at a project without a name",
            but(_BILL, 'names.get(row["project_id"], row["project_id"])', 'names[row["project_id"]]'),
        ),
        (
            2,
            "drops what has no name",
            but(
                _BILL,
                "        cents[name] =",
                '        if row["project_id"] not in names:\n            continue\n        cents[name] =',
            ),
        ),
        (
            2,
            "what has no name is called unknown",
            but(_BILL, 'names.get(row["project_id"], row["project_id"])', 'names.get(row["project_id"], "unknown")'),
        ),
        (1, "rounds each row", but(_BILL, '100 * row["amount"]["value"]', 'round(100 * row["amount"]["value"], 4)')),
        (0, "rounds to whole cents", but(_BILL, "round(value, 4)", "round(value)")),
        (1, "rounds to two places", but(_BILL, "round(value, 4)", "round(value, 2)")),
        (1, "does not round", but(_BILL, "round(value, 4)", "value")),
        (
            0,
            "leaves out who used nothing",
            but(_BILL, "for name, value in cents.items()}", "for name, value in cents.items() if value}"),
        ),
        (0, "begins with an empty bill", but(_BILL, "dict.fromkeys(names.values(), 0.0)", "{}")),
        (0, "takes the amount for a number", but(_BILL, '["amount"]["value"]', '["amount"]')),
        (0, "writes the unit beside the number", but(_BILL, "round(value, 4)", 'f"{round(value, 4)} cents"')),
        (
            0,
            "a list of pairs",
            but(
                _BILL,
                "return {name: round(value, 4) for name, value in cents.items()}",
                "return [[name, round(value, 4)] for name, value in cents.items()]",
            ),
        ),
    ],
)

keep(
    "04_management",
    "management.2",
    [
        (1, "reaching the limit is too much", but(_MONTH, "> limit", ">= limit")),
        (0, "refuses only what comes after the limit", but(_MONTH, "spent + cost > limit", "spent >= limit")),
        (0, "stops at the first refusal", but(_MONTH, "continue", "break")),
        (
            0,
            "what is refused costs, too",
            but(_MONTH, "            continue", "            spent += cost\n            continue"),
        ),
        (3, "0 is no limit", but(_MONTH, "limit is not None", "limit")),
        (3, "there always is a limit", but(_MONTH, "limit is not None and ", "")),
        (1, "the mail goes out above the alert only", but(_MONTH, "spent >= alert", "spent > alert")),
        (0, "the mail goes out after each call", but(_MONTH, "alert_after is None and ", "")),
        (0, "an alert stops", but(_MONTH, "spent + cost > limit", "spent + cost > alert")),
        (0, "counts the calls from 0", but(_MONTH, "enumerate(calls, start=1)", "enumerate(calls)")),
        (0, "counts answered calls for the alert", but(_MONTH, "alert_after = number", "alert_after = answered")),
        (0, "0 where no mail went out", but(_MONTH, '"alert_after": alert_after', '"alert_after": alert_after or 0')),
        (
            0,
            "the alert looks at the wish, also a refused one",
            but(
                _MONTH,
                "        if limit is not None",
                "        if alert_after is None and spent + cost >= alert:\n            alert_after = number\n        if limit is not None",
            ),
        ),
        (0, "counts refused calls among the answered", but(_MONTH, '"answered": answered', '"answered": len(calls)')),
        (
            0,
            "a tuple of numbers",
            but(
                _MONTH,
                'return {"answered": answered, "refused": len(calls) - answered, "spent": spent, "alert_after": alert_after}',
                "return answered, len(calls) - answered, spent, alert_after",
            ),
        ),
    ],
)

keep(
    "04_management",
    "management.3",
    [
        (
            0,
            "no rule at all",
            but(_WHO, '    projects.model_permissions.update(project, mode="allow_list", model_ids=models)\n', ""),
        ),
        (0, "a list of what is forbidden", but(_WHO, '"allow_list"', '"deny_list"')),
        (
            0,
            "calls with the key of the notebook",
            but(_WHO, "OpenAI(api_key=account.api_key.value, max_retries=0)", "OpenAI(max_retries=0)"),
        ),
        (0, "calls with the admin key", but(_WHO, "api_key=account.api_key.value", "api_key=OpenAI().admin_api_key")),
        (0, "allows what it tries", but(_WHO, "for tier in allowed]", "for tier in tried]")),
        (0, "tries what it allows", but(_WHO, "for tier in tried:", "for tier in allowed:")),
        (0, "the status in place of the code", but(_WHO, "refusal.code", "refusal.status_code")),
        (0, "the whole message", but(_WHO, "refusal.code", "str(refusal)")),
        (0, "a word of its own", but(_WHO, "refusal.code", '"refused"')),
        (
            0,
            "nobody reads the refusal",
            but(
                _WHO,
                "        except APIStatusError as refusal:\n            heard[tier] = refusal.code",
                "        finally:\n            pass",
            ),
        ),
        (
            0,
            "stops at the first refusal",
            but(_WHO, "heard[tier] = refusal.code", "heard[tier] = refusal.code\n            break"),
        ),
        (0, "a list without the tiers", but(_WHO, "return heard", "return list(heard.values())")),
        (0, "allows the small model always", but(_WHO, "for tier in allowed]", 'for tier in {*allowed, "small"}]')),
        (
            0,
            "believes the rule without a call",
            but(
                _WHO,
                'bot.chat.completions.create(\n                model=course.model("openai", tier), messages=question, max_completion_tokens=100)',
                "bot.with_options()",
            ),
        ),
    ],
)

keep(
    "04_management",
    "management.4",
    [
        (2, "30 days are too long already", but(_ROTATION, "> 30", ">= 30")),
        (2, "90 days are too old already", but(_ROTATION, "> 90", ">= 90")),
        (
            0,
            "a key that was never used goes at once",
            but(
                _ROTATION,
                'days_since(key["last_used"] or key["created"]) > 30',
                'key["last_used"] is None or days_since(key["last_used"]) > 30',
            ),
        ),
        (
            0,
            "a key that was never used stays for ever",
            but(
                _ROTATION,
                'days_since(key["last_used"] or key["created"]) > 30',
                'key["last_used"] and days_since(key["last_used"]) > 30',
            ),
        ),
        (
            0,
            "stops at a key that was never used",
            but(_ROTATION, 'key["last_used"] or key["created"]', 'key["last_used"]'),
        ),
        (
            0,
            "revokes before the program has another",
            but(_ROTATION, '("create", "switch", "revoke")', '("revoke", "create", "switch")'),
        ),
        (
            0,
            "switches to a key that is not there",
            but(_ROTATION, '("create", "switch", "revoke")', '("switch", "create", "revoke")'),
        ),
        (0, "leaves the old key alive", but(_ROTATION, '("create", "switch", "revoke")', '("create", "switch")')),
        (
            0,
            "revokes what is old, without a successor",
            but(
                _ROTATION,
                'steps += [[verb, key["id"]] for verb in ("create", "switch", "revoke")]',
                'steps.append(["revoke", key["id"]])',
            ),
        ),
        (0, "people may keep their keys", but(_ROTATION, ' or key["kind"] == "person"', "")),
        (0, "a person's key only if it is old", but(_ROTATION, '> 90 or key["kind"]', '> 90 and key["kind"]')),
        (
            0,
            "replaces what nobody uses",
            but(_ROTATION, 'elif days_since(key["created"]) > 90', 'if days_since(key["created"]) > 90'),
        ),
        (
            0,
            "looks at the last use for the age",
            but(_ROTATION, 'days_since(key["created"]) > 90', 'days_since(key["last_used"] or key["created"]) > 90'),
        ),
        (
            2,
            "three months in place of 90 days",
            but(
                _ROTATION,
                'days_since(key["created"]) > 90',
                'key["created"][:7] <= f"{int(today[:4]) - (today[5:7] < \'04\')}-{(int(today[5:7]) - 4) % 12 + 1:02}"',
            ),
        ),
        (
            1,
            "first all that is created, then the rest",
            but(
                _ROTATION,
                "return steps",
                'return sorted(steps, key=lambda step: ["create", "switch", "revoke"].index(step[0]))',
            ),
        ),
        (0, "a dictionary of lists", but(_ROTATION, "return steps", "return dict(steps)")),
    ],
)

keep(
    "04_management",
    "management.5",
    [
        (0, "every key is unknown", but(_INCIDENT, 'if row["key"] not in known:', "if True:")),
        (1, "the last row of a key wins", but(_INCIDENT, 'damage.get(row["key"], 0) + row["cents"]', 'row["cents"]')),
        (1, "the cheapest first", but(_INCIDENT, ", reverse=True", "")),
        (1, "by name, not by cost", but(_INCIDENT, "sorted(damage, key=damage.get, reverse=True)", "sorted(damage)")),
        (1, "one key only", but(_INCIDENT, '"unknown": unknown', '"unknown": unknown[:1]')),
        (
            1,
            "the damage of the dearest key",
            but(_INCIDENT, '"damage": sum(damage.values())', '"damage": max(damage.values(), default=0)'),
        ),
        (
            0,
            "revokes the unknown keys alone",
            but(_INCIDENT, " | {maker[key] for key in damage if key in maker}", ""),
        ),
        (
            0,
            "leaves the other keys of that maker",
            but(
                _INCIDENT,
                "    while more := {key for key in maker if maker[key] in bad} - bad:\n        bad |= more\n",
                "",
            ),
        ),
        (
            3,
            "one step down and no further",
            but(
                _INCIDENT,
                "    while more := {key for key in maker if maker[key] in bad} - bad:\n        bad |= more\n",
                "    bad |= {key for key in maker if maker[key] in bad}\n",
            ),
        ),
        (1, "revokes what is gone", but(_INCIDENT, "bad - gone", "bad")),
        (
            1,
            "a deleted key never was",
            but(
                _INCIDENT,
                'if row["key"] not in known:',
                'if row["key"] not in [*known, *(entry["key"] for entry in log if entry["type"] == "api_key.deleted")]:',
            ),
        ),
        (
            1,
            "stops where the log says nothing",
            but(_INCIDENT, " for key in damage if key in maker}", " for key in damage}"),
        ),
        (
            0,
            "revokes the maker's maker",
            but(
                _INCIDENT, "    while more", "    bad |= {maker[key] for key in bad if key in maker}\n    while more"
            ),
        ),
        (1, "who deletes a key made it", but(_INCIDENT, ' if entry["type"] == "api_key.created"}', "}")),
        (0, "revokes all keys, to be safe", but(_INCIDENT, "bad - gone", "set(maker) | bad - gone")),
        (0, "not sorted", but(_INCIDENT, "sorted(bad - gone)", "sorted(bad - gone, reverse=True)")),
    ],
)
