"""Sales history, forecasts of it, and stored runs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from crm_core import (
    ConflictError,
    ErrorCode,
    ForecastCommand,
    ForecastOptions,
    InvalidError,
    ModelKind,
    Opportunity,
    Query,
    SalesFigure,
    SalesQuery,
    Series,
    Session,
    forecast_input_hash,
    forecast_run_hash,
    make_forecast_run,
    records,
    verify_forecast_run,
)

NAIVE = ForecastOptions(2, model=ModelKind.NAIVE, season_length=1, levels=[])


def on(session: Session, day: str) -> Session:
    """The session on another day."""
    return session.at(dt.datetime.fromisoformat(day + "T10:00:00+00:00"))


def won(session: Session, day: str, amount: int, currency: str = "EUR") -> None:
    """An opportunity that was won."""
    closed = dt.date.fromisoformat(day)
    deal = Opportunity("Line", stage="won", amount=Decimal(amount), currency=currency, closed_on=closed)
    session.sales.create_opportunity(deal)


def test_sales_become_series(session: Session) -> None:
    may = on(session, "2026-05-10")
    won(may, "2026-02-03", 100)
    won(may, "2026-04-09", 50)
    won(may, "2026-04-09", 7000, "CNY")
    history = may.forecasts.sales_history()
    assert [sold.series.key for sold in history.series] == ["CNY", "EUR"]
    euro = history.series[1]
    assert (euro.series.values, euro.total) == ([100.0, 0.0, 50.0], Decimal(150))
    assert (euro.series.start, euro.series.last_period_share) == (dt.date(2026, 2, 1), None)
    query = SalesQuery(figure=SalesFigure.COUNT, by=["owner.name"], as_of=dt.date(2026, 5, 10))
    by_owner = may.forecasts.sales_history(query).series[0]
    assert (by_owner.keys, by_owner.series.values) == (["admin"], [1.0, 0.0, 2.0, 0.0])
    assert by_owner.series.last_period_share == 10 / 31
    with pytest.raises(InvalidError) as refused:
        may.forecasts.sales_history(SalesQuery(by=["account.nothing"]))
    assert refused.value.code == ErrorCode.UNKNOWN_FIELD


def test_runs_are_kept_and_compared_with_what_came(session: Session) -> None:
    march = on(session, "2026-03-31")
    won(march, "2026-02-10", 200)
    won(march, "2026-03-10", 300)
    forecasts = march.forecasts
    made = forecasts.forecast_sales(SalesQuery(), NAIVE)
    assert made.run.series[0].forecast.mean == [300.0, 300.0]
    verify_forecast_run(made.run, [sold.series for sold in made.history.series])
    assert made.run.input_hash == forecast_input_hash([sold.series for sold in made.history.series])
    first = forecasts.record_forecast(made.run, "first")
    assert first.run_hash == forecast_run_hash(made.run)
    second = forecasts.record_sales_forecast(SalesQuery(), NAIVE, "second", parent=first.id, note="again")
    assert [line.mean for line in second.series[0].lines] == [Decimal(300), Decimal(300)]
    with pytest.raises(ConflictError) as kept:
        march.delete("forecast_run", first.id, first.version)
    assert kept.value.code == ErrorCode.STILL_REFERENCED
    assert [run.name for run in records(forecasts.runs, Query(limit=1))] == ["first", "second"]
    may = on(session, "2026-05-02")
    won(may, "2026-04-20", 240)
    told = may.forecasts.forecast_accuracy(second.id)
    assert told.until == dt.date(2026, 4, 1)
    assert [told.series[0].forecast, told.series[0].actual] == [Decimal(300), Decimal(240)]
    assert told.pooled[0].accuracy.mae == pytest.approx(60)
    assert may.forecasts.run(second.id) == second


def test_a_run_needs_no_database(session: Session) -> None:
    series = [Series([1.0, None, 2.5], start=dt.date(2026, 1, 1))]
    run = make_forecast_run(series, NAIVE, dt.date(2026, 3, 31))
    verify_forecast_run(run, series)
    assert run.series[0].first_period == dt.date(2026, 4, 1)
    with pytest.raises(InvalidError) as other:
        verify_forecast_run(run, [Series([1.0, 0.0, 2.5], start=dt.date(2026, 1, 1))])
    assert (other.value.code, other.value.field) == (ErrorCode.NOT_ALLOWED, "input_hash")
    outcome = session.execute(ForecastCommand.RecordRun(run=run, name="by hand", parent=None, note=None))
    kept = session.forecasts.run(outcome.changes[0].id)
    assert (kept.name, kept.series[0].lines[1].mean) == ("by hand", Decimal("2.5"))
