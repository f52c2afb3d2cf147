package io.crmcore

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Merging records that are one and the same, and taking that back. */
class MergeTest {
    /** A company that was entered twice, the second time with a city and a contact. */
    private class World(crm: Crm) {
        val session = crm.ready()
        val merges = session.merges()
        val kept = session.customers().createAccount(Account(name = "Müller Pumpen GmbH"))
        val gone = session.customers().createAccount(Account(name = "Mueller Pumpen", city = "Ulm"))
        val contact = session.customers().createContact(Contact(fullName = "A. Gruber", account = gone.id))
        val request = MergeRequest(entity = "account", survivor = kept.id, losers = listOf(gone.id), reason = "one plant")
    }

    private fun world(test: World.() -> Unit) = Crm.openReplayable(1u, NOON).use { World(it).test() }

    @Test
    fun `a merge does what its preview says and an unmerge leaves no trace`() = world {
        val preview = merges.previewMerge(request)
        assertNull(preview.merge)
        val done = merges.merge(request)
        assertEquals(done, preview.copy(merge = done.merge))
        assertEquals(listOf(MergeCount("contact", 1, 0)), done.counts)
        val city = done.fields.single { it.field == "city" }
        assertEquals(gone.id to true, city.source to city.changed)

        assertEquals("Ulm", session.customers().account(gone.id).city, "the old identifier stands for the account")
        assertEquals(kept.id, session.customers().accountByCode(gone.code!!).id)
        assertEquals(kept.id, session.customers().contact(contact.id).account)
        val record = merges.mergesOf("account", gone.id).single()
        assertEquals("one plant" to MergeStatus.DONE, record.reason to record.status)

        val undone = merges.unmerge(done.merge!!)
        assertTrue(undone.conflicts.isEmpty() && undone.stayed.isEmpty())
        assertEquals(listOf(gone.id), undone.restored)
        assertEquals(kept, session.customers().account(kept.id))
        assertEquals(gone, session.customers().account(gone.id))
        assertEquals(contact, session.customers().contact(contact.id))
        assertEquals(MergeStatus.UNDONE, merges.mergeSequence().single().status)
    }

    @Test
    fun `what was changed since stays and is told`() = world {
        val done = merges.merge(request)
        val merged = session.customers().account(kept.id)
        session.customers().updateAccount(merged.copy(city = "Bonn"))
        val preview = merges.previewUnmerge(done.merge!!)
        val undone = merges.unmerge(done.merge)
        assertEquals(undone, preview.copy(operation = undone.operation))
        assertEquals(listOf(UnmergeConflict("account", kept.id, "city")), undone.conflicts)
        assertEquals("Bonn", session.customers().account(kept.id).city)
        assertEquals("Ulm", session.customers().account(gone.id).city)
    }

    @Test
    fun `the caller chooses what survives`() = world {
        val choices =
            listOf(
                FieldChoice("name", SurvivorRule.PICK, record = gone.id),
                FieldChoice("grade", SurvivorRule.VALUE, value = FieldValue.Text("A")),
            )
        merges.merge(request.copy(fields = choices))
        val merged = session.customers().account(kept.id)
        assertEquals("Mueller Pumpen" to "A", merged.name to merged.grade)
    }

    @Test
    fun `what is no merge is refused by its code`() = world {
        val again = request.copy(losers = listOf(gone.id, gone.id))
        refused<CrmException.Invalid>(ErrorCode.NOT_ALLOWED, "losers[0]") {
            merges.merge(request.copy(losers = listOf(kept.id)))
        }
        refused<CrmException.Invalid>(ErrorCode.DUPLICATE_KEY, "losers[1]") { merges.merge(again) }
        refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD, "losers[0]") {
            merges.merge(request.copy(losers = listOf(session.newId())))
        }
        val done = merges.merge(request).merge!!
        refused<CrmException.Conflict>(ErrorCode.MERGED, "losers[0]") { merges.merge(request) }
        merges.unmerge(done)
        refused<CrmException.Conflict>(ErrorCode.ILLEGAL_TRANSITION, "id") { merges.unmerge(done) }
    }
}
