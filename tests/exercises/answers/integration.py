# ruff: noqa: E501
"""Plausible answers to 03_integration that are wrong, each with its points."""

from variants import but, keep, solution

_SIGNED, _TEXTS, _TRIP, _DECIDE, _PAUSE, _SUPPORT = (
    solution("03_integration", f"integration.{number}") for number in range(1, 7)
)
keep(
    "03_integration",
    "integration.1",
    [
        (0, "the digest in hex", but(_SIGNED, "base64.b64encode(digest)", "digest.hex().encode()")),
        (0, "SHA-1", but(_SIGNED, '"sha256"', '"sha1"')),
        (
            0,
            "key and message exchanged",
            but(_SIGNED, "secret.encode(), body.encode()", "body.encode(), secret.encode()"),
        ),
        (
            0,
            "a hash without a key",
            but(
                _SIGNED,
                'hmac.digest(secret.encode(), body.encode(), "sha256")',
                '__import__("hashlib").sha256(body.encode()).digest()',
            ),
        ),
        (
            0,
            "the secret hashed before the body, which is no HMAC",
            but(
                _SIGNED,
                'hmac.digest(secret.encode(), body.encode(), "sha256")',
                '__import__("hashlib").sha256((secret + body).encode()).digest()',
            ),
        ),
        (
            0,
            "the body parsed and written anew",
            but(_SIGNED, "body.encode()", '__import__("json").dumps(__import__("json").loads(body)).encode()'),
        ),
        (0, "white space cut off", but(_SIGNED, "body.encode()", "body.strip().encode()")),
        (0, "stops where the header is missing", but(_SIGNED, '(signature or "")', "signature")),
        (
            0,
            "compares texts, which stops at Chinese letters",
            but(_SIGNED, "given, base64.b64encode(digest)", '(signature or ""), base64.b64encode(digest).decode()'),
        ),
        (
            0,
            "lower case on both sides",
            but(
                _SIGNED,
                "given, base64.b64encode(digest)",
                '(signature or "").lower().encode(), base64.b64encode(digest).lower()',
            ),
        ),
        (
            0,
            "the beginning is enough",
            but(
                _SIGNED,
                "hmac.compare_digest(given, base64.b64encode(digest))",
                "bool(signature) and base64.b64encode(digest).startswith(signature.encode())",
            ),
        ),
        (
            0,
            "letters outside of ASCII left out of the body",
            but(_SIGNED, "body.encode()", 'body.encode("ascii", "ignore")'),
        ),
        (
            0,
            "any signature will do",
            but(_SIGNED, "hmac.compare_digest(given, base64.b64encode(digest))", "bool(signature)"),
        ),
        (
            0,
            "gives the signature instead of a verdict",
            but(_SIGNED, "hmac.compare_digest(given, base64.b64encode(digest))", "base64.b64encode(digest).decode()"),
        ),
    ],
)
keep(
    "03_integration",
    "integration.2",
    [
        (
            2,
            "drops all that is delivered again",
            but(
                _TEXTS,
                'if event["webhookEventId"] in seen:',
                'if event["webhookEventId"] in seen or event["deliveryContext"]["isRedelivery"]:',
            ),
        ),
        (
            2,
            "trusts isRedelivery alone",
            but(_TEXTS, 'if event["webhookEventId"] in seen:', 'if event["deliveryContext"]["isRedelivery"]:'),
        ),
        (
            0,
            "looks at nothing that was seen",
            but(_TEXTS, '        if event["webhookEventId"] in seen:\n            continue\n', ""),
        ),
        (
            1,
            "the same words are answered once",
            but(_TEXTS, '["type"] == "text":', '["type"] == "text" and event["message"]["text"] not in texts:'),
        ),
        (
            0,
            "notes texts only",
            but(
                _TEXTS,
                '        seen.append(event["webhookEventId"])\n        if event["type"] == "message" and event["message"]["type"] == "text":\n',
                '        if event["type"] == "message" and event["message"]["type"] == "text":\n            seen.append(event["webhookEventId"])\n',
            ),
        ),
        (1, "a new follower has no message", but(_TEXTS, 'event["type"] == "message" and ', "")),
        (0, "each message has a text", but(_TEXTS, 'and event["message"]["type"] == "text"', "")),
        (0, "gives the new IDs only", but(_TEXTS, "[], list(seen)", "[], []")),
        (
            2,
            "compares with what was seen before this body only",
            but(_TEXTS, 'if event["webhookEventId"] in seen:', 'if event["webhookEventId"] in before:').replace(
                "texts, seen =", "before, texts, seen = list(seen),"
            ),
        ),
        (1, "sorts the IDs", but(_TEXTS, '"seen": seen', '"seen": sorted(seen)')),
        (1, "newest first", but(_TEXTS, "texts.append(", "texts.insert(0, ")),
        (0, "gives the list of texts alone", but(_TEXTS, '{"answer": texts, "seen": seen}', "texts")),
        (
            1,
            "begins with the first event, also where there is none",
            but(
                _TEXTS,
                '    for event in body["events"]:',
                '    first = body["events"][0]\n    for event in body["events"]:',
            ),
        ),
    ],
)
keep(
    "03_integration",
    "integration.3",
    [
        (0, "does not say when the message came", but(_TRIP, "\\nReceived: {received}", "")),
        (0, "says today instead", but(_TRIP, "Received: {received}", "Received: {date.today()}")),
        (0, "gives days as Python's dates", but(_TRIP, '.model_dump(mode="json")', ".model_dump()")),
        (0, "gives the pydantic object", but(_TRIP, '.model_dump(mode="json")', "")),
        (0, "gives JSON as a text", but(_TRIP, '.model_dump(mode="json")', ".model_dump_json()")),
        (2, "does not look for a destination", but(_TRIP, "not trip.destination or ", "")),
        (
            0,
            "does not look for a departure",
            but(_TRIP, " or not trip.start_date", "").replace(
                "(trip.end_date and", "(trip.start_date and trip.end_date and"
            ),
        ),
        (0, "takes a trip that ends before it begins", but(_TRIP, "trip.end_date < trip.start_date", "False")),
        (1, "asks for a return", but(_TRIP, "not trip.start_date or", "not trip.start_date or not trip.end_date or")),
        (1, "children may be unknown", but(_TRIP, "children: int", "children: int | None")),
        (
            1,
            "drops trips without children",
            but(_TRIP, "not trip.start_date or", "not trip.start_date or not trip.children or"),
        ),
        (0, "an empty record where there is no trip", but(_TRIP, "return None", "return {}")),
        (
            0,
            "other names for the fields",
            but(
                _TRIP,
                'return trip.model_dump(mode="json")',
                'return {"to": trip.destination, **trip.model_dump(mode="json", exclude={"destination"})}',
            ),
        ),
    ],
)
keep(
    "03_integration",
    "integration.4",
    [
        (0, "believes that arguments are JSON", but(_DECIDE, "except ValueError", "except KeyError")),
        (0, "takes the arguments for a dictionary", but(_DECIDE, "json.loads(arguments)", "dict(arguments)")),
        (
            0,
            "runs what is unknown",
            but(_DECIDE, "if name not in tools or", 'if name not in tools:\n        return "run"\n    if'),
        ),
        (
            0,
            "asks a person about what is unknown",
            but(_DECIDE, "if name not in tools or", 'if name not in tools:\n        return "ask a person"\n    if'),
        ),
        (1, "guesses from the name what writes", but(_DECIDE, 'tools[name]["writes"]', 'name.startswith("change")')),
        (
            1,
            "believes a text that says approved",
            but(
                _DECIDE,
                'if tools[name]["writes"] else',
                'if tools[name]["writes"] and "approved" not in arguments.lower() else',
            ),
        ),
        (
            2,
            "fields may be missing",
            but(
                _DECIDE, 'set(values) != set(tools[name]["fields"])', 'not set(values) <= set(tools[name]["fields"])'
            ),
        ),
        (
            2,
            "there may be more fields",
            but(
                _DECIDE, 'set(values) != set(tools[name]["fields"])', 'not set(values) >= set(tools[name]["fields"])'
            ),
        ),
        (
            1,
            "the order of the fields counts",
            but(_DECIDE, 'set(values) != set(tools[name]["fields"])', 'list(values) != tools[name]["fields"]'),
        ),
        (2, "empty texts pass", but(_DECIDE, " and value.strip()", "")),
        (2, "spaces pass", but(_DECIDE, "value.strip()", "value")),
        (2, "numbers pass", but(_DECIDE, "isinstance(value, str) and value.strip()", "str(value).strip()")),
        (
            2,
            "a list is as good as an object",
            but(_DECIDE, "not isinstance(values, dict) or ", "").replace(
                "values.values()", "dict.fromkeys(values, 'x').values()"
            ),
        ),
        (
            1,
            "no fields, no tool",
            but(_DECIDE, "if name not in tools or", 'if name not in tools or not tools[name]["fields"] or'),
        ),
        (0, "all asks a person, to be safe", but(_DECIDE, ' if tools[name]["writes"] else "run"', "")),
        (
            0,
            "yes and no instead of the three words",
            but(_DECIDE, '"ask a person" if tools[name]["writes"] else "run"', 'not tools[name]["writes"]'),
        ),
    ],
)
keep(
    "03_integration",
    "integration.5",
    [
        (0, "tries again when the money is gone", but(_PAUSE, "code not in MONEY", "True")),
        (
            1,
            "knows one of the codes about money",
            but(_PAUSE, "code not in MONEY", 'code != "project_spend_limit_exceeded"'),
        ),
        (0, "every 429 is hopeless", but(_PAUSE, " or (status == 429 and code not in MONEY)", "")),
        (0, "every 4xx passes", but(_PAUSE, "status == 429", "status >= 400")),
        (1, "500 itself left out", but(_PAUSE, "status >= 500", "status > 500")),
        (1, "knows three statuses only", but(_PAUSE, "status >= 500", "status in (500, 502, 503)")),
        (
            1,
            "no answer is no reason",
            but(_PAUSE, "status is None or status >= 500", "status is not None and status >= 500"),
        ),
        (1, "never gives up", but(_PAUSE, "attempt >= 4", "False")),
        (1, "a fifth try", but(_PAUSE, "attempt >= 4", "attempt > 4")),
        (0, "gives up one try too early", but(_PAUSE, "attempt >= 4", "attempt >= 3")),
        (0, "pauses of equal steps", but(_PAUSE, "2 ** (attempt - 1)", "attempt")),
        (0, "begins with two seconds", but(_PAUSE, "2 ** (attempt - 1)", "2 ** attempt")),
        (2, "takes 0 for nothing", but(_PAUSE, "retry_after is None", "not retry_after")),
        (0, "does not hear the platform", but(_PAUSE, "retry_after is None", "True")),
        (
            2,
            "waits the longer of both",
            but(
                _PAUSE,
                "retry_after if retry_after <= 30 else None",
                "None if retry_after > 30 else max(retry_after, 2 ** (attempt - 1))",
            ),
        ),
        (
            2,
            "cuts a long pause to 30 seconds",
            but(_PAUSE, "retry_after if retry_after <= 30 else None", "min(retry_after, 30)"),
        ),
        (2, "30 seconds are too long already", but(_PAUSE, "retry_after <= 30", "retry_after < 30")),
        (
            0,
            "0 for giving up",
            but(
                _PAUSE,
                "if not passes or attempt >= 4:\n        return None",
                "if not passes or attempt >= 4:\n        return 0",
            ),
        ),
    ],
)
keep(
    "03_integration",
    "integration.6",
    [
        (0, "always knows", but(_SUPPORT, "nearness.max() < 0.35", "False")),
        (0, "the lesson's line", but(_SUPPORT, "0.35", "0.3")),
        (0, "a line too high", but(_SUPPORT, "0.35", "0.5")),
        (0, "the farthest article", but(_SUPPORT, "nearness.argmax()", "nearness.argmin()")),
        (0, "the second nearest article", but(_SUPPORT, "nearness.argmax()", "nearness.argsort()[-2]")),
        (0, "the file's name as the source", but(_SUPPORT, '"source": article.title', '"source": article.id')),
        (0, "no source", but(_SUPPORT, '"source": article.title', '"source": None')),
        (0, "a source for what nobody knows", but(_SUPPORT, 'you.", "source": None', 'you.", "source": "none"')),
        (0, "names nobody who helps", but(_SUPPORT, "A colleague will write to you.", "Sorry!")),
        (
            0,
            "the model does not get the article",
            but(_SUPPORT, '{"role": "system", "content": article.answer}, ', ""),
        ),
        (0, "the model does not get the question", but(_SUPPORT, ', {"role": "user", "content": question}', "")),
        (0, "the title as the answer", but(_SUPPORT, "reply.choices[0].message.content", "article.title")),
        (3, "asks also about an empty question", but(_SUPPORT, "not question.strip()", "False")),
        (
            0,
            "a text without its source",
            but(
                _SUPPORT,
                '{"answer": reply.choices[0].message.content, "source": article.title}',
                "reply.choices[0].message.content",
            ),
        ),
        (
            1,
            "only the questions that one sees",
            but(_SUPPORT, "if not question.strip():", "if question not in labelled:"),
        ),
    ],
)
