package io.crmcore

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** BMEcat catalogues, in and out. */
class BmecatTest {
    private val file = """<BMECAT version="2005"><HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><CATALOG_ID>K</CATALOG_ID>
        </CATALOG></HEADER><T_NEW_CATALOG><PRODUCT><SUPPLIER_PID>A-1</SUPPLIER_PID>
        <PRODUCT_DETAILS><DESCRIPTION_SHORT lang="deu">Klemme</DESCRIPTION_SHORT></PRODUCT_DETAILS><PRODUCT_FEATURES>
        <FEATURE><FNAME>Un</FNAME><FVALUE>800</FVALUE><FUNIT>V</FUNIT><OWN/></FEATURE></PRODUCT_FEATURES>
        </PRODUCT></T_NEW_CATALOG></BMECAT>"""

    @Test
    fun `a catalogue is read and written as it was`() {
        val read = readBmecat(file.toByteArray())
        assertEquals("V", read.catalog().products.single().features.single().features.single().unit)
        assertEquals(1uL, read.count("FEATURE"))
        assertEquals(file, read.toXml())
        val made = writeBmecat(read.catalog())
        assertEquals(read.catalog(), readBmecat(made.toByteArray()).catalog())
        refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT) { readBmecat("<BMECAT>".toByteArray()) }
    }

    @Test
    fun `products come from a catalogue and go back`() = inMemory { session ->
        val options = BmecatImport(system = "maker")
        assertEquals(1uL, session.importBmecat(file.toByteArray(), options).created)
        assertEquals(1uL, session.importBmecat(file.toByteArray(), options).unchanged)
        assertEquals("Klemme", session.products().products().items.single().name)
        assertEquals(file, session.exportBmecat("maker"))
    }

    @Test
    fun `documents and references come with the products and go back`() = inMemory { session ->
        val parts = """<MIME_INFO><MIME><MIME_TYPE>application/pdf</MIME_TYPE><MIME_SOURCE lang="deu">a1.pdf</MIME_SOURCE>
            <MIME_DESCR>Datenblatt</MIME_DESCR><MIME_PURPOSE>data_sheet</MIME_PURPOSE></MIME></MIME_INFO>
            <PRODUCT_REFERENCE type="sparepart" quantity="2"><PROD_ID_TO>A-2</PROD_ID_TO></PRODUCT_REFERENCE></PRODUCT>
            <PRODUCT><SUPPLIER_PID>A-2</SUPPLIER_PID></PRODUCT>"""
        val file = file.replace("</PRODUCT>", parts)
        assertEquals(2uL, session.importBmecat(file.toByteArray(), BmecatImport()).created)
        val products = session.products()
        val terminal = products.products().items.single { it.code == "A-1" }
        val sheet = products.productDocuments(terminal.id).single()
        assertEquals(listOf("Datenblatt", "de"), listOf(sheet.title, sheet.language))
        assertEquals(ProductDocumentKind.DATA_SHEET, sheet.kind)
        val relation = products.relations().items.single()
        assertEquals(ProductRelationKind.SPARE_PART, relation.kind)
        session.importBmecat(file.toByteArray(), BmecatImport())
        assertEquals(relation, products.relations().items.single())
        assertEquals(file, session.exportBmecat("bmecat:K"))
        products.updateDocument(sheet.copy(url = "a1-v2.pdf"))
        assertEquals(file.replace("a1.pdf", "a1-v2.pdf"), session.exportBmecat("bmecat:K"))
    }
}
