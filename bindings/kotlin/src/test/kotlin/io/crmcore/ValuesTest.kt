package io.crmcore

import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import java.util.UUID
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Every value crosses exactly, or is refused with a code. */
class ValuesTest {
    private fun refusal(value: FieldValue): CrmException.Invalid =
        assertThrows(CrmException.Invalid::class.java) { checkValue(value) }

    @Test
    fun `decimals are exact`() {
        for ((given, kept) in
            listOf(
                "1000000.10" to "1000000.1",
                "1E-28" to "0.0000000000000000000000000001",
                "79228162514264337593543950335" to "79228162514264337593543950335",
                "1E+3" to "1000",
                "-0.00" to "0",
            )) {
            assertEquals(FieldValue.of(BigDecimal(kept)), checkValue(FieldValue.of(BigDecimal(given))))
        }
    }

    @Test
    fun `a decimal that would be rounded is refused`() {
        for (given in listOf("0.12345678901234567890123456789", "1E-29", "79228162514264337593543950336")) {
            val error = refusal(FieldValue.of(BigDecimal(given)))
            assertEquals(ErrorCode.DECIMAL_DIGITS, error.code, given)
            assertEquals("`$given` has more digits than an exact decimal can keep", error.message)
        }
    }

    @Test
    fun `instants keep their microseconds`() {
        for (text in
            listOf("2026-03-31T00:00:00.123456Z", "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z")) {
            val value = FieldValue.of(Instant.parse(text))
            assertEquals(value, checkValue(value))
        }
        val nanoseconds = FieldValue.of(Instant.parse("2026-03-31T00:00:00.123456789Z"))
        assertEquals(FieldValue.of(Instant.parse("2026-03-31T00:00:00.123456Z")), checkValue(nanoseconds))
    }

    @Test
    fun `an instant or a date outside the years 1 to 9999 is refused`() {
        for (instant in listOf(Instant.MIN, Instant.MAX, Instant.parse("0000-12-31T23:59:59Z"))) {
            assertEquals(ErrorCode.OUT_OF_RANGE, refusal(FieldValue.of(instant)).code)
        }
        for (date in listOf(LocalDate.MIN, LocalDate.MAX, LocalDate.of(0, 12, 31))) {
            assertEquals(ErrorCode.OUT_OF_RANGE, refusal(FieldValue.of(date)).code)
        }
    }

    @Test
    fun `plain values come back as they are`() {
        for (value in
            listOf(
                FieldValue.Null,
                FieldValue.of(true),
                FieldValue.of(Long.MIN_VALUE),
                FieldValue.of("机床"),
                FieldValue.of(LocalDate.of(2024, 2, 29)),
                FieldValue.Reference("0197e0a0-0000-7000-8000-000000000001"),
            )) {
            assertEquals(value, checkValue(value))
        }
        assertEquals(FieldValue.of(7L), FieldValue.of(7))
    }

    @Test
    fun `nested json becomes canonical`() {
        assertEquals(FieldValue.Json("""{"a":[],"b":1}"""), checkValue(FieldValue.Json("""{ "b": 1, "a": [] }""")))
        assertEquals(ErrorCode.FLOAT_NOT_ALLOWED, refusal(FieldValue.Json("[0.1]")).code)
        assertEquals(ErrorCode.BAD_JSON, refusal(FieldValue.Json("5")).code)
    }

    @Test
    fun `fields of lists, maps and identifiers`() {
        val id = UUID.fromString("0197e0a0-0000-7000-8000-000000000001")
        val nested = listOf(1, null, "a\"\\\n机", mapOf("b" to BigDecimal("2.50"), "d" to LocalDate.of(2026, 1, 2)), emptyMap<String, Any>())
        val fields = fieldsOf("owner" to id, "x_list" to nested, "x_map" to mapOf("k" to emptyList<Int>()))
        assertEquals(FieldValue.Reference(id.toString()), fields["owner"])
        val text = """[1,null,"a\"\\\n机",{"b":"2.50","d":"2026-01-02"},{}]"""
        assertEquals(FieldValue.Json(text), checkValue(fields.getValue("x_list")))
        assertEquals(FieldValue.Json("""{"k":[]}"""), fields["x_map"])
    }

    @Test
    fun `a bad identifier is refused with a code`() {
        assertEquals(ErrorCode.BAD_FORMAT, refusal(FieldValue.Reference("no identifier")).code)
    }

    @Test
    fun `records are values with defaults`() {
        val problem = Problem(code = ErrorCode.TOO_LONG, message = "the text is too long")
        assertEquals(null, problem.field)
        assertEquals(emptyMap<String, String>(), problem.data)
        assertEquals(problem, problem.copy(field = null))
        val error: CrmException = CrmException.Invalid(listOf(problem.copy(field = "name"), problem))
        assertEquals("name: the text is too long; the text is too long", error.message)
        assertEquals("name", error.field)
        assertEquals(2, error.problems.size)
    }

    @Test
    fun `records and commands are written as json`() {
        val account = Account(name = "Ostwerk", annualRevenue = BigDecimal("1.50"))
        assertTrue("\"annual_revenue\":\"1.5\"" in account.toJson(), account.toJson())
        val filter = field("grade") equalTo "A"
        assertEquals("""{"compare":{"comparison":"equal","field":"grade","value":"A"}}""", filter.toJson())
        val command = Command.Customer(CustomerCommand.CreateAccount(Account(name = "Ostwerk")))
        assertEquals(command, parseCommand(command.toJson()))
        val error = assertThrows(CrmException.Invalid::class.java) { parseCommand("{}") }
        assertTrue(error.message.isNotEmpty())
    }

    @Test
    fun `the version is that of the engine`() {
        assertTrue(Regex("""\d+\.\d+\.\d+.*""").matches(engineVersion()))
    }
}
