package io.crmcore

import java.nio.file.Files
import java.nio.file.Path
import java.time.Instant
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** Opening, closing, copying and moving whole databases. */
class EngineTest {
    @TempDir lateinit var folder: Path

    private fun file(name: String) = folder.resolve(name).toString()

    private fun Crm.withAccounts(): Crm = apply {
        val customers = ready().customers()
        for (name in listOf("东方重工集团", "Ostwerk")) customers.createAccount(Account(name = name))
    }

    @Test
    fun `use closes the file, and every session answers so`() {
        val crm = Crm.open(file("a.db"))
        val session = crm.use { it.ready() }
        val error = refused<CrmException.Unavailable>(ErrorCode.CLOSED) { session.customers().accounts() }
        assertEquals("the engine was closed", error.message)
        refused<CrmException.Unavailable>(ErrorCode.CLOSED) { crm.tenants() }
        crm.close()
        // Nobody holds the file: without the last user there is no log beside it.
        assertFalse(Files.exists(folder.resolve("a.db-wal")))
        Crm.open(file("a.db")).use { assertEquals(listOf("main"), it.tenants()) }
    }

    @Test
    fun `an exception inside use closes the file too`() {
        val crm = Crm.open(file("a.db"))
        runCatching { crm.use { error("of the host") } }
        refused<CrmException.Unavailable>(ErrorCode.CLOSED) { crm.tenants() }
    }

    @Test
    fun `a closed session or service was an illegal state`() = inMemory { session ->
        val customers = session.customers()
        customers.close()
        val error = refused<CrmException.Unavailable>(ErrorCode.CLOSED) { customers.accounts() }
        assertEquals("the customers was closed", error.message)
        session.close()
        session.close()
        refused<CrmException.Unavailable>(ErrorCode.CLOSED) { session.user() }
    }

    @Test
    fun `an instant outside the years was an internal exception`() {
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "at") { Crm.openReplayable(1u, Instant.MAX) }
        inMemory { session ->
            refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "instant") { session.at(Instant.MAX) }
        }
    }

    @Test
    fun `options are taken`() {
        Crm.openWith(file("a.db"), Durability.NORMAL, 50u).use { first ->
            first.ready()
            Crm.openWith(file("a.db"), busyTimeoutMs = 50u).use { second ->
                assertEquals(listOf("main"), second.tenants())
            }
        }
    }

    @Test
    fun `tenants are kept apart`() {
        Crm.openInMemory().use { crm ->
            crm.setup(options("north"))
            crm.setup(options("south"))
            assertEquals(listOf("north", "south"), crm.tenants())
            crm.session("north", "admin").customers().createAccount(Account(name = "Ostwerk"))
            assertEquals(emptyList<Account>(), crm.session("south", "admin").customers().accounts().items)
            refused<CrmException.Conflict>(ErrorCode.DUPLICATE_KEY, "tenant") { crm.setup(options("north")) }
        }
    }

    @Test
    fun `a backup is a database`() {
        Crm.open(file("a.db")).use { crm ->
            crm.withAccounts()
            assertEquals(emptyList<String>(), crm.checkIntegrity())
            crm.backup(file("b.db"))
            refused<CrmException.Conflict>(ErrorCode.FILE_EXISTS, "to") { crm.backup(file("b.db")) }
        }
        Crm.open(file("b.db")).use { assertEquals(2, it.session("main", "admin").customers().accounts().items.size) }
    }

    @Test
    fun `a dump goes round with the same bytes`() {
        val dumped = Crm.open(file("a.db")).use { it.withAccounts().dump(file("a.jsonl")) }
        assertEquals(1uL, dumped.tenants)
        assertTrue(dumped.journalEntries >= 2uL && dumped.operations >= 2uL)
        Crm.openInMemory().use { crm ->
            assertEquals(dumped.copy(), crm.restore(file("a.jsonl")))
            crm.dump(file("b.jsonl"))
            assertArrayEquals(Files.readAllBytes(folder.resolve("a.jsonl")), Files.readAllBytes(folder.resolve("b.jsonl")))
            refused<CrmException.Conflict>(ErrorCode.DUPLICATE_KEY) { crm.restore(file("a.jsonl")) }
            refused<CrmException.Conflict>(ErrorCode.FILE_EXISTS, "to") { crm.dump(file("b.jsonl")) }
            refused<CrmException.Unavailable>(ErrorCode.IO) { crm.restore(file("missing.jsonl")) }
        }
        Files.writeString(folder.resolve("cut.jsonl"), Files.readString(folder.resolve("a.jsonl")).lines().first())
        Crm.openInMemory().use { refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT) { it.restore(file("cut.jsonl")) } }
    }

    @Test
    fun `a foreign file is refused and left alone`() {
        val text = "no database ".repeat(400)
        Files.writeString(folder.resolve("letter.db"), text)
        refused<CrmException.Corrupt>(ErrorCode.DAMAGED_FILE) { Crm.open(file("letter.db")) }
        assertEquals(text, Files.readString(folder.resolve("letter.db")))
        assertTrue(runCatching { Crm.open(file("missing/a.db")) }.exceptionOrNull() is CrmException.Unavailable)
    }

    @Test
    fun `the same commands give the same bytes`() {
        val dumps =
            listOf(7uL, 7uL, 8uL).mapIndexed { place, seed ->
                val name = "$place.jsonl"
                Crm.openReplayable(seed, NOON).use { it.withAccounts().dump(file(name)) }
                Files.readString(folder.resolve(name))
            }
        assertEquals(dumps[0], dumps[1])
        assertNotEquals(dumps[0], dumps[2])
    }

    @Test
    fun `a session at another instant`() = inMemory { session ->
        val past = NOON.minusSeconds(86_400)
        val account = session.at(past).customers().createAccount(Account(name = "Ostwerk"))
        assertEquals(past, account.createdAt)
        assertEquals(NOON, session.customers().createAccount(Account(name = "Westwerk")).createdAt)
    }
}
