"""BMEcat: read to typed values, written back, imported and exported."""

import pytest
from crm_core import CrmError, ErrorCode, ProductDocumentKind, ProductRelationKind, Session
from crm_core.exchange import BmecatCatalog, BmecatImport, BmecatProduct, BmecatText, read_bmecat, write_bmecat

FILE = b"""<BMECAT version="2005"><HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><CATALOG_ID>K</CATALOG_ID></CATALOG></HEADER>
<T_NEW_CATALOG><PRODUCT><SUPPLIER_PID>A-1</SUPPLIER_PID>
<PRODUCT_DETAILS><DESCRIPTION_SHORT lang="deu">Klemme</DESCRIPTION_SHORT></PRODUCT_DETAILS>
<PRODUCT_FEATURES><FEATURE><FNAME>Un</FNAME><FVALUE>800</FVALUE><FUNIT>V</FUNIT><OWN/></FEATURE></PRODUCT_FEATURES>
</PRODUCT></T_NEW_CATALOG></BMECAT>"""


def test_a_file_is_read_and_written_as_it_was() -> None:
    file = read_bmecat(FILE)
    (product,) = file.catalog.products
    assert (product.supplier_pid, product.features[0].features[0].unit) == ("A-1", "V")
    assert file.findings == [] and file.count("FEATURE") == 1
    assert file.to_xml().encode() == FILE


def test_a_catalogue_is_made_of_values() -> None:
    product = BmecatProduct("P-1", short=[BmecatText("Pumpe", language="deu")])
    catalog = BmecatCatalog("K-2", format="2005", products=[product])
    assert read_bmecat(write_bmecat(catalog).encode()).catalog == catalog


def test_a_damaged_file_tells_the_line() -> None:
    with pytest.raises(CrmError) as refused:
        read_bmecat(b"<BMECAT>\n<HEADER></BMECAT>")
    (problem,) = refused.value.problems
    assert (problem.code, problem.data["line"]) == (ErrorCode.BAD_FORMAT, "2")


def test_products_come_from_a_catalogue_and_go_back(session: Session) -> None:
    options = BmecatImport(system="maker")
    assert session.import_bmecat(FILE, options, dry_run=True).created == 1
    assert session.import_bmecat(FILE, options).created == 1
    assert session.import_bmecat(FILE, options).unchanged == 1
    (product,) = session.products.products().items
    assert (product.name, str(product.parameters[0].number), product.parameters[0].unit) == ("Klemme", "800", "V")
    assert session.export_bmecat("maker").encode() == FILE


def test_documents_and_references_come_with_the_products_and_go_back(session: Session) -> None:
    parts = b"""<MIME_INFO><MIME><MIME_TYPE>application/pdf</MIME_TYPE><MIME_SOURCE lang="deu">a1.pdf</MIME_SOURCE>
<MIME_DESCR>Datenblatt</MIME_DESCR><MIME_PURPOSE>data_sheet</MIME_PURPOSE></MIME></MIME_INFO>
<PRODUCT_REFERENCE type="sparepart" quantity="2"><PROD_ID_TO>A-2</PROD_ID_TO></PRODUCT_REFERENCE>
<PRODUCT_REFERENCE type="accessories"><PROD_ID_TO>X-9</PROD_ID_TO></PRODUCT_REFERENCE></PRODUCT>
<PRODUCT><SUPPLIER_PID>A-2</SUPPLIER_PID></PRODUCT>"""
    file = FILE.replace(b"</PRODUCT>", parts)
    report = session.import_bmecat(file)
    assert (report.created, report.rejects) == (2, [])
    (unknown,) = report.notices
    assert (unknown.row, unknown.field, unknown.code) == (1, "references[1].product", ErrorCode.UNKNOWN_REFERENCE)
    products = session.products
    terminal, spare = sorted(products.products().items, key=lambda product: product.code)
    (sheet,) = products.product_documents(terminal.id)
    assert (sheet.title, sheet.kind, sheet.language) == ("Datenblatt", ProductDocumentKind.DATA_SHEET, "de")
    (relation,) = products.relations().items
    assert (relation.kind, str(relation.quantity)) == (ProductRelationKind.SPARE_PART, "2")
    assert (relation.product, relation.other) == (terminal.id, spare.id)
    session.import_bmecat(file)
    assert products.document(sheet.id) == sheet
    assert products.relations().items == [relation]
    assert session.export_bmecat("bmecat:K").encode() == file
    products.update_document(sheet.replace(url="a1-v2.pdf"))
    assert session.export_bmecat("bmecat:K").encode() == file.replace(b"a1.pdf", b"a1-v2.pdf")
