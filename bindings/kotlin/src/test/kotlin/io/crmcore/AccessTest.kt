package io.crmcore

import java.math.BigDecimal
import java.time.LocalDate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

private val YESTERDAY: LocalDate = TODAY.minusDays(1)

/** Roles, groups, rules, teams and shares: who sees which records and fields, and why. */
class AccessTest {
    /** A head with two representatives, of whom Anna is in a group, and accounts of the administrator. */
    private class World(private val crm: Crm) {
        val session = crm.ready()
        val admin = session.admin()
        val access = session.access()
        val headRole: Role
        val repRole: Role
        val rights: PermissionSet
        val head: Session
        val anna: Session
        val ben: Session
        val group: UserGroup
        val first: Account
        val second: Account
        val third: Account
        val ofBen: Account

        init {
            admin.defineField(FieldDefinition("account", "x_bank_account", CustomFieldKind.TEXT))
            headRole = admin.createRole(Role(name = "head of sales"))
            repRole = admin.createRole(Role(name = "representative", parent = headRole.id))
            val masked = FieldRight("account", "x_bank_account", FieldAccess.MASKED)
            val hidden = FieldRight("account", "annual_revenue")
            val own = ObjectRight(entity = "account", read = true, create = true, edit = true)
            rights =
                admin.createPermissionSet(
                    PermissionSet(name = "sales", objects = listOf(own), fields = listOf(hidden, masked))
                )
            head = user("head", headRole)
            anna = user("anna", repRole)
            ben = user("ben", repRole)
            group = admin.createUserGroup(UserGroup(name = "key accounts", members = listOf(Membership(anna.principal))))
            val bank = mapOf("x_bank_account" to "DE89370400440532013000".toFieldValue())
            val revenue = BigDecimal("5000000")
            val customers = session.customers()
            first =
                customers.createAccount(
                    Account(name = "Ostwerk", grade = "A", annualRevenue = revenue, custom = bank)
                )
            second = customers.createAccount(Account(name = "Nordwerk", grade = "A"))
            third =
                customers.createAccount(Account(name = "Westwerk", grade = "B", annualRevenue = BigDecimal("70")))
            ofBen = ben.customers().createAccount(Account(name = "Südwerk", grade = "B"))
        }

        private fun user(login: String, role: Role): Session {
            val sets = listOf(rights.id)
            admin.createUser(User(login = login, name = login, role = role.id, permissionSets = sets))
            return crm.session("main", login)
        }

        /** A rule that shows the accounts that fulfil a filter to the group. */
        fun rule(name: String = "A accounts", filter: Filter = field("grade") equalTo "A") =
            SharingRule(
                name = name,
                entity = "account",
                kind = SharingRuleKind.CRITERIA,
                filter = filter,
                targets = listOf(PrincipalRef(PrincipalKind.GROUP, group.id)),
            )
    }

    private fun world(test: World.() -> Unit) = Crm.openReplayable(1u, NOON).use { World(it).test() }

    @Test
    fun `a rule shows exactly the accounts that fulfil it`() = world {
        assertEquals(setOf("Südwerk"), head.seen(), "who stands above sees what those below own")
        assertEquals(emptySet<String>(), anna.seen())

        val rule = admin.createSharingRule(rule())
        assertEquals(rule, admin.sharingRule(rule.id))
        assertEquals(rule, admin.sharingRuleAsOf(rule.id, NOON))
        assertEquals(listOf(rule), admin.sharingRuleSequence().toList())
        assertEquals(setOf("Ostwerk", "Nordwerk"), anna.seen())
        assertEquals(setOf("Ostwerk", "Nordwerk", "Südwerk"), head.seen())
        assertEquals(setOf("Südwerk"), ben.seen())
        refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD) { anna.customers().account(third.id) }
        refused<CrmException.Denied>(ErrorCode.NO_RIGHT) { anna.update("account", first.id, 1, fieldsOf("grade" to "B")) }

        session.update("account", third.id, 1, fieldsOf("grade" to "A"))
        session.update("account", second.id, 1, fieldsOf("grade" to "B"))
        assertEquals(setOf("Ostwerk", "Westwerk"), anna.seen())
        admin.updateUserGroup(group.copy(members = listOf(Membership(ben.principal, validUntil = YESTERDAY))))
        assertEquals(emptySet<String>() to setOf("Südwerk"), anna.seen() to ben.seen())
    }

    @Test
    fun `a team member has the record and an opened field for some days`() = world {
        val default = SharingDefault(entity = "account", access = DefaultAccess.PRIVATE)
        val opened = admin.createSharingDefault(default.copy(teamFields = listOf("annual_revenue")))
        assertEquals(opened, admin.sharingDefault(opened.id))
        val member =
            access.addTeamMember(
                TeamMember(
                    entity = "account",
                    record = third.id,
                    user = anna.user(),
                    access = AccessLevel.EDIT,
                    fields = listOf("annual_revenue"),
                    validFrom = TODAY,
                    validUntil = TODAY,
                )
            )
        assertEquals(listOf(member), access.team("account", third.id))
        assertEquals(BigDecimal("70"), anna.customers().account(third.id).annualRevenue?.stripTrailingZeros()?.setScale(0))
        anna.update("account", third.id, 1, fieldsOf("annual_revenue" to BigDecimal("80")))
        admin.createSharingRule(rule())
        assertEquals(null, anna.customers().account(first.id).annualRevenue, "of other records it stays hidden")

        val past = access.updateTeamMember(member.copy(validFrom = YESTERDAY, validUntil = YESTERDAY))
        assertTrue("Westwerk" !in anna.seen())
        access.removeTeamMember(past.id, past.version)
        assertEquals(emptyList<TeamMember>(), access.team("account", third.id))
        refused<CrmException.Invalid>(ErrorCode.NO_SUCH_RIGHT, "fields[0]") {
            access.addTeamMember(
                TeamMember(entity = "account", record = third.id, user = anna.user(), fields = listOf("grade"))
            )
        }
    }

    @Test
    fun `of a masked field the last four characters are seen`() = world {
        admin.createSharingRule(rule())
        val seen = anna.customers().account(first.id).custom.getValue("x_bank_account")
        assertEquals(("*".repeat(18) + "3000").toFieldValue(), seen)
        refused<CrmException.Invalid>(ErrorCode.WRONG_TYPE, "x_bank_account") {
            anna.customers().accounts(Query(filter = field("x_bank_account") startsWith "DE89"))
        }
        assertEquals(first.custom, session.customers().account(first.id).custom)
    }

    @Test
    fun `a share ends`() = world {
        val given = RecordShare(entity = "account", record = third.id, grantee = anna.principal, validUntil = TODAY)
        val share = access.share(given.copy(access = AccessLevel.EDIT, reason = "trade fair"))
        assertEquals(listOf(share), access.shares("account", third.id))
        assertEquals(setOf("Westwerk"), anna.seen())
        anna.update("account", third.id, 1, fieldsOf("grade" to "C"))
        refused<CrmException.Denied>(ErrorCode.NO_RIGHT) { anna.access().share(given.copy(grantee = ben.principal)) }

        session.update("record_share", share.id, share.version, fieldsOf("valid_until" to YESTERDAY))
        assertEquals(emptySet<String>(), anna.seen())
        access.unshare(share.id, 2)
        val everybody = access.share(given.copy(grantee = PrincipalRef(PrincipalKind.EVERYBODY)))
        assertEquals(PrincipalKind.EVERYBODY, everybody.grantee.kind)
        assertEquals(setOf("Westwerk"), anna.seen())
    }

    @Test
    fun `a rule that denies stands above all that give`() = world {
        admin.createSharingRule(rule())
        access.share(RecordShare(entity = "account", record = first.id, grantee = anna.principal))
        val denies = rule("not Ostwerk", field("name") equalTo "Ostwerk").copy(access = SharingAccess.DENY)
        admin.createSharingRule(denies)
        assertEquals(setOf("Nordwerk"), anna.seen())
        val why = access.explain(anna.user(), "account", first.id)
        assertEquals(null, why.level)
        assertTrue(why.reasons.any { it.cause == AccessCause.DENIAL && it.name == "not Ostwerk" })
    }

    @Test
    fun `it is told why, and what would give it`() = world {
        val rule = admin.createSharingRule(rule())
        val why = access.explain(anna.user(), "account", first.id, "x_bank_account")
        assertEquals(AccessLevel.READ to emptyList<AccessRemedy>(), why.level to why.remedies)
        assertEquals(listOf(AccessCause.CRITERIA_RULE to rule.id), why.reasons.map { it.cause to it.id })
        assertEquals(FieldAccess.MASKED to listOf("sales"), why.field?.access to why.field?.givenBy)
        assertEquals(setOf("read", "create", "edit"), why.rights.filter { it.held }.map { it.right }.toSet())
        assertEquals(AccessLevel.READ, anna.access().explain(anna.user(), "account", first.id).level)

        val above = access.explain(head.user(), "account", ofBen.id).reasons.single()
        assertEquals(AccessCause.HIERARCHY to ben.user(), above.cause to above.through)
        assertEquals(listOf("head of sales", "representative"), above.roles)
        val nothing = access.explain(anna.user(), "account", third.id)
        assertEquals(null to emptyList<AccessReason>(), nothing.level to nothing.reasons)
        assertTrue(nothing.remedies.map { it.cause }.containsAll(listOf(AccessCause.TEAM, AccessCause.SHARE)))

        val who = access.whoCan("account", first.id).associate { it.user to it.level }
        val readers = mapOf(head.user() to AccessLevel.READ, anna.user() to AccessLevel.READ)
        assertEquals(readers + (session.user() to AccessLevel.FULL), who)
        refused<CrmException.Denied>(ErrorCode.NO_RIGHT) { anna.access().whoCan("account", first.id) }
        refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD) {
            anna.access().explain(anna.user(), "account", third.id)
        }
    }

    @Test
    fun `a change of rules tells its effect before it is made`() = world {
        val rule = rule()
        val diff = access.policyDiff(listOf(Command.Admin(AdminCommand.CreateSharingRule(rule))))
        assertEquals(emptySet<String>(), anna.seen(), "nothing was written")
        assertEquals(setOf(head.user(), anna.user()), diff.users.map { it.user }.toSet())
        val records = diff.users.first { it.user == anna.user() }.entities.single().records.single()
        assertEquals(Triple(AccessLevel.READ, 2L, 0L), Triple(records.level, records.gained, records.lost))
        assertEquals(setOf(first.id, second.id), records.gainedRecords.toSet())
        admin.createSharingRule(rule)
        assertEquals(setOf("Ostwerk", "Nordwerk"), anna.seen())

        val wider = admin.permissionSet(rights.id).copy(fields = emptyList())
        val change = access.policyDiff(listOf(Command.Admin(AdminCommand.UpdatePermissionSet(wider))))
        val fields = change.users.first { it.user == ben.user() }.entities.first { it.entity == "account" }.fields
        assertTrue(FieldDiff("annual_revenue", FieldAccess.HIDDEN, FieldAccess.WRITE) in fields)
        assertTrue(FieldDiff("x_bank_account", FieldAccess.MASKED, FieldAccess.WRITE) in fields)
    }

    @Test
    fun `a policy that cannot be says what is wrong`() = world {
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_FIELD, "filter.no_such_field") {
            admin.createSharingRule(rule(filter = field("no_such_field") equalTo 1))
        }
        val members = listOf(Membership(anna.principal))
        val east = admin.createTerritory(Territory(name = "East", regions = listOf("Jiangsu"), members = members))
        assertEquals(east, admin.territory(east.id))
        refused<CrmException.Conflict>(ErrorCode.OVERLAP, "regions") {
            admin.createTerritory(Territory(name = "Delta", regions = listOf("Shanghai", "Jiangsu")))
        }
        refused<CrmException.Invalid>(ErrorCode.CYCLE, "parent") {
            admin.updateRole(headRole.copy(parent = repRole.id))
        }
        val inner = listOf(Membership(PrincipalRef(PrincipalKind.GROUP, group.id)))
        val outer = admin.createUserGroup(UserGroup(name = "everybody who sells", members = inner))
        refused<CrmException.Invalid>(ErrorCode.CYCLE, "members") {
            admin.updateUserGroup(group.copy(members = listOf(Membership(PrincipalRef(PrincipalKind.GROUP, outer.id)))))
        }
        val unit = admin.createOrgUnit(OrgUnit(name = "Works"))
        refused<CrmException.Invalid>(ErrorCode.CYCLE, "parent") { admin.updateOrgUnit(unit.copy(parent = unit.id)) }
        assertEquals(unit, admin.orgUnit(unit.id))
        assertEquals(listOf("East"), admin.territorySequence().map { it.name }.toList())
        assertEquals(2, admin.userGroupSequence(Query(limit = 1)).count())
        assertEquals(1 to 0, admin.orgUnitSequence().count() to admin.sharingDefaultSequence().count())
    }
}

private val Session.principal
    get() = PrincipalRef(PrincipalKind.USER, user())

private fun Session.seen() = customers().accounts().items.map { it.name }.toSet()
