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

    @Test
    fun `the example runs`() {
        val printed = ByteArrayOutputStream()
        val console = System.out
        System.setOut(PrintStream(printed, true, Charsets.UTF_8))
        try {
            readme(folder.resolve("factory.db").toString())
        } finally {
            System.setOut(console)
        }
        assertEquals("东方重工集团 C-000001", printed.toString(Charsets.UTF_8).trim())
    }

    @Test
    fun `the example is the one of the readme`() {
        val here = Path.of(System.getProperty("basedir") ?: ".")
        val source = Files.readString(here.resolve("src/test/kotlin/io/crmcore/ReadmeTest.kt"))
        val readme = Files.readString(here.resolve("../../README.md"))
        val shown = readme.substringAfter("```kotlin\nimport io.crmcore.*\n").substringBefore("```")
        val run = source.substringAfter("// From here\n").substringBefore("// to here").trimIndent()
        assertEquals(shown.replace("\"factory.db\"", "path").trim(), run.trim())
    }
}
