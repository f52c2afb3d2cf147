package io.crmcore

import java.math.BigDecimal
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Every kind of refusal, as a program and as a person reads it. */
class ErrorsTest {
    @Test
    fun `invalid names every field that is wrong`() = inMemory { session ->
        val channels = listOf(Channel(ChannelKind.PHONE, "1"), Channel(ChannelKind.EMAIL, ""))
        val wrong = Account(name = "", channels = channels, employees = -1, identifiers = listOf(badVat))
        val error =
            org.junit.jupiter.api.assertThrows<CrmException.Invalid> { session.customers().createAccount(wrong) }
        val found = error.problems.associate { it.field to it.code }
        assertTrue(found.isNotEmpty(), error.message)
        assertTrue(error.problems.all { it.field != null && it.message.isNotEmpty() }, error.message)
        assertTrue(error.message.contains("${error.field}: "), error.message)
    }

    private val badVat = Identifier(IdentifierKind.VAT, "DE123456789")

    @Test
    fun `the path leads into a list`() = inMemory { session ->
        val account = Account(name = "Ostwerk", identifiers = listOf(badVat))
        refused<CrmException.Invalid>(ErrorCode.CHECK_DIGIT, "identifiers[0].value") {
            session.customers().createAccount(account)
        }
    }

    @Test
    fun `a decimal that would be rounded is refused at its field`() = inMemory { session ->
        val tooFine = Account(name = "Ostwerk", annualRevenue = BigDecimal("0.00001"))
        refused<CrmException.Invalid>(ErrorCode.DECIMAL_DIGITS, "annual_revenue") {
            session.customers().createAccount(tooFine)
        }
        // What no decimal can hold is refused on the way in, and says where it stood.
        val tooLong = tooFine.copy(annualRevenue = BigDecimal("0.12345678901234567890123456789"))
        val error =
            refused<CrmException.Invalid>(ErrorCode.DECIMAL_DIGITS, "annual_revenue") {
                session.customers().createAccount(tooLong)
            }
        assertTrue("`0.12345678901234567890123456789`" in error.message, error.message)
    }

    @Test
    fun `bad text of an identifier or a currency is a typed error`() = inMemory { session ->
        refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT) { session.customers().account("no identifier") }
        refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT) {
            session.customers().createAccount(Account(name = "Ostwerk", revenueCurrency = "euro"))
        }
        refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT) {
            session.admin().updateOrganization(session.admin().organization().copy(baseCurrency = ""))
        }
    }

    @Test
    fun `a refused value did not name its field`() = inMemory { session ->
        val long = BigDecimal("0.1234567890123456789012345678901")
        val digits = ErrorCode.DECIMAL_DIGITS
        refused<CrmException.Invalid>(digits, "annual_revenue") { fieldsOf("annual_revenue" to long) }
        refused<CrmException.Invalid>(digits, "annual_revenue") { field("annual_revenue") greater long }
        refused<CrmException.Invalid>(digits, "x_area[1].side") {
            fieldsOf("x_area" to listOf(1, mapOf("side" to long)))
        }
        refused<CrmException.Invalid>(ErrorCode.FLOAT_NOT_ALLOWED, "x_area[0]") { fieldsOf("x_area" to listOf(0.1)) }
        refused<CrmException.Invalid>(ErrorCode.WRONG_TYPE, "x_area") { fieldsOf("x_area" to Any()) }
        val written = mapOf("annual_revenue" to FieldValue.of(long))
        refused<CrmException.Invalid>(digits, "annual_revenue") { session.create("account", written) }
        val quote = Quote(name = "Press line", lines = listOf(line, line.copy(quantity = long)))
        refused<CrmException.Invalid>(digits, "lines[1].quantity") { session.quotes().createQuote(quote) }
        refused<CrmException.Invalid>(digits, "price") {
            session.products().setListPrice(session.newId(), session.newId(), long, TODAY)
        }
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "at") {
            session.customers().logActivity(Activity(ActivityKind.CALL, "x", at = java.time.Instant.MAX))
        }
        val closed = SalesCommand.CloseWon(session.newId(), 1, null, null, java.time.LocalDate.MAX)
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "closed_on") { session.execute(Command.Sales(closed)) }
    }

    private val line = QuoteLine(quantity = BigDecimal.ONE)

    @Test
    fun `half a character was a malformed input exception`() = inMemory { session ->
        val half = "\ud800"
        refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT, "name") {
            session.customers().createAccount(Account(name = half))
        }
        refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT, "code") { session.customers().accountByCode(half) }
    }

    @Test
    fun `a missing record`() = inMemory { session ->
        val error =
            refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD) { session.customers().account(session.newId()) }
        assertEquals("no such account", error.message)
        assertEquals(mapOf("entity" to "account"), error.problems.single().data)
    }

    @Test
    fun `a stale version names what others changed`() = inMemory { session ->
        val customers = session.customers()
        val read = customers.createAccount(Account(name = "Ostwerk"))
        val saved = customers.updateAccount(read.copy(grade = "A"))
        assertEquals(2L, saved.version)
        val error =
            refused<CrmException.Conflict>(ErrorCode.STALE_VERSION, "version") {
                customers.updateAccount(read.copy(grade = "B"))
            }
        assertTrue("grade" in error.problems.flatMap { it.data.values + it.field.orEmpty() }.joinToString())
        assertEquals("A", customers.account(read.id).grade)
    }

    @Test
    fun `without the right there is no answer`() =
        Crm.openReplayable(1u, NOON).use { crm ->
            val admin = crm.ready()
            val account = admin.customers().createAccount(Account(name = "Ostwerk"))
            val reader = ObjectRight(entity = "account", read = true)
            val session = crm.userWith(admin, "reader", PermissionSet(name = "reader", objects = listOf(reader)))
            val error =
                refused<CrmException.Denied>(ErrorCode.NO_RIGHT) {
                    session.customers().createAccount(Account(name = "Westwerk"))
                }
            assertEquals("no right to create account", error.message)
            refused<CrmException.Denied>(ErrorCode.NO_RIGHT) { session.customers().contacts() }
            // Somebody else's record is hidden, and a hidden record answers as a missing one.
            refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD) { session.customers().account(account.id) }
        }

    @Test
    fun `a hidden field is one that does not exist`() =
        Crm.openReplayable(1u, NOON).use { crm ->
            val admin = crm.ready()
            val account = Account(name = "Ostwerk", annualRevenue = BigDecimal("5000000"))
            val stored = admin.customers().createAccount(account)
            val rights =
                PermissionSet(
                    name = "no figures",
                    objects = listOf(ObjectRight(entity = "account", read = true, viewAll = true)),
                    fields = listOf(FieldRight(entity = "account", field = "annual_revenue")),
                )
            val session = crm.userWith(admin, "reader", rights)
            assertEquals(null, session.customers().account(stored.id).annualRevenue)
            refused<CrmException.Invalid>(ErrorCode.UNKNOWN_FIELD, "annual_revenue") {
                session.customers().accounts(Query(filter = field("annual_revenue") greater BigDecimal.ONE))
            }
        }

    @Test
    fun `what to string says`() {
        val problem = Problem(code = ErrorCode.COMMIT_UNKNOWN, message = "repeat it")
        val error: CrmException = CrmException.Unknown(listOf(problem))
        assertEquals("repeat it", error.message)
        assertEquals(ErrorCode.COMMIT_UNKNOWN, error.code)
    }
}
