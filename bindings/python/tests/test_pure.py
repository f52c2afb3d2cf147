"""Exact arithmetic, units, identifiers, calendars, CSV, cells and vCards: what needs no database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from crm_core import (
    ErrorCode,
    ExternalId,
    F,
    Filter,
    InvalidError,
    QuoteLine,
    QuoteRounding,
    QuoteTax,
    UnavailableError,
    VCardEmail,
    check_value,
    content_hash,
    price_lines,
)
from crm_core.exchange import (
    CellFormat,
    CellKind,
    CellReader,
    CsvOptions,
    CsvWriteOptions,
    DateFormat,
    VCard,
    VCardVersion,
    escape_formula,
    read_csv,
    read_vcards,
    unescape_formula,
    write_csv,
    write_vcards,
)
from crm_core.value import (
    AllocationMethod,
    BusinessCalendar,
    CompiledCalendar,
    Dimension,
    IdentifierKind,
    MakeUpDay,
    Money,
    Quantity,
    Rounding,
    UnitFactor,
    UnitTable,
    Weekday,
    WeekdayHours,
    WorkingInterval,
    allocate,
    around_the_clock_calendar,
    convert,
    convert_exact,
    currencies,
    currency_exponent,
    normalize_gtin,
    normalize_iban,
    normalize_identifier,
    normalize_text,
    round_decimal,
    weekday_calendar,
)

UTC = dt.timezone.utc


def test_parts_add_up() -> None:
    assert allocate(Decimal(100), [1, 1, 1], AllocationMethod.LARGEST_REMAINDER, 2) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    parts = allocate(Decimal(100), [1, 1, 1], method=AllocationMethod.LAST_TAKES_REST, exponent=0)
    assert parts == [33, 33, 34]
    with pytest.raises(InvalidError) as caught:
        allocate(Decimal("0.001"), [Decimal(1)], AllocationMethod.CUMULATIVE, 2)
    assert caught.value.code == ErrorCode.DECIMAL_DIGITS
    with pytest.raises(InvalidError) as floated:
        allocate(100.0, [1], AllocationMethod.CUMULATIVE, 2)  # type: ignore[arg-type]
    assert floated.value.code == ErrorCode.FLOAT_NOT_ALLOWED


def test_rounding_and_currencies() -> None:
    assert round_decimal(Decimal("2.5"), 0, Rounding.HALF_EVEN) == 2
    assert round_decimal(Decimal("2.5"), 0, Rounding.HALF_UP) == 3
    assert "CNY" in currencies()
    assert [currency_exponent(code) for code in ("JPY", "EUR", "KWD")] == [0, 2, 3]
    price = Money(Decimal("19.90"), "EUR")
    assert (price.amount, price.currency) == (Decimal("19.9"), "EUR")
    assert Money.from_json(price.to_json()) == price
    with pytest.raises(InvalidError) as caught:
        Money(1, "DEM")
    assert caught.value.code == ErrorCode.NOT_IN_PICKLIST


def test_lines_are_priced_without_a_database() -> None:
    given = [QuoteLine(3, unit_price=Decimal("135.50"), discount_percent=Decimal(9))]
    lines, totals = price_lines(given, "EUR")
    assert (totals.total, lines[0].net_amount) == (Decimal("369.92"), Decimal("369.92"))
    _, totals = price_lines(given, "EUR", QuoteRounding.LINE_DISCOUNT_HALF_UP)
    assert (totals.total, totals.tax_total) == (Decimal("369.91"), None)
    taxed = [QuoteLine(1, unit_price=Decimal(113), tax_percent=Decimal(13))]
    _, totals = price_lines(taxed, "CNY", prices_include_tax=True)
    assert (totals.total, totals.tax_total, totals.total_with_tax) == (Decimal(100), Decimal(13), Decimal(113))
    assert totals.taxes == [QuoteTax(Decimal(13), Decimal(100), Decimal(13))]
    with pytest.raises(InvalidError) as caught:
        price_lines([QuoteLine(1)], "EUR")
    assert caught.value.field == "lines[0].unit_price"


def test_units() -> None:
    assert convert_exact(Quantity(1, "LBR"), "KGM") == Quantity(Decimal("0.45359237"), "KGM")
    assert convert(Quantity(1, "KGM"), "LBR", 3, Rounding.HALF_UP).amount == Decimal("2.205")
    table = UnitTable.standard()
    assert table.dimension("KGM") == Dimension.MASS
    table.add_factor(UnitFactor(1, "CT", 24, "C62"))
    assert table.convert_exact(Quantity(2, "CT"), "C62").amount == 48
    assert table.convert(Quantity(1, "C62"), "CT", 4, Rounding.HALF_UP).amount == Decimal("0.0417")
    assert "KGM" in table.units()
    with pytest.raises(InvalidError):
        table.convert_exact(Quantity(1, "KGM"), "MTR")


def test_identifiers_and_texts() -> None:
    assert normalize_identifier(IdentifierKind.VAT, "be 403.019.261") == "BE0403019261"
    with pytest.raises(InvalidError) as caught:
        normalize_identifier(IdentifierKind.VAT, "BE0403019262")
    assert caught.value.code == ErrorCode.CHECK_DIGIT
    assert normalize_iban("de89 3704 0044 0532 0130 00") == "DE89370400440532013000"
    assert normalize_gtin("4006381333931") == "4006381333931"
    assert normalize_text("Ｍüller") == normalize_text("mÜLLER")
    assert content_hash(b"abc")[:8] == "ba7816bf"


def test_calendars() -> None:
    office = CompiledCalendar(weekday_calendar("office", "Europe/Berlin", "09:00", "17:00"))
    friday = dt.datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
    monday = dt.datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    assert office.add_working(friday, 2 * 3600) == monday
    assert office.elapsed(friday, monday) == 2 * 3600
    assert office.is_working(friday)
    assert office.next_working(friday + dt.timedelta(hours=3)) == monday - dt.timedelta(hours=1)
    assert not office.is_working_day(dt.date(2026, 3, 7))
    assert office.add_working_days(dt.date(2026, 3, 6), 1) == dt.date(2026, 3, 9)
    assert office.working_days_between(dt.date(2026, 3, 2), dt.date(2026, 3, 9)) == 5
    assert office.date_at(dt.datetime(2026, 3, 6, 23, 30, tzinfo=UTC)) == dt.date(2026, 3, 7)
    assert CompiledCalendar(around_the_clock_calendar("24x7", "UTC")).is_working(friday + dt.timedelta(days=1))

    hours = [WorkingInterval("08:30", "12:00"), WorkingInterval("13:00", "17:30")]
    china = BusinessCalendar(
        "CN",
        "Asia/Shanghai",
        [WeekdayHours(Weekday.FRIDAY, hours)],
        holidays=[dt.date(2026, 1, 2)],
        make_up_days=[MakeUpDay(dt.date(2026, 1, 4), like=Weekday.FRIDAY)],
    )
    compiled = CompiledCalendar(china)
    assert compiled.is_working_day(dt.date(2026, 1, 4))
    assert not compiled.is_working_day(dt.date(2026, 1, 2))
    with pytest.raises(InvalidError) as caught:
        CompiledCalendar(weekday_calendar("office", "Europe/Berlin", "17:00", "08:00"))
    assert caught.value.field == "weekly[0].intervals[0].end"


def test_csv_there_and_back(tmp_path: Path) -> None:
    rows = [['=HYPERLINK("x")', "-4.50"], ["李; 娜", ""]]
    written = write_csv(["name", "balance"], rows)
    assert isinstance(written, bytes)
    table = read_csv(written, CsvOptions(unescape_formulas=True))
    assert [row.cells for row in table.rows] == rows
    assert (table.separator, table.rejects) == (",", [])
    path = tmp_path / "a.csv"
    path.write_bytes(write_csv(["name"], [["张"]], CsvWriteOptions(separator=";")))
    assert read_csv(path).rows[0].cells == read_csv(str(path)).rows[0].cells == ["张"]
    assert unescape_formula(escape_formula("=1+1")) == "=1+1"
    damaged = read_csv(b"a,b\n1,2\n1,2,3,4\n")
    assert (len(damaged.rows), damaged.rejects[0].row) == (1, 3)
    with pytest.raises(UnavailableError):
        read_csv(tmp_path / "none.csv")


def test_cells() -> None:
    euro = CellFormat(CellKind.DECIMAL, decimal_separator=",", thousands_separator=".", currencies=["€"])
    assert CellReader(euro).read("Umsatz", "1.234.567,89 €") == Decimal("1234567.89")
    assert CellReader(euro).read("Umsatz", " ") is None
    date = CellReader(CellFormat(CellKind.DATE, date_format=DateFormat.DAY_DOT_MONTH))
    assert date.read("Datum", "31.03.2026") == dt.date(2026, 3, 31)
    with pytest.raises(InvalidError) as caught:
        CellReader(euro).read("Umsatz", "viel")
    assert caught.value.field == "Umsatz"


def test_vcards() -> None:
    card = VCard(full_name="Anna Müller", emails=[VCardEmail("anna@example.com")])
    for version in (VCardVersion.V3, VCardVersion.V4):
        file = read_vcards(write_vcards([card], version).encode())
        assert (file.cards[0].full_name, file.rejects) == ("Anna Müller", [])
        assert file.cards[0].emails[0].value == "anna@example.com"


def test_filters_are_values() -> None:
    one, two, three = F("a") == 1, F("b") >= Decimal("2.5"), F("c").is_empty()
    both = one & two & three
    assert isinstance(both, Filter.All)
    assert both.filters == [one, two, three]
    assert isinstance(one | two, Filter.Any)
    assert isinstance(~one, Filter.NoneOf)
    assert Filter.from_json(one.to_json()) == one
    assert repr(one).startswith("Filter({")
    assert one != two
    match one:
        case Filter.Compare(field, _, value):
            assert (field, value) == ("a", 1)
        case _:
            pytest.fail("a comparison was expected")
    with pytest.raises(TypeError):
        one & 1
    with pytest.raises(TypeError):
        hash(F("a"))
    assert repr(F("a")) == "F('a')"


def test_values_of_the_engine_are_fields_too() -> None:
    assert check_value(Rounding.HALF_UP) == "half_up"
    assert check_value([ExternalId("erp", "1")]) == [{"key": "1", "system": "erp"}]
    assert check_value(ExternalId("erp", "1")) == {"key": "1", "system": "erp"}
