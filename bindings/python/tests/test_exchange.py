"""Imports and exports through a session."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from crm_core import (
    CellFormat,
    CellKind,
    ColumnMapping,
    Contact,
    CsvOptions,
    CsvWriteOptions,
    ErrorCode,
    ExportOptions,
    F,
    ImportMapping,
    InvalidError,
    Query,
    ReferenceLookup,
    Session,
    UnavailableError,
    VCardVersion,
)
from crm_core.exchange import notices_csv, read_csv, rejects_csv

ACCOUNTS = """\
Nr;Kunde;Umsatz;Gegründet
1;Müller Pumpen GmbH;1.234.567,89;1923
2;Keller AG;viel;1990
3;;1,00;2000
4;Nordwerk;;zwanzig
5;Süd;7,50;
"""

REVENUE = CellFormat(CellKind.DECIMAL, decimal_separator=",", thousands_separator=".")

MAPPING = ImportMapping(
    "account",
    [
        ColumnMapping("Kunde", "name"),
        ColumnMapping("Umsatz", "annual_revenue", format=REVENUE),
        ColumnMapping("Gegründet", "founded_year"),
    ],
    csv=CsvOptions(separator=";"),
    external_system="old-crm",
    key_column="Nr",
    constants={"industry": "pumps"},
)


def counts(session: Session, *, dry_run: bool = False) -> tuple[int, ...]:
    report = session.import_csv(ACCOUNTS.encode(), MAPPING, dry_run=dry_run)
    assert report.dry_run == dry_run
    return (report.rows, report.created, report.updated, report.unchanged, report.rejected)


def test_a_file_comes_in_once(session: Session, tmp_path: Path) -> None:
    assert counts(session, dry_run=True) == (5, 2, 0, 0, 3)
    assert session.customers.accounts().items == []
    assert counts(session) == (5, 2, 0, 0, 3)
    assert counts(session) == (5, 0, 0, 2, 3)
    assert len(session.customers.accounts(Query(filter=F("industry") == "pumps")).items) == 2

    path = tmp_path / "accounts.csv"
    path.write_text(ACCOUNTS.replace("7,50", "8,50"), encoding="utf-8")
    heard: list[int] = []
    report = session.import_csv(path, MAPPING, progress=heard.append)
    assert (report.updated, report.unchanged, heard[-1]) == (1, 1, 5)
    assert [(issue.row, issue.column, issue.value) for issue in report.rejects] == [
        (3, "Umsatz", "viel"),
        (4, "Kunde", ""),
        (5, "Gegründet", "zwanzig"),
    ]
    rejects = read_csv(rejects_csv(report)).rows
    assert [row.cells[:5] for row in rejects] == [
        ["3", "", "Umsatz", "viel", "bad_format"],
        ["4", "", "Kunde", "", "required"],
        ["5", "", "Gegründet", "zwanzig", "bad_format"],
    ]
    assert read_csv(notices_csv(report, CsvWriteOptions(separator=";"))).header[-1] == "proposal"
    assert (report.encoding, report.separator) == ("UTF-8", ";")
    with pytest.raises(InvalidError) as caught:
        session.import_csv(b"a,b\n1,2\n", MAPPING.replace(csv=CsvOptions()))
    assert caught.value.kind == "invalid"
    with pytest.raises(UnavailableError) as missing:
        session.import_csv(tmp_path / "none.csv", MAPPING)
    assert missing.value.code == ErrorCode.IO
    with pytest.raises(TypeError):
        session.import_csv(1, MAPPING)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        session.import_csv(b"", MAPPING, progress=1)  # type: ignore[arg-type]


MANY = ("name\n" + "".join(f"Account {number}\n" for number in range(2500))).encode()
PLAIN = ImportMapping("account", [ColumnMapping("name", "name")], external_system="old", key_column="name")


def test_a_listener_that_raises_ends_the_import_between_two_batches(session: Session) -> None:
    def fail(rows: int) -> None:
        raise RuntimeError(rows)

    with pytest.raises(RuntimeError, match="1000"):
        session.import_csv(MANY, PLAIN, progress=fail)
    report = session.import_csv(MANY, PLAIN)
    assert (report.unchanged, report.created, report.stopped) == (1000, 1500, False)


def test_ctrl_c_ends_an_import(session: Session) -> None:
    def interrupted(rows: int) -> None:
        if rows == 1000:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        session.import_csv(MANY, PLAIN, progress=interrupted)
    assert session.import_csv(MANY, PLAIN).unchanged in (1000, 2000)


def test_a_near_name_is_proposed(session: Session) -> None:
    products = ImportMapping(
        "product", [ColumnMapping("code", "code"), ColumnMapping("name", "name")], key_field="code"
    )
    assert session.import_csv(b"code,name\nGTX Pro,GTX Pro\nMG Special,MG Special\n", products).created == 2
    lists = ImportMapping("price_list", [ColumnMapping("l", "name"), ColumnMapping("c", "currency")], key_field="name")
    assert session.import_csv(b"l,c\nmain,USD\n", lists).created == 1
    prices = ImportMapping(
        "list_price",
        [
            ColumnMapping("list", "price_list", lookup=ReferenceLookup("price_list", "name")),
            ColumnMapping("product", "product", lookup=ReferenceLookup("product", "code")),
            ColumnMapping("price", "price"),
            ColumnMapping("from", "valid_from"),
        ],
    )
    report = session.import_csv(b"list,product,price,from\nmain,GTXPro,4821,2026-01-01\n", prices)
    assert report.rejected == 1
    assert [(found.value, found.proposal, found.rows) for found in report.proposals] == [("GTXPro", "GTX Pro", 1)]
    assert report.rejects[0].code == ErrorCode.UNKNOWN_REFERENCE


def test_what_goes_out_can_come_in(session: Session) -> None:
    counts(session)
    options = ExportOptions(fields=["name", "annual_revenue"])
    table = read_csv(session.export_csv("account", Query(filter=F("founded_year") == 1923), options))
    assert table.header == ["name", "annual_revenue"]
    assert [row.cells for row in table.rows] == [["Müller Pumpen GmbH", "1234567.89"]]
    assert len(read_csv(session.export_csv("account")).rows) == 2


def test_vcards(session: Session, tmp_path: Path) -> None:
    session.customers.create_contact(Contact("Anna Müller", family_name="Müller", given_name="Anna"))
    cards = session.export_vcards()
    assert "VERSION:3.0" in cards
    assert "VERSION:4.0" in session.export_vcards(Query(), VCardVersion.V4)
    path = tmp_path / "a.vcf"
    path.write_text(cards.replace("Anna", "Berta"), encoding="utf-8")
    assert session.import_vcards(path, dry_run=True).updated == 1
    assert session.import_vcards(path.read_bytes()).updated == 1
    assert session.import_vcards(path.read_bytes()).unchanged == 1
    assert [contact.full_name for contact in session.customers.contacts().items] == ["Berta Müller"]
    path.write_text(path.read_text(encoding="utf-8").replace("urn:uuid:", "other:"), encoding="utf-8")
    assert session.import_vcards(path).created == 1
