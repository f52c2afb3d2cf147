"""The rules of a forecast room, each once: what is done to a series, trees, patterns, accuracy."""

from __future__ import annotations

import calendar as months
import datetime as dt
import decimal
import importlib
import math
from typing import Any

import pytest
from crm_core import ErrorCode, InvalidError, MakeUpDay, ModelKind, Weekday, forecast
from crm_core.forecast import (
    Analogue,
    BaseForecast,
    DemandPattern,
    ForecastCalendar,
    ForecastCheck,
    ForecastInterval,
    ForecastOptions,
    HierarchyOptions,
    MovingHoliday,
    PartialPeriod,
    PeriodFigure,
    Predecessor,
    ReconcileOptions,
    Reconciliation,
    Series,
    TreeSeries,
)
from crm_core.value import weekday_calendar

# The first day of the Chinese year, 2015 to 2027.
NEW_YEARS = [
    dt.date(2015, 2, 19), dt.date(2016, 2, 8), dt.date(2017, 1, 28), dt.date(2018, 2, 16), dt.date(2019, 2, 5),
    dt.date(2020, 1, 25), dt.date(2021, 2, 12), dt.date(2022, 2, 1), dt.date(2023, 1, 22), dt.date(2024, 2, 10),
    dt.date(2025, 1, 29), dt.date(2026, 2, 17), dt.date(2027, 2, 6),
]  # fmt: skip
SEASON = [0.7, 0.75, 1.1, 1.3, 1.2, 1.0, 0.9, 0.8, 1.05, 1.25, 1.15, 0.8]


def told(series: Series, horizon: int = 2, model: str = "naive", **more: Any) -> forecast.Forecast:
    return forecast.forecast(series, horizon=horizon, model=model, levels=(), **more)


def test_zero_without_stock_is_no_demand_of_zero() -> None:
    sales = [10.0, 12.0, 11.0, 0.0]
    assert told(Series(sales)).mean == [0.0, 0.0]
    found = told(Series(sales, stock_outs=[3]))
    assert found.mean == [11.0, 11.0]
    assert "1 periods without stock show less than the demand" in found.notes
    with pytest.raises(InvalidError) as caught:
        told(Series(sales, stock_outs=[4]))
    assert (caught.value.code, caught.value.field) == (ErrorCode.OUT_OF_RANGE, "stock_outs[0]")


def test_returns_are_taken_off_as_a_share_of_what_was_delivered() -> None:
    # 80 of 800 came back.
    found = told(Series([200.0] * 4, returns=[10.0, 10.0, 10.0, 50.0]))
    assert found.mean == pytest.approx([180.0, 180.0])
    assert "10.0 % of each period are expected to be returned" in found.notes


def test_a_month_that_is_not_over_is_dropped_or_filled_up() -> None:
    # On 14 of 20 working days 98 were sold.
    sales = Series([100.0, 110.0, 90.0, 98.0], start=dt.date(2026, 1, 1), last_period_share=0.7)
    dropped = told(sales)
    # The naive 90 is less than what April has already.
    assert (dropped.start, dropped.mean) == (dt.date(2026, 4, 1), [98.0, 90.0])
    filled = told(sales, partial_period=PartialPeriod.PRO_RATE)
    assert filled.start == dt.date(2026, 5, 1)
    assert filled.mean == pytest.approx([140.0, 140.0])


def test_a_predecessor_stands_before_the_series() -> None:
    # Half of 100 and 80, then 60: 50 in the mean.
    series = Series([60.0], start=dt.date(2026, 1, 1), predecessor=Predecessor([100.0, 80.0], ratio=0.5))
    found = told(series, model="historic_average", season_length=1)
    assert found.mean == pytest.approx([50.0, 50.0])
    assert found.start == dt.date(2026, 2, 1)
    assert "2 periods of the predecessor stand before the series" in found.notes


def test_a_new_product_goes_the_way_of_its_analogues() -> None:
    analogues = [
        Analogue([10.0, 20.0, 40.0, 60.0, 60.0]),
        Analogue([30.0, 60.0, 120.0, 180.0, 180.0, 90.0], key="the larger one"),
    ]
    found = told(Series([5.0, 10.0], analogues=analogues), horizon=3, model="auto")
    assert found.model == "launch_curve"
    assert found.mean == pytest.approx([20.0, 30.0, 30.0])
    # Nothing is known of it: the size is that of the others, in the mean.
    assert told(Series([], analogues=analogues), horizon=3, model="auto").mean == pytest.approx([20.0, 40.0, 80.0])


def test_a_short_series_borrows_the_season_of_its_group() -> None:
    family = {f"old {size}": [size * SEASON[month % 12] for month in range(48)] for size in (10, 20, 50, 80, 100, 300)}
    short = [40 * SEASON[month % 12] for month in range(34, 48)]
    series = {**family, "new": short}
    asked: dict[str, Any] = {"horizon": 12, "model": "ses", "levels": ()}
    found = forecast.forecast_many(series, groups=dict.fromkeys(series, "pumps"), **asked)[-1]
    assert found.mean == pytest.approx([40 * index for index in SEASON], rel=1e-6)
    assert "the season of siblings was used" in found.notes
    alone = forecast.forecast_many(series, **asked)[-1]
    assert max(alone.mean) == pytest.approx(min(alone.mean))


def month(place: int) -> dt.date:
    return dt.date(2015 + place // 12, place % 12 + 1, 1)


def holiday_share(first: dt.date) -> float:
    """The share of the eight days of the spring festival that lies in a month."""
    days = [new_year + dt.timedelta(day) for new_year in NEW_YEARS for day in range(8)]
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    return sum(first <= day <= last for day in days) / 8


def test_the_chinese_new_year_is_put_in_where_it_falls() -> None:
    # A season, a little that looks like chance, and 45 % less in a month with the whole festival.
    truth = [1000 * SEASON[place % 12] * math.exp(-0.6 * holiday_share(month(place))) for place in range(144)]
    sales = [figure * (1 + (place * 7919 % 13 - 6) / 400) for place, figure in enumerate(truth)]
    series = Series(sales[:132], start=dt.date(2015, 1, 1))
    festival = MovingHoliday("spring festival", NEW_YEARS, 8)

    def error(found: forecast.Forecast) -> float:
        return sum(abs(mean / truth[132 + place] - 1) for place, mean in enumerate(found.mean)) / 2

    # In 2025 it lay in January and February, in 2026 in February alone.
    assert (holiday_share(month(120)), holiday_share(month(133))) == (0.375, 1.0)
    with_it = told(series, model="theta", calendar=ForecastCalendar(moving_holidays=[festival]))
    assert "an effect of spring festival was put in" in with_it.notes
    without = told(series, model="theta")
    assert error(with_it) < 0.05 < 0.1 < error(without)
    # 2027 is not known: the date is missing.
    short = ForecastCalendar(moving_holidays=[MovingHoliday("spring festival", NEW_YEARS[:-2], 8)])
    with pytest.raises(InvalidError) as caught:
        told(series, model="theta", horizon=6, calendar=short)
    assert caught.value.field == "calendar.moving_holidays[0].dates"


def test_months_are_forecast_by_their_working_days() -> None:
    # China in 2026: 1 and 2 January and 16 to 23 February are free; 4 January, 14 and 28 February are worked.
    week = weekday_calendar("CN", "Asia/Shanghai", "08:30", "17:30")
    free = [dt.date(2026, 1, 1), dt.date(2026, 1, 2), *(dt.date(2026, 2, day) for day in range(16, 24))]
    worked = [dt.date(2026, 1, 4), dt.date(2026, 2, 14), dt.date(2026, 2, 28)]
    office = type(week)(
        week.name,
        week.time_zone,
        week.weekly,
        holidays=free,
        make_up_days=[MakeUpDay(date, like=Weekday.MONDAY) for date in worked],
    )
    calendar = forecast.working_days(office, dt.date(2026, 1, 1), 3)
    # Of 22, 20 and 22 weekdays.
    days = [21.0, 16.0, 22.0]
    assert [figure.figure for figure in calendar.working_days] == days
    # Ten pieces a day.
    found = told(Series([210.0, 160.0], start=dt.date(2026, 1, 1)), horizon=1, calendar=calendar)
    assert found.mean == pytest.approx([220.0])
    with pytest.raises(InvalidError) as caught:
        forecast.working_days(office, dt.date(2026, 1, 1), 100_000)
    assert (caught.value.code, caught.value.field) == (ErrorCode.TOO_MANY, "months")


def test_a_backtest_knows_the_calendar_at_every_origin() -> None:
    # Months of 10, 20 and 30 working days go round, five pieces a day: by day every forecast is right.
    days = [(10.0, 20.0, 30.0)[place % 3] for place in range(9)]
    calendar = ForecastCalendar(working_days=[PeriodFigure(month(place), figure) for place, figure in enumerate(days)])
    series = [Series([5 * figure for figure in days], start=dt.date(2015, 1, 1))]
    asked: dict[str, Any] = {"horizon": 3, "models": ["naive"], "season_length": 1}
    assert forecast.backtest(series, origins=3, calendar=calendar, **asked).accuracy["mae"][0] == pytest.approx(0, abs=1e-9)
    # Behind 150 came 50, 100 and 150.
    assert forecast.backtest(series, **asked).accuracy["mae"] == [50.0]
    nowhere = forecast.backtest([series[0].values], calendar=calendar, **asked)
    assert (nowhere.num_rows, nowhere.problems["field"]) == (0, ["start"])


def test_a_backtest_compares_with_what_was_left() -> None:
    series = Series([100.0, 40.0, 100.0, 100.0, 30.0, 100.0], returns=[10.0] * 6, stock_outs=[1, 4])
    found = forecast.backtest([series], horizon=2, models=["naive"], origins=2, season_length=1)
    assert found["actual"] == [90.0, None, None, 90.0]
    # 30 of 240 came back until the first origin, 40 of 340 until the second.
    assert found["forecast"] == pytest.approx([87.5, 87.5, 100 * 300 / 340, 100 * 300 / 340])


def family() -> list[TreeSeries]:
    return [
        TreeSeries("all"),
        TreeSeries("a", parent="all", values=[1.0, 2.0, 2.3]),
        TreeSeries("b", parent="all", values=[5.0, 4.0, 4.4]),
    ]


def test_min_trace_gives_the_figures_of_the_closed_formula() -> None:
    # A tree of two leaves by hand: 3 are missing, and go by the number of leaves, 2 to the root and 1 to each leaf of 4.
    nodes = [
        BaseForecast("T", mean=[10.0]),
        BaseForecast("a", parent="T", mean=[3.0]),
        BaseForecast("b", parent="T", mean=[4.0]),
    ]
    structural = ReconcileOptions(method=Reconciliation.STRUCTURAL, digits=0)
    found = forecast.reconcile_forecasts(nodes, structural)
    assert [node.mean[0] for node in found.nodes] == pytest.approx([8.5, 3.75, 4.75])
    # Half up above, and the leaves add up to it.
    assert [node.amounts for node in found.nodes] == [[decimal.Decimal(9)], [decimal.Decimal(4)], [decimal.Decimal(5)]]
    # S (S' W^-1 S)^-1 S' W^-1 y of Wickramasuriya, Athanasopoulos and Hyndman (2019), computed with numpy.
    tree = [("T", None, 100.0), ("A", "T", 45.0), ("B", "T", 60.0), ("a1", "A", 20.0), ("a2", "A", 22.0)]
    tree += [("b1", "B", 15.0), ("b2", "B", 25.0), ("b3", "B", 18.0)]
    wide = [BaseForecast(key, parent=parent, mean=[mean]) for key, parent, mean in tree]
    expected = [101.66666666666667, 43.16666666666667, 58.5, 20.58333333333334, 22.583333333333332]
    expected += [15.166666666666668, 25.16666666666667, 18.166666666666668]
    found = forecast.reconcile_forecasts(wide, ReconcileOptions(method=Reconciliation.STRUCTURAL))
    assert [node.mean[0] for node in found.nodes] == pytest.approx(expected, abs=1e-9)
    # Without errors of the past their covariance is not known.
    found = forecast.reconcile_forecasts(wide, ReconcileOptions(method=Reconciliation.SHRINK))
    assert (found.method, found.nodes[0].mean) == (Reconciliation.BOTTOM_UP, [100.0])
    assert "leaves were summed up" in found.notes[0]


def test_a_tree_is_a_table() -> None:
    options = HierarchyOptions(ForecastOptions(2, levels=[80], model=ModelKind.NAIVE, season_length=1), digits=1)
    nodes = [TreeSeries(node.key, parent=node.parent, values=node.values and [*node.values] * 6) for node in family()]
    table = forecast.tree_table(forecast.forecast_tree(nodes, options))
    names = ["node", "parent", "step", "model", "mean", "base", "amount", "lower_80", "upper_80"]
    assert table.column_names == names
    assert table["node"] == ["all", "all", "a", "a", "b", "b"]
    assert (table["parent"], table["step"]) == ([None, None, "all", "all", "all", "all"], [1, 2] * 3)
    assert [str(amount) for amount in table["amount"]] == ["6.7", "6.7", "2.3", "2.3", "4.4", "4.4"]
    inside = zip(table["lower_80"], table["mean"], table["upper_80"], strict=True)
    assert all(lower < mean < upper for lower, mean, upper in inside)
    pyarrow: Any = importlib.import_module("pyarrow")
    arrow = pyarrow.table(table)
    assert str(arrow.schema.field("amount").type) == "decimal128(38, 1)"
    assert arrow.to_pylist() == table.to_pylist()
    polars: Any = importlib.import_module("polars")
    assert polars.DataFrame(table)["amount"].to_list() == table["amount"]
    # Where no digits were asked for there are no amounts.
    plain = HierarchyOptions(ForecastOptions(1, levels=[], model=ModelKind.NAIVE))
    table = forecast.tree_table(forecast.forecast_tree(family(), plain))
    assert pyarrow.table(table)["amount"].to_pylist() == table["amount"] == [None] * 3


def test_a_demand_is_told_by_its_interval_and_its_variation() -> None:
    # 6 of 6, sizes of squared variation 0.03; 5 of 6, 2.25; 2 of 6, 0.04; 2 of 6, 0.64.
    assert forecast.demand_pattern([5, 4, 6, 5, 4, 6]) == DemandPattern.SMOOTH
    assert forecast.demand_pattern([1, 1, 0, 1, 1, 16]) == DemandPattern.ERRATIC
    assert forecast.demand_pattern([0, 2, 0, 0, 0, 3]) == DemandPattern.INTERMITTENT
    assert forecast.demand_pattern([0, 1, 0, 0, 0, 9]) == DemandPattern.LUMPY
    assert forecast.demand_pattern([0, None]) is None


def test_an_intermittent_demand_is_forecast_as_a_rate() -> None:
    # Sizes 3 and intervals 2 for ever: 1.5 a period by Croston, less a twentieth by Syntetos and Boylan with 0.1.
    demand = [0.0, 3.0] * 12
    fixed: dict[str, Any] = {"parameters": forecast.ModelParameters(alpha=0.1), "season_length": 1}
    assert told(Series(demand), model="croston", **fixed).mean == pytest.approx([1.5, 1.5])
    assert told(Series(demand), model="sba", **fixed).mean == pytest.approx([1.425, 1.425])


def test_the_measures_agree_with_those_of_a_peer() -> None:
    # utilsforecast 0.2.17: smape (times 200), mae, rmse, mase with a season of 4, coverage, quantile_loss; the rest by hand.
    check = ForecastCheck(
        history=[3.0, 0.0, 7.0, 2.0, 9.0, 4.0, 6.0, 1.0, 8.0, 5.0, 11.0, 2.0],
        actual=[6.0, 0.0, 10.0, 3.0],
        mean=[5.0, 1.0, 8.0, 3.0],
        intervals=[ForecastInterval(80, [2.0, 0.0, 9.0, 1.0], [7.0, 3.0, 12.0, 2.5], 10.0, 18.0)],
    )
    found = forecast.forecast_accuracy([check], season_length=4)
    measures = [found.smape, found.mae, found.rmse, found.mase, found.rmsse, found.bias, found.wape]
    expected = [60.1010101010101, 1.0, 1.224744871391589, 0.4, 0.2137904843325253, -2 / 19, 4 / 19]
    assert measures == pytest.approx(expected)
    assert [found.levels[0].coverage, found.levels[0].winkler] == pytest.approx([0.75, 17.5 / 4])
    assert [loss.pinball for loss in found.quantiles] == pytest.approx([0.175, 0.2625])
    with pytest.raises(InvalidError) as caught:
        forecast.forecast_accuracy([check, ForecastCheck([1.0], [1.0], [1.0, 2.0])])
    assert caught.value.field == "checks[1].mean"
