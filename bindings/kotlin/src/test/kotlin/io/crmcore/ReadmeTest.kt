package io.crmcore

import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.nio.file.Files
import java.nio.file.Path
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** What the readme of the repository shows is what runs here. */
class ReadmeTest {
    @TempDir lateinit var folder: Path

    private fun readme(path: String) {
        // From here
        Crm.open(path).use { crm ->
            crm.setup(SetupOptions("main", "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
            val session = crm.session("main", "admin")
            val group = session.customers().createAccount(Account(name = "东方重工集团"))
            val page = session.customers().accounts(Query(search = "重工"))
            println("${page.items.first().name} ${group.code}")
        }
        // to here
    }

    private fun permissions() {
        // From here
        Crm.openInMemory().use { crm ->
            crm.setup(SetupOptions("main", "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
            val session = crm.session("main", "admin")
            for ((name, grade) in listOf("东方重工集团" to "A", "Müller Pumpen GmbH" to "B")) {
                session.customers().createAccount(Account(name = name, grade = grade))
            }

            val admin = session.admin()
            val read = ObjectRight(entity = "account", read = true)
            val hidden = FieldRight(entity = "account", field = "annual_revenue")
            val seller = admin.createPermissionSet(PermissionSet(name = "seller", objects = listOf(read), fields = listOf(hidden)))
            val li = admin.createUser(User(login = "li", name = "李娜", permissionSets = listOf(seller.id)))
            val member = Membership(PrincipalRef(PrincipalKind.USER, li.id))
            val group = admin.createUserGroup(UserGroup(name = "key accounts", members = listOf(member)))
            val rule =
                SharingRule(
                    name = "grade A",
                    entity = "account",
                    kind = SharingRuleKind.CRITERIA,
                    filter = field("grade") equalTo "A",
                    targets = listOf(PrincipalRef(PrincipalKind.GROUP, group.id)),
                )
            admin.createSharingRule(rule)

            val seen = crm.session("main", "li").customers().accounts().items
            val why = session.access().explain(li.id, "account", seen.first().id)
            println("${seen.map { it.name }} ${why.reasons.first().name}")
        }
        // to here
    }

    private fun printed(run: () -> Unit): String {
        val printed = ByteArrayOutputStream()
        val console = System.out
        System.setOut(PrintStream(printed, true, Charsets.UTF_8))
        try {
            run()
        } finally {
            System.setOut(console)
        }
        return printed.toString(Charsets.UTF_8).trim()
    }

    @Test
    fun `the examples run`() {
        assertEquals("东方重工集团 C-000001", printed { readme(folder.resolve("factory.db").toString()) })
        assertEquals("[东方重工集团] grade A", printed { permissions() })
    }

    @Test
    fun `the examples are those of the readme`() {
        val here = Path.of(System.getProperty("basedir") ?: ".")
        val source = Files.readString(here.resolve("src/test/kotlin/io/crmcore/ReadmeTest.kt"))
        val readme = Files.readString(here.resolve("../../README.md"))
        val shown = readme.split("```kotlin\nimport io.crmcore.*\n").drop(1).map { it.substringBefore("```") }
        val run = source.split("// From here\n").drop(1).map { it.substringBefore("// to here").trimIndent() }
        assertEquals(shown.map { it.replace("\"factory.db\"", "path").trim() }, run.map { it.trim() })
    }
}
