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

    private fun replayed(test: (Session) -> Unit) =
        Crm.openReplayable(7u, Instant.parse("2026-03-02T01:00:00Z")).use { crm ->
            crm.setup(SetupOptions("main", "华东精密机械", "CNY", "Asia/Shanghai", "admin"))
            test(crm.session("main", "admin"))
        }

    /** The same answer as of [Session.answerJson], with values of Kotlin instead of text. */
    private fun Session.typed(command: String, opId: String?): String =
        try {
            """{"ok":${execute(parseCommand(command), opId).toJson()}}"""
        } catch (error: CrmException) {
            val kind = error.javaClass.simpleName.replace(Regex("(?<!^)(?=[A-Z])"), "_").lowercase()
            val problems = error.problems.joinToString(",") { it.toJson() }
            """{"error":{"kind":"$kind","problems":[$problems]}}"""
        }

    @Test
    fun `typed commands give the same bytes`() {
        val start = """{"execute":"""
        val opIdAtEnd = Regex(""",\s*"op_id"\s*:\s*"([^"]+)"\s*}\s*$""")
        var commands = 0
        replayed { session ->
            lines("script.jsonl").zip(lines("expected.jsonl")).forEachIndexed { place, (request, expected) ->
                val compact = request.replace(Regex("""^\{\s*"execute"\s*:\s*"""), start)
                if (compact.startsWith("$start{")) {
                    commands += 1
                    val opId = opIdAtEnd.find(compact)
                    val command = opId?.let { compact.substring(0, it.range.first) } ?: compact.trimEnd().removeSuffix("}")
                    val answer = session.typed(command.removePrefix(start), opId?.groupValues?.get(1))
                    assertEquals(expected, answer, "line ${place + 1} of the script")
                } else {
                    session.answerJson(request)
                }
            }
        }
        assertTrue(commands > 60, "$commands commands")
    }

    @Test
    fun `Kotlin gives the expected bytes`() {
        val script = lines("script.jsonl")
        val expected = lines("expected.jsonl")
        assertTrue(script.size > 30)
        assertEquals(script.size, expected.size)
        replayed { session ->
            script.forEachIndexed { place, request ->
                assertEquals(expected[place], session.answerJson(request), "line ${place + 1} of the script")
            }
        }
    }
}
