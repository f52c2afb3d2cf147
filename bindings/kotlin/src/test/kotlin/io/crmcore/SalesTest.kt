package io.crmcore

import java.math.BigDecimal
import java.time.Duration
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Pipelines, leads, opportunities, figures. */
class SalesTest {
    private fun Session.lead(name: String = "Press line") =
        sales().captureLead(Lead(name = name, company = "Ostwerk", contactName = "Eva Müller", source = "fair")).lead

    private fun Session.deal(name: String, amount: String) =
        sales().createOpportunity(Opportunity(name = name, amount = BigDecimal(amount)))

    @Test
    fun `a lead that comes twice is one`() = inMemory { session ->
        val lead = Lead(name = "Press line", externalIds = listOf(ExternalId("web", "1")))
        val first = session.sales().captureLead(lead)
        assertTrue(first.isNew && first.warnings.isEmpty())
        val second = session.sales().captureLead(lead)
        assertFalse(second.isNew)
        assertEquals(first.lead, second.lead)
        assertEquals(1, second.warnings.size)
    }

    @Test
    fun `a lead on its way`() = inMemory { session ->
        val sales = session.sales()
        val lead = sales.updateLead(session.lead().copy(need = "Two presses"))
        refused<CrmException.Conflict>(ErrorCode.STALE_VERSION, "version") {
            sales.assignLead(lead.id, session.user(), expectedVersion = 1)
        }
        sales.assignLead(lead.id, session.user())
        val working = sales.moveLead(lead.id, to = LeadStatus.WORKING)
        assertEquals(LeadStatus.WORKING, working.status)
        assertEquals(LeadStatus.QUALIFIED, sales.moveLead(lead.id, working.version, LeadStatus.QUALIFIED).status)
        refused<CrmException.Conflict>(ErrorCode.STALE_VERSION, "version") {
            sales.moveLead(lead.id, working.version, LeadStatus.WORKING)
        }
        val lost = sales.disqualifyLead(lead.id, "no budget")
        assertEquals(LeadStatus.DISQUALIFIED, sales.lead(lead.id).status)
        assertEquals(lost, sales.leadAsOf(lead.id, NOON))
        assertEquals(listOf(lost), sales.leads(Query(search = "press")).items)
        assertEquals(1, sales.leadSequence().count())
    }

    @Test
    fun `a lead becomes account, contact and opportunity`() = inMemory { session ->
        val lead = session.lead()
        val amount = BigDecimal("123456.7891")
        val converted =
            session
                .sales()
                .convertLead(
                    LeadConversion(
                        lead = lead.id,
                        createAccount = true,
                        createContact = true,
                        amount = amount,
                        closeDate = TODAY.plusMonths(3),
                    )
                )
                .lead
        assertEquals(LeadStatus.CONVERTED, converted.status)
        val deal = session.sales().opportunity(converted.convertedOpportunity!!)
        assertEquals(amount to TODAY.plusMonths(3), deal.amount to deal.closeDate)
        assertEquals("Ostwerk", session.customers().account(deal.account!!).name)
        assertEquals("Eva Müller", session.customers().contact(deal.contact!!).fullName)
    }

    @Test
    fun `an opportunity from stage to stage`() = inMemory { session ->
        val sales = session.sales()
        val made = session.deal("Press line", "80000")
        assertEquals("prospecting", made.stage)
        val saved = sales.updateOpportunity(made.copy(nextStep = "Visit"))
        val later = session.at(NOON.plus(Duration.ofDays(2))).sales()
        val offered = later.advanceStage(made.id, saved.version, "proposal")
        assertEquals(BigDecimal("40000"), offered.expectedRevenue)
        refused<CrmException.Invalid>(ErrorCode.NOT_IN_PICKLIST, "to") {
            later.advanceStage(made.id, offered.version, "nowhere")
        }
        val lost = later.closeLost(made.id, offered.version, "price", competitor = "Nordpress")
        assertEquals(StageCategory.LOST to TODAY.plusDays(2), lost.stageCategory to lost.closedOn)
        val open = later.reopen(made.id, lost.version, reason = "they came back")
        val won = later.closeWon(made.id, open.version, amount = BigDecimal("79999.99"))
        assertEquals(StageCategory.WON, won.stageCategory)
        assertEquals(won, sales.opportunity(made.id))
        assertEquals("prospecting", sales.opportunityAsOf(made.id, NOON).stage)

        val history = sales.stageHistory(made.id)
        assertEquals(listOf("prospecting", "proposal", "lost"), history.take(3).map { it.stage })
        val report = later.stageReport(made.id)
        assertEquals(BigDecimal("2"), report.stages.first { it.stage == "prospecting" }.days)
        val rate = sales.winRate()
        assertEquals(1L to 0L, rate.won to rate.lost)
        assertEquals(BigDecimal("79999.99"), rate.values.single().won)
    }

    @Test
    fun `a funnel, now and then`() = inMemory { session ->
        session.deal("a", "0.1")
        val deal = session.deal("b", "0.2")
        session.at(NOON.plusSeconds(60)).sales().advanceStage(deal.id, deal.version, "negotiation")
        fun row(options: FunnelOptions, stage: String) = session.sales().funnel(options).first { it.stage == stage }
        assertEquals(BigDecimal("0.1"), row(FunnelOptions(), "prospecting").totals.single().amount)
        assertEquals(1L, row(FunnelOptions(), "negotiation").count)
        val before = row(FunnelOptions(asOf = NOON), "prospecting")
        assertEquals(2L to BigDecimal("0.3"), before.count to before.totals.single().amount)
        assertEquals(before, row(FunnelOptions(asOf = NOON, byIntervals = true), "prospecting"))
        assertEquals(2, session.sales().opportunities().items.size)
        assertEquals(2, session.sales().opportunitySequence(Query(limit = 1)).count())
        val pipeline = session.sales().pipelineSequence(Query(limit = 1)).first()
        assertEquals(pipeline, session.sales().pipelineAsOf(pipeline.id, NOON))
    }

    @Test
    fun `a pipeline of one's own`() = inMemory { session ->
        val sales = session.sales()
        val standard = standardPipeline()
        val head = session.admin().createRole(Role(name = "head of sales")).id
        session.admin().updateUser(session.admin().user(session.user()).copy(role = head))
        val filled = listOf(Guard.FieldFilled("close_date"))
        val guarded =
            standard.stages.map {
                if (it.key == "proposal") it.copy(guards = filled, waiverRoles = listOf(head)) else it
            }
        val own = sales.createPipeline(Pipeline(name = "Projects", key = "projects", stages = guarded))
        assertEquals(guarded, sales.pipeline(own.id).stages)
        val deal = sales.createOpportunity(Opportunity(name = "Plant", pipeline = own.id))
        val error =
            org.junit.jupiter.api.assertThrows<CrmException> {
                sales.advanceStage(deal.id, deal.version, "proposal")
            }
        assertEquals(ErrorCode.GUARD_NOT_MET, error.code)
        val waived = sales.advanceStage(deal.id, deal.version, "proposal", reason = "key account", waive = true)
        assertEquals("proposal", waived.stage)
        assertEquals("Large projects", sales.updatePipeline(own.copy(name = "Large projects")).name)
        assertTrue(sales.pipelines().items.any { it.key == "projects" })
        refused<CrmException.Invalid>(ErrorCode.UNKNOWN_REFERENCE, "stages[0].next[0]") {
            val stages = standard.stages.toMutableList().apply { this[0] = this[0].copy(next = listOf("nowhere")) }
            sales.createPipeline(Pipeline(name = "Bad", key = "bad", stages = stages))
        }
    }
}
