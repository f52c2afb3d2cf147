package io.crmcore

import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test

/** Accounts, contacts, hierarchies, activities, attachments, the single view. */
class CustomersTest {
    @Test
    fun `an account goes round exactly`() = inMemory { session ->
        val given =
            Account(
                name = "东方重工集团",
                shortName = "东方",
                kind = AccountKind.CUSTOMER,
                channels = listOf(Channel(ChannelKind.PHONE, "+86 512 6288 0000", preferred = true)),
                identifiers = listOf(Identifier(IdentifierKind.ERP_CODE, "4711", issuer = "SAP")),
                annualRevenue = BigDecimal("99999999999.0001"),
                revenueCurrency = "CNY",
                employees = 12_000,
                foundedYear = 1958,
                externalIds = listOf(ExternalId("erp", "4711")),
            )
        val stored = session.customers().createAccount(given)
        assertEquals("C-000001", stored.code)
        assertEquals(LifeCycle.PROSPECT, stored.lifeCycle)
        assertEquals(NOON, stored.createdAt)
        assertEquals(session.user(), stored.owner)
        assertEquals(given.annualRevenue, stored.annualRevenue)
        val engine =
            given.copy(
                code = stored.code,
                lifeCycle = stored.lifeCycle,
                id = stored.id,
                version = 1,
                owner = stored.owner,
                createdAt = NOON,
                createdBy = session.user(),
                updatedAt = NOON,
                updatedBy = session.user(),
            )
        assertEquals(engine, stored)
        assertEquals(stored, session.customers().account(stored.id))
        assertEquals(stored, session.customers().accountByCode("C-000001"))
        assertEquals(stored, session.customers().accountByExternalId("erp", "4711"))
        val customers = session.customers()
        assertEquals(listOf(stored), customers.accountsByIdentifier(IdentifierKind.ERP_CODE, "4711"))
        assertEquals(listOf(stored), customers.accountsByChannel(ChannelKind.MOBILE, "0086 512 62880000"))
        assertEquals(listOf<Contact>(), customers.contactsByChannel(ChannelKind.PHONE, "+86 512 6288 0000"))
        val holds = (field("channels").holds("phone", "+8651262880000")) and (field("city") equalTo "Bonn")
        assertEquals(listOf<Account>(), customers.accounts(Query(filter = holds)).items)
        refused<CrmException.Conflict>(ErrorCode.DUPLICATE_KEY, "external:erp") {
            session.customers().createAccount(Account(name = "Other", externalIds = given.externalIds))
        }
    }

    @Test
    fun `trailing zeros are no figures`() = inMemory { session ->
        for ((given, kept) in listOf("1200.00" to "1200", "1E+3" to "1000", "0.10" to "0.1", "0.0001" to "0.0001")) {
            val stored =
                session.customers().createAccount(Account(name = given, annualRevenue = BigDecimal(given)))
            assertEquals(BigDecimal(kept), stored.annualRevenue)
        }
    }

    @Test
    fun `an account as it stood`() = inMemory { session ->
        val customers = session.customers()
        val account = customers.createAccount(Account(name = "Ostwerk", grade = "B"))
        val later = session.at(NOON.plusSeconds(60)).customers()
        val saved = later.updateAccount(account.copy(grade = "A", annualRevenue = BigDecimal("10.5")))
        assertEquals(NOON.plusSeconds(60), saved.updatedAt)
        assertEquals("B", customers.accountAsOf(account.id, NOON.plusSeconds(59)).grade)
        assertEquals(saved, customers.accountAsOf(account.id, NOON.plusSeconds(60)))
        refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD) {
            customers.accountAsOf(account.id, NOON.minusSeconds(1))
        }
        refused<CrmException.Conflict>(ErrorCode.STALE_VERSION, "version") {
            customers.setLifeCycle(account.id, LifeCycle.LOST, account.version)
        }
        val outcome = customers.setLifeCycle(account.id, LifeCycle.KEY)
        assertEquals(ChangeKind.UPDATE, outcome.changes.single().kind)
        assertEquals(LifeCycle.KEY, customers.account(account.id).lifeCycle)
    }

    @Test
    fun `contacts`() = inMemory { session ->
        val customers = session.customers()
        val account = customers.createAccount(Account(name = "Ostwerk"))
        val given =
            Contact(
                fullName = "",
                familyName = "王",
                givenName = "伟",
                account = account.id,
                birthday = LocalDate.of(1984, 2, 29),
                language = "zh",
            )
        val stored = customers.createContact(given)
        assertEquals("王伟", stored.fullName)
        assertEquals(LocalDate.of(1984, 2, 29), customers.contact(stored.id).birthday)
        val saved = customers.updateContact(stored.copy(jobTitle = "总工程师", doNotContact = true))
        assertEquals(2L, saved.version)
        assertNull(customers.contactAsOf(saved.id, NOON.plusSeconds(1)).department)
        assertEquals(listOf(saved), customers.contacts(Query(filter = field("account") equalTo account.id)).items)
        assertEquals(listOf(saved), customers.contacts(Query(search = "工程")).items)
    }

    private class Group(session: Session) {
        val customers = session.customers()
        val top = customers.createAccount(Account(name = "Group", annualRevenue = BigDecimal("0.1"))).id
        val plant = customers.createAccount(Account(name = "Plant", annualRevenue = BigDecimal("0.2"))).id
        val shop = customers.createAccount(Account(name = "Shop")).id
        val legal = HierarchyKind.LEGAL

        init {
            customers.setParent(legal, plant, top, LocalDate.of(2026, 1, 1))
            customers.setParent(legal, shop, plant, LocalDate.of(2026, 2, 1))
        }
    }

    @Test
    fun `a hierarchy with dates`() = inMemory { session ->
        val group = Group(session)
        val customers = group.customers
        assertEquals("Group", customers.parentOf(group.plant, group.legal, TODAY)?.name)
        assertNull(customers.parentOf(group.plant, group.legal, LocalDate.of(2025, 12, 31)))
        assertEquals(listOf("Shop"), customers.children(group.plant, group.legal, TODAY).map { it.name })
        assertEquals(listOf("Plant", "Group"), customers.ancestors(group.shop, group.legal, TODAY).map { it.name })
        val tree = customers.subtree(group.top, group.legal, TODAY)
        assertEquals(listOf("Group" to 0L, "Plant" to 1L, "Shop" to 2L), tree.map { it.name to it.depth })
        assertEquals(2, customers.subtree(group.top, group.legal, LocalDate.of(2026, 1, 31)).size)
        val error =
            refused<CrmException.Invalid>(ErrorCode.CYCLE, "parent") {
                customers.setParent(group.legal, group.top, group.shop, TODAY)
            }
        assertNotNull(error.problems.single().data["cycle"])
        customers.setParent(group.legal, group.plant, null, TODAY)
        assertNull(customers.parentOf(group.plant, group.legal, TODAY))
    }

    @Test
    fun `a rollup is exact`() = inMemory { session ->
        val group = Group(session)
        val sum = AggregateQuery(listOf(Measure(MeasureFunction.SUM, "annual_revenue"), Measure(MeasureFunction.COUNT)))
        val mixed =
            refused<CrmException.Invalid>(ErrorCode.CURRENCY_MISMATCH, "measures.annual_revenue") {
                group.customers.rollup(group.top, group.legal, TODAY, "account", sum)
            }
        assertEquals("revenue_currency", mixed.problems.single().data["group_by"])
        val split = sum.copy(filter = field("revenue_currency") equalTo "EUR")
        val row = group.customers.rollup(group.top, group.legal, TODAY, "account", split).single()
        assertEquals(listOf(FieldValue.of(BigDecimal("0.3")), FieldValue.of(2)), row.values)
    }

    @Test
    fun `activities of a group`() = inMemory { session ->
        val group = Group(session)
        val customers = group.customers
        val at = Instant.parse("2026-03-30T06:30:00.123456Z")
        val visit =
            customers.logActivity(
                Activity(
                    kind = ActivityKind.VISIT,
                    subject = "Trial run",
                    at = at,
                    durationMinutes = 90,
                    subjects = listOf(Subject(SubjectEntity.ACCOUNT, group.shop)),
                )
            )
        assertEquals(at, customers.activity(visit.id).at)
        val saved = customers.updateActivity(visit.copy(body = "All parts within tolerance."))
        assertEquals(listOf(saved), customers.activities(Query(search = "trial")).items)
        val top = Subject(SubjectEntity.ACCOUNT, group.top)
        assertEquals(emptyList<Activity>(), customers.activitiesOf(top))
        assertEquals(listOf(saved), customers.activitiesOf(top, group.legal, 10))
        refused<CrmException.Invalid>(ErrorCode.OUT_OF_RANGE, "limit") { customers.activitiesOf(top, limit = 501) }
        val nobody = Subject(SubjectEntity.CONTACT, session.newId())
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_REFERENCE, "subjects[0].id") {
            customers.logActivity(Activity(ActivityKind.CALL, "?", subjects = listOf(nobody)))
        }
    }

    @Test
    fun `the single view with an attachment`() = inMemory { session ->
        val group = Group(session)
        val customers = group.customers
        val hash = contentHash("drawing".toByteArray())
        val drawing =
            customers.addAttachment(
                Attachment(contentHash = hash, sizeBytes = 7, fileName = "drawing.pdf", account = group.plant)
            )
        assertEquals(listOf(drawing), customers.attachments(Query(filter = field("content_hash") equalTo hash)).items)
        customers.createContact(Contact(fullName = "Eva Müller", account = group.plant))
        val own = customers.singleView(group.top)
        assertEquals("Group", own.account.name)
        assertEquals(emptyList<Attachment>(), own.attachments)
        val whole = customers.singleView(group.top, SingleViewOptions(includeSubtree = true))
        assertEquals(listOf(drawing), whole.attachments)
        assertEquals(listOf("Eva Müller"), whole.contacts.map { it.fullName })
        assertEquals(TODAY, whole.asOf)
    }
}
