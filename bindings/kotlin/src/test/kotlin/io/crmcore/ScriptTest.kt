package io.crmcore

import java.nio.file.Files
import java.nio.file.Path
import java.time.Instant
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** One script of commands and questions gives the same bytes in every language. */
class ScriptTest {
    @Test
    fun `kotlin gives the expected bytes`() {
        val folder = Path.of("..", "conformance")
        val script = Files.readAllLines(folder.resolve("script.jsonl"))
        Crm.openReplayable(7u, Instant.parse("2026-03-02T01:00:00Z")).use { crm ->
            crm.setup(SetupOptions("main", "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
            val session = crm.session("main", "admin")
            val answers = script.joinToString("") { session.answerJson(it) + "\n" }
            assertEquals(Files.readString(folder.resolve("expected.jsonl")), answers)
        }
    }
}
