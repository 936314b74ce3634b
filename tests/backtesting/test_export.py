"""What was not answered, put together."""

from datawall.backtesting.export import unanswered

FEW = "need at least 5 usable rows"


def rows(day: str, got: int) -> str:
    cut = f"{got} ({9 - got} known only after the as-of date; 1 without a price)"
    return f"module hardware as of {day}: evidence/hardware.csv: {FEW}, got {cut}; add rows"


def test_a_reason_is_told_once_for_all_that_it_holds_for():
    skipped = [
        ("us", "flop_per_chip", 2019.0, rows("2019-01-01", 2)),
        ("us", "flop_per_watt", 2019.0, rows("2019-01-01", 2)),
        ("us", "price", 2019.0, "price: no figure was known by 2019-01-01; ask at a later date"),
        ("us", "flop_per_chip", 2020.0, rows("2020-01-01", 4)),
        ("us", "flop_per_watt", 2020.0, rows("2020-01-01", 4)),
        ("us", "flop_per_usd", 2020.0, rows("2020-01-01", 4)),
    ]
    assert [(row["targets"], row["origins"], row["reason"]) for row in unanswered(skipped)] == [
        (["flop_per_chip", "flop_per_watt"], [2019.0, 2020.0], f"evidence/hardware.csv: {FEW}"),
        (["price"], [2019.0], "no figure was known by then"),
        (["flop_per_usd"], [2020.0], f"evidence/hardware.csv: {FEW}"),
    ]


def test_what_went_wrong_with_a_posterior_is_kept():
    reason = "module compute as of 2019-01-01: its posterior cannot be trusted (R-hat 1.2; 3 faults); wait"
    (row,) = unanswered([("us", "", 2019.0, reason)])
    assert row["reason"] == "its posterior cannot be trusted (R-hat 1.2; 3 faults)"
