package io.crmcore

import java.math.BigDecimal
import java.time.LocalDate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** CSV and vCards, in and out. */
class ExchangeTest {
    private val file =
        """
        id;name;company;born
        1;Eva Müller;Ostwerk AG;31.03.1980
        2;Jan Keller;Ost-Werk AG;1.4.1981
        3;Li Na;;morgen
        """
            .trimIndent()
            .toByteArray()

    private val mapping =
        ImportMapping(
            entity = "contact",
            columns =
                listOf(
                    ColumnMapping("name", "full_name"),
                    ColumnMapping("company", "account", lookup = ReferenceLookup("account", "name")),
                    ColumnMapping("born", "birthday", CellFormat(CellKind.DATE, dateFormat = DateFormat.DAY_DOT_MONTH)),
                ),
            externalSystem = "old crm",
            keyColumn = "id",
        )

    private fun ImportReport.counts() = listOf(rows, created, updated, unchanged, rejected).map { it.toInt() }

    private fun withAccount(test: (Session) -> Unit) = inMemory { session ->
        session.customers().createAccount(Account(name = "Ostwerk AG"))
        test(session)
    }

    @Test
    fun `rejects, proposals, dry run, and once only`() = withAccount { session ->
        val dry = session.importCsv(file, mapping, dryRun = true)
        assertEquals(listOf(3, 1, 0, 0, 2), dry.counts())
        assertTrue(dry.dryRun)
        assertEquals(0, session.customers().contactSequence().count())

        val report = session.importCsv(file, mapping)
        assertEquals(dry.copy(dryRun = false), report)
        val (unknown, noDate) = report.rejects
        assertEquals(listOf("company", "Ost-Werk AG", "Ostwerk AG"), listOf(unknown.column, unknown.value, unknown.proposal))
        assertEquals(Triple(3uL, ErrorCode.UNKNOWN_REFERENCE, "account"), Triple(unknown.row, unknown.code, unknown.field))
        assertEquals(Triple(4uL, ErrorCode.BAD_FORMAT, "born"), Triple(noDate.row, noDate.code, noDate.column))
        assertEquals(ImportProposal("company", "Ost-Werk AG", "Ostwerk AG", 1u), report.proposals.single())
        assertEquals(LocalDate.of(1980, 3, 31), session.customers().contacts().items.single().birthday)

        val rejects = readCsv(rejectsCsv(report)).rows.map { it.cells.take(4) }
        assertEquals(listOf(listOf("3", "", "company", "Ost-Werk AG"), listOf("4", "", "born", "morgen")), rejects)
        assertEquals(1, readCsv(noticesCsv(report, CsvWriteOptions(bom = true)), CsvOptions(noHeader = true)).rows.size)
        assertEquals("UTF-8" to ";", report.encoding to report.separator)

        assertEquals(listOf(3, 0, 0, 1, 2), session.importCsv(file, mapping).counts())
        val mended = mapping.columns.map { if (it.column == "company") it.copy(values = spelling) else it }
        assertEquals(listOf(3, 1, 0, 1, 1), session.importCsv(file, mapping.copy(columns = mended)).counts())
    }

    private val spelling = mapOf("Ost-Werk AG" to "Ostwerk AG")

    @Test
    fun `a wrong mapping is refused`() = withAccount { session ->
        val columns = mapping.columns + ColumnMapping("phone", "channels.phone")
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_FIELD, "columns") {
            session.importCsv(file, mapping.copy(columns = columns))
        }
    }

    @Test
    fun `the host hears how far it is`() = withAccount { session ->
        val many = "id,name\n" + (1..2_500).joinToString("\n") { "$it,Contact $it" }
        val plain = mapping.copy(columns = mapping.columns.take(1))
        val heard = mutableListOf<Long>()
        session.importCsv(many.toByteArray(), plain) { heard += it }
        assertEquals(listOf(1_000L, 2_000L, 2_500L), heard)
    }

    @Test
    fun `a listener that throws ends the import between two batches`() = withAccount { session ->
        val many = "id,name\n" + (1..2_500).joinToString("\n") { "$it,Contact $it" }
        val plain = mapping.copy(columns = mapping.columns.take(1))
        val error =
            assertThrows<IllegalStateException> {
                session.importCsv(many.toByteArray(), plain) { error("of the host") }
            }
        assertEquals("of the host", error.message)
        assertEquals(1_000, session.customers().contactSequence(Query(limit = 500)).count())
        assertEquals(1_500uL, session.importCsv(many.toByteArray(), plain).created)
    }

    @Test
    fun `an export can be read again`() = inMemory { session ->
        session.customers().createAccount(Account(name = "=1+1", grade = "A"))
        session.customers().createAccount(Account(name = "东方重工集团", grade = "B"))
        val options = ExportOptions(fields = listOf("code", "name"))
        val query = Query(sort = listOf(Sort("code")))
        val bytes = session.exportCsv("account", query, options)
        val table = readCsv(bytes, CsvOptions(unescapeFormulas = true))
        assertEquals(listOf("code", "name"), table.header)
        assertEquals(listOf("=1+1", "东方重工集团"), table.rows.map { it.cells[1] })
        val safe = readCsv(bytes).rows.first().cells[1]
        assertEquals("'=1+1", safe)
        assertTrue(session.exportCsv("account").isNotEmpty())
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_FIELD, "fields.colour") {
            session.exportCsv("account", options = ExportOptions(fields = listOf("colour")))
        }
        val written = writeCsv(listOf("a"), listOf(listOf("1;2")), CsvWriteOptions(separator = ";"))
        assertEquals("\"a\"\r\n\"1;2\"\r\n", String(written))
    }

    @Test
    fun `cells and formulas`() {
        val euro = CellReader(CellFormat(CellKind.DECIMAL, decimalSeparator = ",", thousandsSeparator = "."))
        assertEquals(FieldValue.of(BigDecimal("1234.56")), euro.read("revenue", "1.234,56"))
        assertEquals(FieldValue.Null, euro.read("revenue", " "))
        refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT, "revenue") { euro.read("revenue", "viel") }
        assertEquals("'=1+1", escapeFormula("=1+1"))
        assertEquals("=1+1", unescapeFormula("'=1+1"))
    }

    @Test
    fun `vcards`() = withAccount { session ->
        val card = VCard(fullName = "Eva Müller", familyName = "Müller", givenName = "Eva", uid = "eva-1")
        val text = writeVcards(listOf(card), VCardVersion.V4)
        assertEquals(listOf(card), readVcards(text.toByteArray()).cards)
        assertEquals(1uL, session.importVcards(text.toByteArray(), dryRun = true).created)
        assertEquals(1uL, session.importVcards(text.toByteArray()).created)
        assertEquals(1uL, session.importVcards(text.toByteArray()).unchanged)
        assertTrue("Müller" in session.exportVcards())
        assertEquals(session.exportVcards(), session.exportVcards(Query(), VCardVersion.V3))
    }
}
