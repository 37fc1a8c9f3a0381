"""A million requests priced, against a loop over genai-prices on the same requests in the same run."""

import time

import numpy as np
from genai_prices import Usage as LibraryUsage
from genai_prices import calc_price

from course import catalog, costs

ROWS = 1_000_000
SAMPLE = 3_000  # requests that the library's loop prices; its time is scaled up to all of them
FASTER = 50


def test_a_million_requests(benchmark, report):
    facts = catalog.load()
    model = facts.pick("openai", "standard")
    card = costs.rate_card(model.id)
    chance = np.random.default_rng(1)
    tokens = chance.integers(1, 400_000, ROWS)
    rows = {"input": tokens, "cached_input": tokens // 3, "output": chance.integers(0, 5_000, ROWS)}

    totals = benchmark(lambda: costs.price_usage(costs.Usage(**rows), card)["total"])

    began = time.perf_counter()
    library = [
        calc_price(
            LibraryUsage(
                input_tokens=int(rows["input"][row]),
                cache_read_tokens=int(rows["cached_input"][row]),
                output_tokens=int(rows["output"][row]),
            ),
            model.id,
            provider_id=model.vendor,
        ).total_price
        for row in range(SAMPLE)
    ]
    loop = (time.perf_counter() - began) * ROWS / SAMPLE
    np.testing.assert_allclose(totals[:SAMPLE], [float(price) for price in library], rtol=0, atol=5e-7)
    seconds = benchmark.stats.stats.median
    report(
        "a million requests priced",
        f"{FASTER} times faster",
        f"{seconds:.2f} s, {loop / seconds:,.0f} times faster",
        f"a loop over genai-prices, scaled up from {SAMPLE:,}: {loop:.0f} s",
    )
    assert loop / seconds >= FASTER
