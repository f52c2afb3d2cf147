package io.crmcore

import java.time.Instant
import java.time.LocalDate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.assertThrows

/** The instant at which replayable engines stand still. */
internal val NOON: Instant = Instant.parse("2026-03-31T12:00:00Z")

/** The business date of [NOON]. */
internal val TODAY: LocalDate = LocalDate.parse("2026-03-31")

internal fun options(tenant: String = "main") =
    SetupOptions(tenant, "Precision Works", "EUR", "Europe/Berlin", "admin")

internal fun Crm.ready(): Session {
    setup(options())
    return session("main", "admin")
}

/** Runs a test on an engine in memory, as the administrator. */
internal fun inMemory(test: (Session) -> Unit) = Crm.openReplayable(1u, NOON).use { test(it.ready()) }

/** The call fails in this way, with this code at this field. */
internal inline fun <reified E : CrmException> refused(code: ErrorCode, field: String? = null, call: () -> Unit): E {
    val error = assertThrows<E> { call() }
    assertEquals(code, error.code, error.message)
    assertEquals(field, error.field, error.message)
    return error
}

/** A session of a new user with one permission set. */
internal fun Crm.userWith(admin: Session, login: String, rights: PermissionSet): Session {
    val set = admin.admin().createPermissionSet(rights)
    admin.admin().createUser(User(login = login, name = login, permissionSets = listOf(set.id)))
    return session("main", login)
}
