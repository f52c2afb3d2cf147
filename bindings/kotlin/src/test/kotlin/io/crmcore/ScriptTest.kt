package io.crmcore

import java.nio.file.Files
import java.nio.file.Path
import java.time.Instant
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** One script of commands and questions for all languages: the bytes must be those that Rust gives. */
class ScriptTest {
    private fun lines(name: String): List<String> =
        Files.readAllLines(Path.of(System.getProperty("basedir") ?: ".").resolve("../conformance/$name"))

    @Test
    fun `Kotlin gives the expected bytes`() {
        val script = lines("script.jsonl")
        val expected = lines("expected.jsonl")
        assertTrue(script.size > 30)
        assertEquals(script.size, expected.size)
        Crm.openReplayable(7u, Instant.parse("2026-03-02T01:00:00Z")).use { crm ->
            crm.setup(SetupOptions("main", "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
            val session = crm.session("main", "admin")
            script.forEachIndexed { place, request ->
                assertEquals(expected[place], session.answerJson(request), "line ${place + 1} of the script")
            }
        }
    }
}
