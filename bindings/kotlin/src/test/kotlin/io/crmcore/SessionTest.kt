package io.crmcore

import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** Commands and questions of any room. */
class SessionTest {
    private fun create(name: String): Command =
        Command.Customer(CustomerCommand.CreateAccount(Account(name = name)))

    private fun Session.names() = customers().accountSequence().map { it.name }.sorted().toList()

    @Test
    fun `a command that is repeated has its effect once`() = inMemory { session ->
        val opId = session.newId()
        val first = session.execute(create("Ostwerk"), opId)
        assertFalse(first.replayed)
        assertEquals(opId, first.opId)
        assertEquals(first.copy(replayed = true), session.execute(create("Ostwerk"), opId))
        assertEquals(listOf("Ostwerk"), session.names())
        refused<CrmException.Conflict>(ErrorCode.OP_ID_REUSED, "op_id") { session.execute(create("Westwerk"), opId) }
    }

    @Test
    fun `all or nothing`() = inMemory { session ->
        refused<CrmException.Invalid>(ErrorCode.REQUIRED, "[1].name") {
            session.executeAll(listOf(create("Ostwerk"), create("")))
        }
        assertEquals(emptyList<String>(), session.names())
        assertEquals(2, session.executeAll(listOf(create("Ostwerk"), create("Westwerk"))).changes.size)
    }

    @Test
    fun `a preview writes nothing`() = inMemory { session ->
        assertEquals(ChangeKind.CREATE, session.preview(create("Ostwerk")).changes.single().kind)
        assertEquals(2, session.previewAll(listOf(create("Ostwerk"), create("Westwerk"))).changes.size)
        assertEquals(emptyList<String>(), session.names())
    }

    @Test
    fun `records by the names of their fields`() = inMemory { session ->
        val made = session.create("account", fieldsOf("name" to "Ostwerk", "kind" to AccountKind.DEALER)).changes.single()
        session.update("account", made.id, 1, fieldsOf("employees" to 120, "grade" to null, "kind" to "supplier"))
        val account = session.customers().account(made.id)
        assertEquals(AccountKind.SUPPLIER to 120L, account.kind to account.employees)
        refused<CrmException.Conflict>(ErrorCode.STALE_VERSION, "version") { session.delete("account", made.id, 1) }
        session.delete("account", made.id, 2)
        refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD) { session.customers().account(made.id) }
        session.restore("account", made.id)
        assertEquals("Ostwerk", session.customers().account(made.id).name)
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_FIELD, "colour") {
            session.create("account", fieldsOf("name" to "x", "colour" to "red"))
        }
        refused<CrmException.Invalid>(ErrorCode.FLOAT_NOT_ALLOWED, "annual_revenue") {
            session.create("account", fieldsOf("name" to "x", "annual_revenue" to 0.1))
        }
        refused<CrmException.Invalid>(ErrorCode.WRONG_TYPE, "name") {
            session.create("account", fieldsOf("name" to listOf("x")))
        }
    }

    @Test
    fun `an operation is taken back`() = inMemory { session ->
        val account = session.customers().createAccount(Account(name = "Ostwerk", grade = "B"))
        session.customers().updateAccount(account.copy(grade = "A"))
        val history = session.history("account", account.id)
        assertEquals(listOf(ChangeKind.CREATE, ChangeKind.UPDATE), history.map { it.kind })
        val page = session.historyPage("account", account.id, 0, 1)
        assertEquals(history.take(1) to true, page.entries to page.hasMore)
        val change = history[1].changes.single()
        assertEquals(FieldChange("grade", "B".toFieldValue(), "A".toFieldValue()), change)
        session.undo(history[1].opId)
        assertEquals("B", session.customers().account(account.id).grade)
        refused<CrmException.Conflict>(ErrorCode.EFFECTS_CHANGED, "grade") { session.undo(history[1].opId) }
    }

    @Test
    fun `the change feed`() = inMemory { session ->
        val before = session.changesSince().nextCursor
        session.executeAll(List(7) { create("Account $it") })
        val page = session.changesSince(before, 3)
        assertTrue(page.hasMore)
        assertEquals(3, page.entries.size)
        assertEquals(7, session.changeSequence(before).count())
        assertEquals(4, session.changeSequence(page.nextCursor).count())
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "limit") { session.changesSince(0, 0) }
    }

    @Test
    fun `figures by group`() = inMemory { session ->
        for ((name, grade) in listOf("a" to "A", "b" to "A", "c" to "B")) {
            session.customers().createAccount(Account(name = name, grade = grade, employees = 10))
        }
        val query =
            AggregateQuery(
                measures = listOf(Measure(MeasureFunction.COUNT), Measure(MeasureFunction.SUM, "employees")),
                groupBy = listOf(GroupBy("grade")),
            )
        val rows = session.aggregate("account", query)
        assertEquals(listOf("A", "B").map { listOf(FieldValue.of(it)) }, rows.map { it.keys })
        assertEquals(listOf(2, 1).map { FieldValue.of(it) }, rows.map { it.values.first() })
    }

    @Test
    fun `a description of every field`() = inMemory { session ->
        val fields = session.describe("account").associateBy { it.name }
        assertTrue(fields.getValue("name").required)
        assertEquals(4L, fields.getValue("annual_revenue").scale)
        assertTrue("dealer" in fields.getValue("kind").choices)
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_ENTITY, "entity") { session.describe("ship") }
    }

    @Test
    fun `the json door does what typed calls do`(@TempDir folder: Path) {
        fun dumped(name: String, work: (Session) -> Unit): String =
            Crm.openReplayable(5u, NOON).use { crm ->
                work(crm.ready())
                crm.dump(folder.resolve(name).toString())
                Files.readString(folder.resolve(name))
            }
        val typed =
            dumped("typed") { session ->
                val account = session.customers().createAccount(Account(name = "Ostwerk", grade = "A"))
                session.update("account", account.id, 1, fieldsOf("annual_revenue" to "19.9".toBigDecimal()))
            }
        val json =
            dumped("json") { session ->
                val outcome =
                    session.executeJson("""{"customer":{"create_account":{"account":{"name":"Ostwerk","grade":"A"}}}}""")
                val id = Regex(""""id":"([^"]+)"""").find(outcome)!!.groupValues[1]
                val update =
                    """{"record":{"update":{"entity":"account","id":"$id","expected_version":1,
                       "fields":{"annual_revenue":"19.9"}}}}"""
                session.executeJson("[$update]")
                val read = session.queryJson("""{"get":{"entity":"account","id":"$id"}}""")
                assertTrue(""""annual_revenue":"19.9"""" in read, read)
                assertTrue("\"ok\"" in session.answerJson("""{"query":{"get":{"entity":"account","id":"$id"}}}"""))
            }
        // The shells draw identifiers in the same order, so the whole databases are equal.
        assertEquals(typed, json)
    }

    @Test
    fun `the json door says where it went wrong`() = inMemory { session ->
        val command = """{"customer":{"create_account":{"account":{"name":"Ostwerk"}}}}"""
        assertTrue("\"create\"" in session.previewJson(command))
        assertEquals(emptyList<String>(), session.names())
        refused<CrmException.Invalid>(ErrorCode.BAD_JSON) { session.executeJson("{") }
        refused<CrmException.Invalid>(
            ErrorCode.UNKNOWN_FIELD,
            "customer.create_account.account.colour",
        ) {
            session.executeJson("""{"customer":{"create_account":{"account":{"name":"x","colour":"red"}}}}""")
        }
        assertTrue("\"error\"" in session.answerJson("{"))
    }

    @Test
    fun `eight threads`(@TempDir folder: Path) {
        Crm.open(folder.resolve("a.db").toString()).use { crm ->
            val session = crm.ready()
            val work = { thread: Int ->
                Callable {
                    for (number in 0 until 10) {
                        val account = session.customers().createAccount(Account(name = "Account $thread.$number"))
                        assertEquals(account, session.customers().account(account.id))
                        session.customers().updateAccount(account.copy(grade = "A"))
                    }
                }
            }
            val pool = Executors.newFixedThreadPool(8)
            pool.invokeAll(List(8) { work(it) }).forEach { it.get() }
            pool.shutdown()
            val accounts = session.customers().accountSequence(Query(limit = 30)).toList()
            assertEquals(80, accounts.mapTo(HashSet()) { it.code }.size)
            assertTrue(accounts.all { it.version == 2L })
        }
    }
}
