# ruff: noqa: E501
"""Plausible answers to 05_governance that are wrong, each with its points."""

from variants import but, keep, solution

_MASK, _REASONS, _GONE, _LOG, _SUMMARY = (solution("05_governance", f"governance.{number}") for number in range(1, 6))

keep(
    "05_governance",
    "governance.1",
    [
        (
            0,
            "each long number is a card",
            but(_MASK, " if (sum(digits[::2]) + sum(doubled)) % 10 == 0 else match[0]", ""),
        ),
        (0, "counts from the left", but(_MASK, "reversed(match[0])", "match[0]")),
        (
            0,
            "doubles the first, not the second",
            but(_MASK, "digits[1::2]", "digits[::2]").replace("sum(digits[::2])", "sum(digits[1::2])"),
        ),
        (0, "does not add the two digits of a double", but(_MASK, "sum(divmod(2 * digit, 10))", "2 * digit")),
        (0, "doubles every digit", but(_MASK, "digits[1::2]]", "digits]")),
        (0, "forgets the digits that are not doubled", but(_MASK, "sum(digits[::2]) + ", "")),
        (0, "stops at spaces and hyphens", but(_MASK, " if sign.isdigit()]", "]")),
        (0, "takes out spaces and no hyphens", but(_MASK, " if sign.isdigit()]", ' if sign != " "]')),
        (0, "the other way round", but(_MASK, "% 10 == 0", "% 10 != 0")),
        (0, "cards of sixteen digits only", but(_MASK, "% 10 == 0", "% 10 == 0 and len(digits) == 16")),
        (
            0,
            "the first card only",
            but(_MASK, "re.sub(CARD, card_or_not, text)", "re.sub(CARD, card_or_not, text, count=1)"),
        ),
        (0, "forgets the mail addresses", but(_MASK, '    text = re.sub(EMAIL, "[EMAIL]", text)\n', "")),
        (0, "another word for a card", but(_MASK, '"[CARD]" if', '"[card]" if')),
        (0, "leaves the last four digits", but(_MASK, '"[CARD]" if', 'f"[CARD {match[0][-4:]}]" if')),
        (
            0,
            "gives what it found",
            but(
                _MASK,
                "return re.sub(CARD, card_or_not, text)",
                "return [match[0] for match in re.finditer(CARD, text)]",
            ),
        ),
        (
            0,
            "knows the first digit, and no check digit",
            but(_MASK, "(sum(digits[::2]) + sum(doubled)) % 10 == 0", 'match[0][0] in "3456"'),
        ),
    ],
)

keep(
    "05_governance",
    "governance.2",
    [
        (1, "what is not stated is allowed", but(_REASONS, 'offer["trains"] is not False', 'offer["trains"]')),
        (1, "training matters for every text", but(_REASONS, '(need["personal"] or need["health"]) and ', "")),
        (
            1,
            "health data need not be personal",
            but(_REASONS, '(need["personal"] or need["health"])', 'need["personal"]'),
        ),
        (
            1,
            "no agreement only if the vendor says so",
            but(_REASONS, 'not offer["health_agreement"]', 'offer["health_agreement"] is False'),
        ),
        (0, "wants an agreement for every text", but(_REASONS, 'need["health"] and not', "not")),
        (1, "the first region counts", but(_REASONS, '(offer["regions"] or [])', '(offer["regions"] or [])[:1]')),
        (1, "stops where no region is stated", but(_REASONS, '(offer["regions"] or [])', 'offer["regions"]')),
        (0, "wants a region for every text", but(_REASONS, 'need["region"] and ', "")),
        (2, "a limit of 0 is no limit", but(_REASONS, 'need["max_days"] is not None', 'need["max_days"]')),
        (2, "0 days are not stated", but(_REASONS, 'offer["days"] is None', 'not offer["days"]')),
        (0, "just so long is too long", but(_REASONS, 'offer["days"] > need', 'offer["days"] >= need')),
        (
            0,
            "kept without an end is fine",
            but(
                _REASONS,
                '(offer["days"] is None or offer["days"] > need["max_days"])',
                'offer["days"] is not None and offer["days"] > need["max_days"]',
            ),
        ),
        (0, "stops where no time is stated", but(_REASONS, 'offer["days"] is None or ', "")),
        (0, "the first reason is enough", but(_REASONS, "return reasons", "return reasons[:1]")),
        (0, "yes or no", but(_REASONS, "return reasons", "return not reasons")),
        (0, "sorted by letter", but(_REASONS, "return reasons", "return sorted(reasons)")),
    ],
)

keep(
    "05_governance",
    "governance.3",
    [
        (0, "the backup counts from the day of deletion", but(_GONE, "backup_days - 1", "backup_days")),
        (
            0,
            "the backup counts from the day on which it came",
            but(_GONE, "after(database, backup_days - 1)", "after(received, backup_days)"),
        ),
        (
            0,
            "a month has 30 days, and so has this one",
            but(_GONE, "timedelta(days=days)", "timedelta(days=days - 1)"),
        ),
        (
            0,
            "a backup of what was never stored",
            but(_GONE, "if database and backup_days else None", "if backup_days else None").replace(
                "after(database, backup", "after(database or received, backup"
            ),
        ),
        (0, "backups kept for no day", but(_GONE, "if database and backup_days else None", "if database else None")),
        (
            3,
            "a hold always sets the day",
            but(
                _GONE,
                'max(after(received, database_days), hold_until or "")',
                "hold_until or after(received, database_days)",
            ),
        ),
        (
            3,
            "nothing is held",
            but(_GONE, 'max(after(received, database_days), hold_until or "")', "after(received, database_days)"),
        ),
        (
            3,
            "a hold keeps what was never stored",
            but(
                _GONE,
                " if database_days else None\n    backup",
                " if database_days or hold_until else None\n    backup",
            ),
        ),
        (
            3,
            "our hold reaches the vendor",
            but(
                _GONE,
                "vendor = after(received, vendor_days) if vendor_days else None",
                'vendor = max(after(received, vendor_days), hold_until or "") if vendor_days else None',
            ),
        ),
        (0, "no stated time is no time", but(_GONE, 'vendor = "no end"', "vendor = None")),
        (
            0,
            "0 days at the vendor is a day",
            but(_GONE, "if vendor_days else None", "if vendor_days is not None else None"),
        ),
        (0, "0 days in the database is a day", but(_GONE, " if database_days else None", "")),
        (0, "the last is the database's day", but(_GONE, '"last": last', '"last": database')),
        (0, "the first that is gone", but(_GONE, "max(days, default=None)", "min(days, default=None)")),
        (
            0,
            "the latest of those that end",
            but(
                _GONE,
                '"no end" if "no end" in days else max(days, default=None)',
                'max((day for day in days if day != "no end"), default=None)',
            ),
        ),
        (0, "stops where it never rests", but(_GONE, "max(days, default=None)", "max(days)")),
        (0, "days as Python's dates", but(_GONE, '"last": last}', '"last": last and date.fromisoformat(last)}')),
    ],
)

keep(
    "05_governance",
    "governance.4",
    [
        (0, "looks at the numbers only", but(_LOG, ' or entry["hash"] != chained(before, entry)', "")),
        (0, "each entry for itself", but(_LOG, "chained(before, entry)", "chained(START, entry)")),
        (
            2,
            "does not look at the first entry",
            but(
                _LOG,
                'entry["hash"] != chained(before, entry):',
                'entry["hash"] != chained(before, entry) and place > 1:',
            ),
        ),
        (0, "begins with nothing", but(_LOG, "before = START", 'before = ""')),
        (
            0,
            "counts from 0",
            but(_LOG, "enumerate(entries, start=1)", "enumerate(entries)").replace(
                'entry["number"] != place', 'entry["number"] != place + 1'
            ),
        ),
        (
            2,
            "the entry's own number for the place",
            but(
                _LOG,
                "!= chained(before, entry):\n            return place",
                '!= chained(before, entry):\n            return entry["number"]',
            ),
        ),
        (
            2,
            "names the last problem",
            but(
                _LOG,
                "!= chained(before, entry):\n            return place",
                "!= chained(before, entry):\n            found = place",
            )
            .replace("before = START", "before, found = START, None")
            .replace("return None", "return found"),
        ),
        (2, "does not look at the note", but(_LOG, 'if noted and noted["number"] == place', "if False")),
        (
            0,
            "the note is always there",
            but(_LOG, 'if noted and noted["number"] == place', 'if noted["number"] == place'),
        ),
        (
            2,
            "the note is of the last entry",
            but(
                _LOG,
                'if noted and noted["number"] == place and noted["hash"] != entry["hash"]:\n            return place',
                "pass",
            ).replace(
                "    return None",
                '    if noted and entries and noted["hash"] != entries[-1]["hash"]:\n        return len(entries)\n    return None',
            ),
        ),
        (
            0,
            "does not see a missing end",
            but(_LOG, '    if noted and noted["number"] > len(entries):\n        return len(entries) + 1\n', ""),
        ),
        (0, "the end is the last entry that is there", but(_LOG, "return len(entries) + 1", "return len(entries)")),
        (
            2,
            "a log without its last entry is always wrong",
            but(_LOG, 'noted["number"] > len(entries)', 'noted["number"] != len(entries)'),
        ),
        (
            2,
            "looks at the note when all else was looked at",
            but(
                _LOG,
                '        if noted and noted["number"] == place and noted["hash"] != entry["hash"]:\n            return place\n',
                "",
            ).replace(
                "    return None",
                '    if noted and entries[noted["number"] - 1]["hash"] != noted["hash"]:\n        return noted["number"]\n    return None',
            ),
        ),
        (
            0,
            "intact or not",
            but(_LOG, "return None", "return True")
            .replace("return place", "return False")
            .replace("return len(entries) + 1", "return False"),
        ),
        (0, "0 where all fits", but(_LOG, "return None", "return 0")),
    ],
)

keep(
    "05_governance",
    "governance.5",
    [
        (0, "no rule", but(_SUMMARY, '    custody.set_rules(project, redaction="mask")\n', "")),
        (0, "counts, and masks nothing", but(_SUMMARY, 'redaction="mask"', 'redaction="warn"')),
        (0, "refuses what holds personal data", but(_SUMMARY, 'redaction="mask"', 'redaction="block"')),
        (
            0,
            "the rule comes after the call",
            but(_SUMMARY, '    custody.set_rules(project, redaction="mask")\n', "").replace(
                "    found =", '    custody.set_rules(project, redaction="mask")\n    found ='
            ),
        ),
        (0, "calls with the key of the notebook", but(_SUMMARY, "OpenAI(api_key=account.api_key.value)", "OpenAI()")),
        (
            0,
            "the rule of another project",
            but(
                _SUMMARY,
                "custody.set_rules(project,",
                'custody.set_rules(organization.projects.create(name="Rules").id,',
            ),
        ),
        (0, "counts all letters since the start", but(_SUMMARY, "custody.findings()[before:]", "custody.findings()")),
        (3, "counts rows, not pieces", but(_SUMMARY, '["count"].sum()', ".size()")),
        (
            0,
            "one number for all kinds",
            but(_SUMMARY, 'found.groupby("kind")["count"].sum().to_dict()', 'int(found["count"].sum())'),
        ),
        (
            0,
            "a list of kinds",
            but(_SUMMARY, 'found.groupby("kind")["count"].sum().to_dict()', 'list(found["kind"])'),
        ),
        (0, "a rule for telephones alone", but(_SUMMARY, 'redaction="mask"', 'redaction="mask", kinds=["phone"]')),
        (
            0,
            "masks mail addresses itself",
            but(
                _SUMMARY,
                '    custody.set_rules(project, redaction="mask")\n',
                '    letter = __import__("re").sub(r"\\S+@\\S+", "[EMAIL]", letter)\n',
            ),
        ),
        (0, "the whole reply", but(_SUMMARY, "reply.output_text", "reply")),
        (0, "says nothing, which is safe", but(_SUMMARY, "reply.output_text", '""')),
        (0, "a safe sentence without the matter", but(_SUMMARY, "reply.output_text", '"A guest has written."')),
        (0, "no findings", but(_SUMMARY, 'found.groupby("kind")["count"].sum().to_dict()', "{}")),
    ],
)
