package io.crmcore

import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What needs no engine: sharing out, identifiers, units, calendars, schemas. */
class GroundTest {
    @Test
    fun `parts sum to the whole`() {
        val thirds = List(3) { BigDecimal.ONE }
        val parts = allocate(BigDecimal("100"), thirds, AllocationMethod.LARGEST_REMAINDER, 2u)
        assertEquals(listOf("33.34", "33.33", "33.33").map(::BigDecimal), parts)
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "weights") {
            allocate(BigDecimal.TEN, listOf(BigDecimal.ONE, BigDecimal.ONE.negate()), AllocationMethod.CUMULATIVE, 2u)
        }
    }

    @Test
    fun `identifiers have one written form`() {
        assertEquals("DE136695976", normalizeIdentifier(IdentifierKind.VAT, "de 136 695 976"))
        assertEquals("DE89370400440532013000", normalizeIban("DE89 3704 0044 0532 0130 00"))
        assertEquals("4006381333931", normalizeGtin("4006381333931"))
        assertEquals(ErrorCode.CHECK_DIGIT, (runCatching { normalizeGtin("4006381333932") }.exceptionOrNull() as CrmException).code)
    }

    @Test
    fun `units convert exactly`() {
        val table = UnitTable.standard()
        val ton = table.convertExact(Quantity(BigDecimal("1.5"), "t"), "kg")
        assertEquals(BigDecimal("1500"), ton.amount)
        assertEquals(table.dimension("kg"), table.dimension("t"))
        assertTrue("KGM" in table.units())
        val third = table.convert(Quantity(BigDecimal("1"), "h"), "d", 4u, Rounding.HALF_UP)
        assertEquals(BigDecimal("0.0417"), third.amount)
        table.addFactor(UnitFactor(BigDecimal.ONE, "box", BigDecimal("12"), "C62"))
        assertEquals(BigDecimal("36"), table.convertExact(Quantity(BigDecimal("3"), "box"), "C62").amount)
        val error = runCatching { table.convertExact(Quantity(BigDecimal.ONE, "kg"), "m") }.exceptionOrNull()
        assertEquals(ErrorCode.UNIT_MISMATCH, (error as CrmException.Invalid).code)
    }

    @Test
    fun `working time`() {
        val friday = LocalDate.of(2026, 6, 5)
        val days = weekdayCalendar("office", "UTC", "08:00", "17:00")
        val office = CompiledCalendar(days.copy(holidays = listOf(friday.plusDays(3))))
        val four = Instant.parse("2026-06-05T16:00:00Z")
        assertEquals(Instant.parse("2026-06-09T08:00:01Z"), office.addWorking(four, 3_601))
        assertEquals(3_600L, office.elapsed(four, Instant.parse("2026-06-09T08:00:00Z")))
        assertTrue(office.isWorking(four))
        assertFalse(office.isWorkingDay(friday.plusDays(3)))
        assertEquals(Instant.parse("2026-06-09T08:00:00Z"), office.nextWorking(four.plusSeconds(7_200)))
        assertEquals(friday.plusDays(4), office.addWorkingDays(friday, 1))
        assertEquals(1L, office.workingDaysBetween(friday, friday.plusDays(4)))
        assertEquals(friday, office.dateAt(four))
        val always = CompiledCalendar(aroundTheClockCalendar("hotline", "Asia/Shanghai"))
        assertTrue(always.isWorking(four))
        assertEquals(friday.plusDays(1), always.dateAt(four))
        refused<CrmException.Invalid>(ErrorCode.NOT_IN_PICKLIST, "time_zone") {
            CompiledCalendar(aroundTheClockCalendar("hotline", "Europe/Ulm"))
        }
    }

    @Test
    fun `a date outside the years was an internal exception`() {
        val office = CompiledCalendar(weekdayCalendar("office", "UTC", "08:00", "17:00"))
        val outside = ErrorCode.OUT_OF_RANGE
        val noon = Instant.parse("2026-06-05T12:00:00Z")
        val today = LocalDate.of(2026, 6, 5)
        refused<CrmException.Invalid>(outside, "at") { office.isWorking(Instant.MAX) }
        refused<CrmException.Invalid>(outside, "to") { office.elapsed(noon, Instant.MAX) }
        refused<CrmException.Invalid>(outside, "date") { office.isWorkingDay(LocalDate.of(12_000, 1, 1)) }
        refused<CrmException.Invalid>(outside, "to") { office.workingDaysBetween(today, LocalDate.MAX) }
        refused<CrmException.Invalid>(outside, "date") { office.addWorkingDays(LocalDate.MIN, 1) }
    }

    @Test
    fun `decimals, currencies and texts`() {
        assertEquals(BigDecimal("2.68"), roundDecimal(BigDecimal("2.675"), 2u, Rounding.HALF_UP))
        assertEquals(BigDecimal("1000"), parseDecimal("1E+3"))
        assertTrue(currencies().containsAll(listOf("CNY", "EUR", "JPY")))
        assertEquals(listOf(0u, 2u, 3u), listOf("JPY", "EUR", "KWD").map(::currencyExponent))
        refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT) { currencyExponent("euro") }
        assertEquals("gtx-500 müller", normalizeText("ＧＴＸ－５００ Müller"))
    }

    @Test
    fun `schemas of everything`() {
        val names = jsonSchemaNames()
        assertTrue(names.containsAll(listOf("command", "question", "outcome", "account", "product")))
        for (name in names) assertTrue(jsonSchema(name).startsWith("{"), name)
        assertTrue("\"annual_revenue\"" in jsonSchema("account"))
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_ENTITY, "name") { jsonSchema("ship") }
    }
}
