package io.crmcore

import java.nio.file.Path
import kotlin.math.abs
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** Duplicates of lists and the index file, without a database. */
class MatchingTest {
    private val plant =
        MatchRecord(id = "a", name = "苏州汇川机械有限公司", city = "苏州", phone = "0512-66881234", website = "www.huichuan.com")
    private val again =
        MatchRecord(id = "b", name = "汇川机械(苏州)有限公司", city = "苏州", phone = "+86 512 6688 1234", email = "wang@huichuan.com")
    private val sister =
        MatchRecord(id = "c", name = "武汉汇川电气有限公司", city = "武汉", phone = "027-88776655", website = "www.huichuan.com")
    private val model = standardMatchModel(MatchKind.ORGANISATION)

    @Test
    fun `a list is searched for duplicates`() {
        val found = dedupe(listOf(sister, again, plant), MatchKind.ORGANISATION, model)
        assertEquals(listOf(listOf("a", "b")), found.clusters)
        val decisions = found.pairs.associate { (it.one to it.other) to it.decision }
        assertEquals(MatchDecision.DUPLICATE, decisions["a" to "b"])
        assertEquals(MatchDecision.RELATED, decisions["a" to "c"])
        assertEquals(found, dedupe(listOf(plant, again, sister), MatchKind.ORGANISATION, model, 3u))
    }

    @Test
    fun `steps add up to the weight`() {
        val steps = explainMatch(plant, again, MatchKind.ORGANISATION)
        assertEquals("prior", steps.first().field)
        assertTrue(abs(steps.sumOf { it.weight } - steps.last().total) < 1e-9)
        assertEquals(listOf("汇川"), matchParts(plant, MatchKind.ORGANISATION)["brand"])
    }

    @Test
    fun `an index answers the check at insert`(@TempDir folder: Path) {
        val path = folder.resolve("customers.idx").toString()
        MatchIndex.make(path, listOf(plant, again, sister), MatchKind.ORGANISATION, model).use { index ->
            val hits = index.query(MatchRecord(id = "", name = "苏州匯川機械", phone = "0512 6688 1234"))
            assertEquals(MatchDecision.DUPLICATE, hits.first().decision)
        }
        // The shares of the model are those of three records.
        MatchIndex.open(path).use { assertEquals(model.comparisons, it.model().comparisons) }
        refused<CrmException.Invalid>(ErrorCode.FILE_EXISTS, "path") {
            MatchIndex.make(path, listOf(plant), MatchKind.ORGANISATION, model)
        }
    }

    @Test
    fun `a model goes to Splink and comes back`() {
        assertEquals(model, matchModelFromSplink(MatchKind.ORGANISATION, matchModelToSplink(model)))
    }
}
