package io.crmcore

import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Users, roles, rights, custom fields, the organisation. */
class AdminTest {
    @Test
    fun `a user who leaves`() =
        Crm.openReplayable(1u, NOON).use { crm ->
            val admin = crm.ready().admin()
            val user = admin.createUser(User(login = "li", name = "李娜", email = "li@example.org"))
            assertEquals(listOf("admin", "li"), admin.userSequence().map { it.login }.sorted().toList())
            assertEquals(user, admin.user(user.id))
            assertEquals(user.id, crm.session("main", "li").user())
            admin.updateUser(user.copy(isInactive = true))
            refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD) { crm.session("main", "li") }
            refused<CrmException.Invalid>(ErrorCode.UNKNOWN_REFERENCE, "permission_sets[0]") {
                admin.createUser(User(login = "x", name = "x", permissionSets = listOf(user.id)))
            }
        }

    @Test
    fun `who stands above sees what those below own`() =
        Crm.openReplayable(1u, NOON).use { crm ->
            val admin = crm.ready().admin()
            val head = admin.createRole(Role(name = "head of sales"))
            val seller = admin.createRole(Role(name = "sales", parent = head.id))
            refused<CrmException.Invalid>(ErrorCode.CYCLE, "parent") { admin.updateRole(head.copy(parent = seller.id)) }
            assertEquals(2, admin.roles().items.size)
            val rights = ObjectRight(entity = "account", read = true, create = true)
            val set = admin.createPermissionSet(PermissionSet(name = "sales", objects = listOf(rights)))
            for ((login, role) in listOf("head" to head, "anna" to seller, "ben" to seller)) {
                admin.createUser(
                    User(login = login, name = login, role = role.id, permissionSets = listOf(set.id))
                )
            }
            crm.session("main", "anna").customers().createAccount(Account(name = "Ostwerk"))
            fun seen(login: String) = crm.session("main", login).customers().accounts().items.size
            assertEquals(listOf(1, 0, 1), listOf("anna", "ben", "head").map(::seen))

            admin.updatePermissionSet(set.copy(objects = listOf(rights.copy(viewAll = true))))
            assertEquals(listOf("sales", "system_administrator"), admin.permissionSets().items.map { it.name }.sorted())
            assertEquals(1, seen("ben"))
        }

    @Test
    fun `a permission set says what it means`() = inMemory { session ->
        fun refused(code: ErrorCode, path: String, set: PermissionSet) =
            refused<CrmException.Invalid>(code, path) { session.admin().createPermissionSet(set) }
        fun of(right: ObjectRight) = PermissionSet(name = "typo", objects = listOf(right))
        fun of(right: FieldRight) = PermissionSet(name = "typo", fields = listOf(right))
        refused(ErrorCode.UNKNOWN_ENTITY, "objects[0].entity", of(ObjectRight(entity = "acount", read = true)))
        refused(ErrorCode.NO_SUCH_RIGHT, "objects[0].entity", of(ObjectRight(entity = "stage_interval", read = true)))
        refused(ErrorCode.UNKNOWN_FIELD, "fields[0].field", of(FieldRight(entity = "account", field = "anual_revenue")))
        refused(ErrorCode.NO_SUCH_RIGHT, "fields[0].access", of(FieldRight(entity = "account", field = "name")))
    }

    @Test
    fun `taking records out needs a right of its own`() =
        Crm.openReplayable(1u, NOON).use { crm ->
            val admin = crm.ready().admin()
            val right = ObjectRight(entity = "contact", read = true)
            val set = admin.createPermissionSet(PermissionSet(name = "reader", objects = listOf(right)))
            admin.createUser(User(login = "li", name = "李娜", permissionSets = listOf(set.id)))
            val reader = crm.session("main", "li")
            assertTrue(reader.customers().contacts().items.isEmpty())
            refused<CrmException.Denied>(ErrorCode.NO_RIGHT) { reader.exportCsv("contact") }
            refused<CrmException.Denied>(ErrorCode.NO_RIGHT) { reader.exportVcards(Query(), VCardVersion.V4) }
            admin.updatePermissionSet(set.copy(objects = listOf(right.copy(export = true))))
            assertTrue(reader.exportCsv("contact").isNotEmpty())
        }

    @Test
    fun `nobody is locked out and nobody gives more than he has`() =
        Crm.openReplayable(1u, NOON).use { crm ->
            val session = crm.ready()
            val own = session.admin().user(session.user())
            refused<CrmException.Conflict>(ErrorCode.LAST_ADMINISTRATOR) {
                session.admin().updateUser(own.copy(isInactive = true))
            }
            val offices =
                listOf("user", "permission_set").map { ObjectRight(entity = it, read = true, create = true, edit = true) }
            val set = session.admin().createPermissionSet(PermissionSet(name = "clerk", objects = offices))
            session.admin().createUser(User(login = "clerk", name = "clerk", permissionSets = listOf(set.id)))
            val admin = crm.session("main", "clerk").admin()
            refused<CrmException.Denied>(ErrorCode.NO_RIGHT) {
                val right = ObjectRight(entity = "account", read = true)
                admin.createPermissionSet(PermissionSet(name = "more", objects = listOf(right)))
            }
            refused<CrmException.Denied>(ErrorCode.NO_RIGHT, "permission_sets[0]") {
                admin.createUser(User(login = "friend", name = "friend", permissionSets = own.permissionSets))
            }
        }

    @Test
    fun `roles and permission sets by identifier, by instant and one after the other`() = inMemory { session ->
        val admin = session.admin()
        val role = admin.createRole(Role(name = "sales"))
        assertEquals(role, admin.role(role.id))
        assertEquals(role, admin.roleAsOf(role.id, NOON))
        val set = admin.createPermissionSet(PermissionSet(name = "sales"))
        assertEquals(set, admin.permissionSet(set.id))
        assertEquals(set, admin.permissionSetAsOf(set.id, NOON))
        assertEquals("admin", admin.userAsOf(session.user(), NOON).login)
        refused<CrmException.NotFound>(ErrorCode.NO_SUCH_RECORD) { admin.role(set.id) }
        val one = Query(limit = 1)
        assertEquals(listOf("sales"), admin.roleSequence(one).map { it.name }.toList())
        assertEquals(setOf("sales", "system_administrator"), admin.permissionSetSequence(one).map { it.name }.toSet())
        assertEquals(0, admin.fieldDefinitionSequence(one).count())
    }

    @Test
    fun `custom fields of every type`() = inMemory { session ->
        val kinds =
            listOf(
                CustomFieldKind.TEXT to "Inox".toFieldValue(),
                CustomFieldKind.INTEGER to 7.toFieldValue(),
                CustomFieldKind.DECIMAL to BigDecimal("12.34").toFieldValue(),
                CustomFieldKind.DATE to LocalDate.of(2026, 2, 28).toFieldValue(),
                CustomFieldKind.TIMESTAMP to Instant.parse("2026-02-28T01:02:03.000004Z").toFieldValue(),
                CustomFieldKind.BOOLEAN to true.toFieldValue(),
                CustomFieldKind.REFERENCE to FieldValue.Reference(session.user()),
                CustomFieldKind.PICKLIST to "red".toFieldValue(),
            )
        for ((kind, _) in kinds) {
            val definition = FieldDefinition(entity = "account", name = kind.fieldName, kind = kind)
            session.admin().defineField(
                when (kind) {
                    CustomFieldKind.REFERENCE -> definition.copy(referenceTo = "user")
                    CustomFieldKind.PICKLIST -> definition.copy(choices = listOf("red", "green"))
                    else -> definition
                }
            )
        }
        val custom = kinds.associate { (kind, value) -> kind.fieldName to value }
        val stored = session.customers().createAccount(Account(name = "Ostwerk", custom = custom))
        assertEquals(custom, stored.custom)
        for ((name, value) in custom) {
            val found = session.customers().accounts(Query(filter = field(name) equalTo value)).items
            assertEquals(listOf(stored), found, name)
        }
        refused<CrmException.Invalid>(ErrorCode.NOT_IN_PICKLIST, "x_picklist") {
            session.customers().updateAccount(stored.copy(custom = mapOf("x_picklist" to "blue".toFieldValue())))
        }
        refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT, "name") {
            session.admin().defineField(FieldDefinition("account", "colour", CustomFieldKind.TEXT))
        }
        assertEquals(kinds.size, session.admin().fieldDefinitions().items.size)
        assertTrue(session.describe("account").filter { it.custom }.map { it.name }.containsAll(custom.keys))
    }

    private val CustomFieldKind.fieldName
        get() = "x_${name.lowercase()}"

    @Test
    fun `the organisation`() = inMemory { session ->
        val own = session.admin().organization()
        assertEquals("EUR" to "Europe/Berlin", own.baseCurrency to own.timeZone)
        assertEquals("Works", session.admin().updateOrganization(own.copy(name = "Works")).name)
        refused<CrmException.Invalid>(ErrorCode.BAD_FORMAT, "time_zone") {
            session.admin().updateOrganization(session.admin().organization().copy(timeZone = "Europe/Ulm"))
        }
    }
}
