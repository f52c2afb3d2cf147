package io.crmcore

import java.math.BigDecimal
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test

/** Conditions, order, pages. */
class QueriesTest {
    private fun Session.found(filter: Filter): String =
        customers().accounts(Query(filter, sort = listOf(Sort("name")))).items.joinToString("") { it.name }

    @Test
    fun `every condition`() = inMemory { session ->
        for ((place, name) in listOf("a", "b", "c", "d").withIndex()) {
            val revenue = if (name == "d") null else BigDecimal("100.${place}")
            session.customers().createAccount(Account(name = name, annualRevenue = revenue, kind = kinds[place]))
        }
        val revenue = field("annual_revenue")
        for ((filter, names) in
            listOf(
                (revenue equalTo BigDecimal("100.10")) to "b",
                (revenue notEqualTo BigDecimal("100.1")) to "ac",
                (revenue less BigDecimal("100.1")) to "a",
                (revenue lessOrEqual BigDecimal("100.1")) to "ab",
                (revenue greater BigDecimal("100.1")) to "c",
                (revenue greaterOrEqual BigDecimal("100.1")) to "bc",
                (field("name") oneOf listOf("a", "d")) to "ad",
                (field("name") startsWith "c") to "c",
                (field("kind") equalTo AccountKind.DESIGN_INSTITUTE) to "b",
                revenue.isEmpty() to "d",
                revenue.isNotEmpty() to "abc",
                ((revenue greater 100) and (field("name") less "c")) to "b",
                ((field("name") equalTo "a") or (field("name") equalTo "c") or revenue.isEmpty()) to "acd",
                !((field("name") equalTo "a") or (field("name") equalTo "b")) to "cd",
                (revenue.isNotEmpty() and (field("name") notEqualTo "a") and (field("name") notEqualTo "b")) to "c",
            )) {
            assertEquals(names, session.found(filter), filter.toString())
        }
        refused<CrmException.Invalid>(ErrorCode.FLOAT_NOT_ALLOWED, "annual_revenue") { revenue less 100.5 }
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_FIELD, "colour") { session.found(field("colour") equalTo "red") }
    }

    private val kinds =
        listOf(AccountKind.CUSTOMER, AccountKind.DESIGN_INSTITUTE, AccountKind.DEALER, AccountKind.OTHER)

    @Test
    fun `joined conditions stay flat`() {
        val (a, b, c) = listOf("a", "b", "c").map { field(it).isEmpty() }
        assertEquals(Filter.All(listOf(a, b, c)), a and b and c)
        assertEquals(Filter.Any(listOf(a, b, c)), a or b or c)
    }

    @Test
    fun `pages of 120 records`() = inMemory { session ->
        session.executeAll(
            List(120) {
                Command.Customer(CustomerCommand.CreateAccount(Account(name = "Account ${it.toString().padStart(3, '0')}")))
            }
        )
        val query = Query(sort = listOf(Sort("name", descending = true)), limit = 50)
        val customers = session.customers()
        val first = customers.accounts(query)
        val second = customers.accounts(query.copy(cursor = first.nextCursor))
        val third = customers.accounts(query.copy(cursor = second.nextCursor))
        assertEquals(listOf(50, 50, 20), listOf(first, second, third).map { it.items.size })
        assertNull(third.nextCursor)
        val names = (first.items + second.items + third.items).map { it.name }
        assertEquals(names.toSortedSet().reversed().toList(), names)
        assertEquals(names, customers.accountSequence(query).map { it.name }.toList())
        assertEquals(names.take(60), customers.accountSequence(query).take(60).map { it.name }.toList())
        refused<CrmException.Invalid>(ErrorCode.BAD_CURSOR, "cursor") {
            customers.accounts(Query(cursor = first.nextCursor))
        }
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "limit") { customers.accounts(Query(limit = 501)) }
    }

    @Test
    fun `the other sequences`() = inMemory { session ->
        val customers = session.customers()
        val account = customers.createAccount(Account(name = "Ostwerk")).id
        repeat(3) { number ->
            customers.createContact(Contact(fullName = "Contact $number"))
            customers.logActivity(Activity(ActivityKind.NOTE, "Note $number"))
            customers.addAttachment(
                Attachment(contentHash(byteArrayOf(number.toByte())), 1, "$number.txt", account = account)
            )
            session.products().createProduct(Product(code = "$number", name = "Product $number"))
        }
        val query = Query(limit = 2)
        assertEquals(3, customers.contactSequence(query).count())
        assertEquals(3, customers.activitySequence(query).count())
        assertEquals(3, customers.attachmentSequence(query).count())
        assertEquals(3, session.products().productSequence(query).count())
    }
}
