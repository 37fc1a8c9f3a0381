from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from fakes import FixedCatalog
from hypothesis import given
from hypothesis import strategies as st

from course.gateway.pricing import Rates, cost_micros, rates
from course.gateway.types import Usage

tokens = st.integers(0, 10**9)
prices = st.decimals(0, 1000, places=4)


def test_rates_come_from_the_catalog():
    assert rates(FixedCatalog(), "tiny", 100) == Rates(Decimal(2), Decimal("0.2"), Decimal("2.5"), Decimal(10))


def test_a_long_prompt_has_its_own_rates():
    assert rates(FixedCatalog(), "tiny", 5001).input == 4


def test_a_model_may_have_no_cache():
    found = rates(FixedCatalog(), "cacheless", 100)
    assert (found.cached_input, found.cache_write) == (None, None)


def test_each_part_has_its_price():
    usage = Usage(input=1000, cached_input=300, cache_write=200, output=50, reasoning=20)
    assert cost_micros(usage, Rates(Decimal(2), Decimal("0.2"), Decimal("2.5"), Decimal(10))) == (
        500 * 2 + 60 + 500 + 500
    )


@pytest.mark.parametrize(("output", "cost"), [(1, 0), (3, 2), (5, 2), (7, 4)])
def test_halves_go_to_the_even_neighbour_as_in_number_formatting(output, cost):
    rate = Decimal("0.5")
    assert cost_micros(Usage(output=output), Rates(rate, None, None, rate)) == cost
    assert f"{output * rate / 1_000_000:.6f}" == f"{Decimal(cost) / 1_000_000:.6f}"


@given(input=tokens, cached=tokens, output=tokens, prices=st.tuples(prices, prices, prices))
def test_the_total_is_exact_to_half_a_micro_dollar(input, cached, output, prices):
    usage = Usage(input=input + cached, cached_input=cached, output=output)
    rate = Rates(prices[0], prices[1], None, prices[2])
    exact = sum(Fraction(price) * part for price, part in zip(prices, (input, cached, output), strict=True))
    assert abs(cost_micros(usage, rate) - exact) <= Fraction(1, 2)
