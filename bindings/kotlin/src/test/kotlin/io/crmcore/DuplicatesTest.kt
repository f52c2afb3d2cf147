package io.crmcore

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Duplicates: what is found, what a save does about it, and what people say of pairs. */
class DuplicatesTest {
    private val pumps =
        Account(
            name = "苏州东方泵业有限公司",
            city = "苏州",
            channels =
                listOf(
                    Channel(ChannelKind.PHONE, "+86 512 6288 1234"),
                    Channel(ChannelKind.EMAIL, "info@dongfang-pumps.example"),
                ),
        )

    private fun ruleFor(action: DuplicateAction) =
        DuplicateRule(entity = "account", action = action, alsoPossible = true)

    private fun asked(vararg fields: Pair<String, String>) =
        DuplicateQuestion(entity = "account", fields = fields.associate { it.first to it.second.toFieldValue() })

    @Test
    fun `a record is looked up before it is saved`() = inMemory { session ->
        val known = session.customers().createAccount(pumps)
        val found = session.duplicates().check(asked("name" to "蘇州東方泵業有限公司", "city" to "苏州"))
        val hit = found.hits.single()
        assertEquals(listOf("account", known.id, pumps.name), listOf(hit.entity, hit.id, hit.label))
        assertEquals(known.code, hit.code)
        assertEquals(session.user(), hit.owner)
        assertEquals(hit.weight, hit.steps.sumOf { it.weight }, 1e-9)
        assertEquals(DuplicateAction.ALLOW, found.action)
        assertFalse(found.limited || found.incomplete)
        assertTrue(session.duplicates().check(asked("name" to "Nobody Knows This Ltd")).hits.isEmpty())
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_FIELD, "fields.nothing") {
            session.duplicates().check(asked("nothing" to "x"))
        }
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_ENTITY, "entity") {
            session.duplicates().check(DuplicateQuestion(entity = "quote"))
        }
    }

    @Test
    fun `a rule refuses what comes in on one way and lets it pass on another`() = inMemory { session ->
        val known = session.customers().createAccount(pumps)
        session.duplicates().createRule(ruleFor(DuplicateAction.BLOCK))
        session.duplicates().createRule(ruleFor(DuplicateAction.ALLOW).copy(source = RecordSource.SYNC))
        refused<CrmException.Conflict>(ErrorCode.OVERLAP, "source") {
            session.duplicates().createRule(ruleFor(DuplicateAction.WARN))
        }
        val error =
            refused<CrmException.Conflict>(ErrorCode.DUPLICATE_FOUND) { session.customers().createAccount(pumps) }
        assertEquals(known.id, error.problems.single().data["id"])
        assertNotNull(session.withSource(RecordSource.SYNC).customers().createAccount(pumps).id)
        assertEquals(1, session.duplicates().rules(Query(limit = 1)).items.size)
    }

    @Test
    fun `a queued record waits for somebody to decide`() = inMemory { session ->
        session.duplicates().createRule(ruleFor(DuplicateAction.QUEUE))
        val known = session.customers().createAccount(pumps)
        val twin = session.customers().createAccount(pumps)
        val case = session.duplicates().cases().items.single()
        assertEquals(twin.id to CaseStatus.OPEN, case.record to case.status)
        assertEquals(listOf(known.id), case.candidates.map { it.id })
        val said = listOf(CaseVerdict(candidate = known.id, verdict = VerdictKind.DIFFERENT))
        val decided = session.duplicates().decideCase(case.id, case.version, said, "two plants")
        assertEquals(CaseStatus.DECIDED to "two plants", decided.status to decided.note)
        val verdict = session.duplicates().verdicts().items.single()
        assertEquals(setOf(known.id, twin.id), setOf(verdict.record, verdict.other))
        val ofTwin = DuplicateQuestion(entity = "account", id = twin.id)
        assertTrue(session.duplicates().check(ofTwin).hits.isEmpty())

        // It holds until one of the two changes in what it is matched by.
        val present = session.customers().account(known.id)
        session.customers().updateAccount(present.copy(shortName = "东方泵业"))
        assertEquals(known.id, session.duplicates().check(ofTwin).hits.single().id)
        session.duplicates().withdrawVerdict(verdict.id, verdict.version)
        assertTrue(session.duplicates().verdicts().items.isEmpty())
    }

    @Test
    fun `a whole database is looked through`() = inMemory { session ->
        val ids = List(2) { session.customers().createAccount(pumps).id }
        session.customers().createAccount(Account(name = "Hansen Ventilatoren GmbH", city = "Bremen"))
        val found = session.duplicates().find(DuplicateSearch(entity = "account"))
        assertEquals(3L to listOf(ids), found.records to found.clusters)
        assertEquals(MatchDecision.DUPLICATE, found.pairs.single().decision)
        assertTrue(session.duplicates().suggestions(DuplicateSearch(entity = "account")).isEmpty())
        val job = session.duplicates().rekey()
        assertEquals(0L to true, job.records to job.isDone)
        val stored = session.duplicates().storeModel(StoredMatchModel(model = standardMatchModel(MatchKind.PERSON)))
        assertEquals(MatchKind.PERSON, stored.kind)
        assertNull(session.duplicates().models().nextCursor)
    }

    @Test
    fun `of what somebody does not see only the number is told`() = Crm.openReplayable(1u, NOON).use { crm ->
        val admin = crm.ready()
        val rights = listOf("account", "duplicate_verdict").map { ObjectRight(it, read = true, create = true) }
        val clerk = crm.userWith(admin, "clerk", PermissionSet("clerk", objects = rights))
        val hidden = admin.customers().createAccount(pumps)
        val found = clerk.duplicates().check(asked("name" to pumps.name, "city" to "苏州"))
        assertEquals(0 to 1L, found.hits.size to found.hidden)
        assertFalse(found.toJson().contains(hidden.id))
        admin.duplicates().createRule(ruleFor(DuplicateAction.BLOCK).copy(concealHidden = true))
        assertEquals(0L, clerk.duplicates().check(asked("name" to pumps.name, "city" to "苏州")).hidden)
        assertNotNull(clerk.customers().createAccount(pumps).id)
        val verdict = DuplicateVerdict("account", hidden.id, "account", clerk.newId(), VerdictKind.SAME)
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_REFERENCE, "record") { clerk.duplicates().setVerdict(verdict) }
    }
}
