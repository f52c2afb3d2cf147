package io.crmcore

import java.time.Duration
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Handing records over: what moves, what the preview says, what undo brings back, and who owned what when. */
class TransferTest {
    /** Anna, who has an account with a contact and an open opportunity, and Ben, who is to get them. */
    private class World(crm: Crm) {
        val session = crm.ready()
        val transfers = session.transfers()
        val anna = session.admin().createUser(User(login = "anna", name = "Anna"))
        val ben = session.admin().createUser(User(login = "ben", name = "Ben"))
        val account = session.customers().createAccount(Account(name = "Ostwerk", owner = anna.id))
        val contact =
            session.customers().createContact(Contact(fullName = "K. Keller", account = account.id, owner = anna.id))
        val deal: Opportunity
        val transfer = Transfer(entity = "account", to = ben.id, ids = listOf(account.id), reason = "new region")

        init {
            session.sales().createPipeline(standardPipeline())
            val open = Opportunity(name = "12 axes", account = account.id, owner = anna.id)
            deal = session.sales().createOpportunity(open)
        }

        fun owners() =
            listOf(
                session.customers().account(account.id).owner,
                session.customers().contact(contact.id).owner,
                session.sales().opportunity(deal.id).owner,
            )
    }

    private fun world(test: World.() -> Unit) = Crm.openReplayable(1u, NOON).use { World(it).test() }

    @Test
    fun `an account takes along what is still work and one undo brings all back`() = world {
        val preview = transfers.previewTransfer(transfer)
        assertEquals(List(3) { anna.id }, owners(), "nothing was written")
        val done = transfers.transfer(transfer)
        assertEquals(listOf("account", "contact", "opportunity").map { TransferCount(it, 1) }, done.counts)
        assertEquals(done, preview.copy(operation = done.operation))
        assertEquals(List(3) { ben.id }, owners())

        val changes = transfers.ownership("account", account.id)
        assertEquals(listOf(anna.id to null, ben.id to "new region"), changes.map { it.owner to it.reason })
        val kept = transfers.transferSequence().single()
        assertEquals(done.operation to TransferStatus.DONE, kept.id to kept.status)
        assertEquals(TransferRequest.Transfer(transfer), kept.request)

        session.undo(done.operation)
        assertEquals(List(3) { anna.id }, owners())
        assertEquals(1, transfers.ownership("account", account.id).size)
    }

    @Test
    fun `a transfer waits for its day and it is known who owned a record before`() = world {
        val day = TODAY.plusDays(30)
        val plan = transfers.transfer(transfer.copy(effective = day))
        assertTrue(plan.planned)
        assertEquals(emptyList<TransferReport>(), transfers.runDue())
        assertEquals(List(3) { anna.id }, owners())

        val later = session.at(NOON.plus(Duration.ofDays(30))).transfers()
        assertEquals(3, later.runDue().single().counts.size)
        assertEquals(List(3) { ben.id }, owners())
        assertNull(transfers.ownerOn("account", account.id, TODAY.minusDays(1)))
        assertEquals(anna.id, transfers.ownerOn("account", account.id, day.minusDays(1)))
        assertEquals(ben.id, transfers.ownerOn("account", account.id, day))
        refused<CrmException.Conflict>(ErrorCode.ILLEGAL_TRANSITION, "status") {
            transfers.cancelPlanned(plan.operation)
        }
    }

    @Test
    fun `a leaver hands everything over`() = world {
        val exceptions = listOf(HandOverException(entity = "contact", to = session.user()))
        val leaves = HandOver(user = anna.id, to = ben.id, exceptions = exceptions, deactivate = true)
        assertEquals(transfers.previewHandOver(leaves).counts, transfers.handOver(leaves).counts)
        assertEquals(listOf(ben.id, session.user(), ben.id), owners())
        assertTrue(session.admin().user(anna.id).isInactive)
    }

    @Test
    fun `a refused transfer names the field`() = world {
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_REFERENCE, "to") {
            transfers.transfer(transfer.copy(to = session.newId()))
        }
        refused<CrmException.Invalid>(ErrorCode.REQUIRED, "filter") {
            transfers.previewTransfer(transfer.copy(ids = emptyList()))
        }
        assertEquals(List(3) { anna.id }, owners())
    }
}
