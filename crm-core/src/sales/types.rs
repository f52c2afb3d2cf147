//! Leads, opportunities, stage intervals.

use super::StageCategory;
use crate::room::{ExternalId, external_ids};
use crate::schema::enum_field;
use crate::value::{Currency, Date, Decimal, Id, Problem, Timestamp};

value_enum! {
    /// Where a lead stands (线索状态).
    #[derive(Default)]
    pub enum LeadStatus {
        /// Captured; nobody has it yet.
        #[default]
        New = "new",
        /// Somebody was named for it.
        Assigned = "assigned",
        /// Somebody is at it.
        Working = "working",
        /// Worth an opportunity.
        Qualified = "qualified",
        /// An opportunity came out of it.
        Converted = "converted",
        /// Nothing came out of it.
        Disqualified = "disqualified",
    }
}

value_enum! {
    /// How sure the owner is of an opportunity (预测类别).
    pub enum ForecastCategory {
        /// Not part of the forecast.
        Omitted = "omitted",
        /// Possible.
        Pipeline = "pipeline",
        /// Likely if all goes well.
        BestCase = "best_case",
        /// Promised.
        Commit = "commit",
    }
}

enum_field!(LeadStatus, ForecastCategory);

value_struct! {
    /// One field of a lead as its source sent it.
    pub struct RawField {
        required {
            /// The name at the source.
            pub name: String,
            /// The value at the source.
            pub value: String,
        }
    }
}

entity! {
    /// Somebody who may want something: an inquiry, a fair contact, a web form (线索).
    pub struct Lead("lead", LeadPage, Private) {
        required {
            /// What people read: the person, the company or the inquiry.
            pub name: String => text(200).searchable().indexed(),
        }
        optional {
            /// Where it came from, for example `web` or `hannover_fair_2026` (来源).
            pub source: Option<String> => text(120).indexed(),
            /// The company.
            pub company: Option<String> => text(200).searchable().indexed(),
            /// The person.
            pub contact_name: Option<String> => text(200).searchable().personal(),
            /// Telephone number.
            pub phone: Option<String> => text(60).personal(),
            /// E-mail address.
            pub email: Option<String> => text(254).personal().indexed(),
            /// What is wanted.
            pub need: Option<String> => text(10_000),
            /// Where it stands; new if nothing is said. Whoever makes it may say another status but converted, so that
            /// a history can be imported; afterwards the commands of leads change it.
            pub status: Option<LeadStatus> => picklist(LeadStatus::NAMES).indexed().once().stays(),
            /// When it came in; now if nothing is said.
            pub received_at: Option<Timestamp> => timestamp().indexed(),
            /// Why nothing came out of it; a disqualified lead has a reason, and no other.
            pub disqualify_reason: Option<String> => text(2_000).once().stays(),
            /// The account that it became.
            pub converted_account: Option<Id> => reference("account", MergePolicy::Repoint).indexed().engine(),
            /// The contact that it became.
            pub converted_contact: Option<Id> => reference("contact", MergePolicy::Repoint).indexed().engine(),
            /// The opportunity that it became.
            pub converted_opportunity: Option<Id> => reference("opportunity", MergePolicy::Repoint).indexed().engine(),
            /// When it became that.
            pub converted_at: Option<Timestamp> => timestamp().engine(),
            /// Everything that the source sent, as it was sent.
            pub raw: Vec<RawField> => nested().personal(),
            /// Its identifiers at its sources: capturing the same one twice gives the first lead.
            pub external_ids: Vec<ExternalId> => external_ids(),
        }
    }
}

value_struct! {
    /// What shall become of a lead (线索转化).
    #[derive(Default)]
    pub struct LeadConversion {
        required {
            /// The lead.
            pub lead: Id,
        }
        optional {
            /// The version of the lead that was read; whatever it is if nothing is said.
            pub expected_version: Option<i64>,
            /// The account that the lead belongs to, if it exists already.
            pub account: Option<Id>,
            /// Makes an account from the lead; not together with `account`.
            pub create_account: bool,
            /// The contact that the lead belongs to, if it exists already.
            pub contact: Option<Id>,
            /// Makes a contact from the lead; not together with `contact`.
            pub create_contact: bool,
            /// Makes no opportunity.
            pub without_opportunity: bool,
            /// The name of the opportunity; that of the lead if nothing is said.
            pub opportunity_name: Option<String>,
            /// The pipeline of the opportunity.
            pub pipeline: Option<Id>,
            /// The amount of the opportunity.
            pub amount: Option<Decimal>,
            /// The currency of the amount.
            pub currency: Option<Currency>,
            /// When the opportunity is expected to close.
            pub close_date: Option<Date>,
        }
    }
}

entity! {
    /// A possible sale (商机).
    ///
    /// Whoever makes one may say its `stage`, `opened_on` and `closed_on`, so that a history can be imported: the
    /// stage must exist in the pipeline and its guards must hold. Afterwards the three are changed by the commands for
    /// stages alone.
    pub struct Opportunity("opportunity", OpportunityPage, Private) {
        required {
            /// What people read.
            pub name: String => text(200).searchable().indexed(),
        }
        optional {
            /// The customer.
            pub account: Option<Id> => reference("account", MergePolicy::Repoint).indexed(),
            /// The person at the customer.
            pub contact: Option<Id> => reference("contact", MergePolicy::Repoint).indexed(),
            /// The pipeline; the default one if nothing is said. The first opportunity of a tenant without pipelines
            /// gets the standard pipeline made.
            pub pipeline: Option<Id> => reference("pipeline", MergePolicy::Repoint).indexed().once(),
            /// The key of the stage; the first one of the pipeline if nothing is said.
            pub stage: Option<String> => text(60).indexed().once(),
            /// The category of the stage, kept by the engine.
            pub stage_category: Option<StageCategory> => picklist(StageCategory::NAMES).indexed().engine(),
            /// The date on which it was opened, in the past for an imported one; today if nothing is said.
            pub opened_on: Option<Date> => date().once(),
            /// The amount, up to 4 digits behind the point; below zero for a credit.
            pub amount: Option<Decimal> => decimal(4).signed().confidential().in_currency("currency"),
            /// The currency of the amount; that of the books if nothing is said.
            pub currency: Option<Currency> => currency(),
            /// The probability in percent, 0 to 100. If nothing is said it is that of the stage and follows it. A
            /// figure that was said, also 0, stands through every move between open stages; emptying it, closing and
            /// reopening bring the figure of the stage back.
            pub probability: Option<Decimal> => decimal(4),
            /// Whether the probability was said and not taken from the stage; kept by the engine.
            pub probability_overridden: bool => boolean().engine(),
            /// Amount times probability, rounded half up to the smallest unit of the currency; kept by the engine, and
            /// seen only with both.
            pub expected_revenue: Option<Decimal> =>
                decimal(4)
                    .signed()
                    .confidential()
                    .engine()
                    .with_rights_of("amount")
                    .with_rights_of("probability")
                    .in_currency("currency"),
            /// When it is expected to close.
            pub close_date: Option<Date> => date().indexed(),
            /// What it is about, if it is one product.
            pub product: Option<Id> => reference("product", MergePolicy::Repoint).indexed(),
            /// How much of the product.
            pub quantity: Option<Decimal> => decimal(6),
            /// Where it came from.
            pub source: Option<String> => text(120).indexed(),
            /// Who else is after it, or got it.
            pub competitor: Option<String> => text(200).indexed(),
            /// Why it was won or lost (赢单/输单原因); a lost one has a reason.
            pub close_reason: Option<String> => text(2_000),
            /// The date on which it was won or lost; set by closing.
            pub closed_on: Option<Date> => date().indexed().once(),
            /// How sure the owner is.
            pub forecast_category: Option<ForecastCategory> => picklist(ForecastCategory::NAMES).indexed(),
            /// What comes next.
            pub next_step: Option<String> => text(2_000),
            /// What it is about.
            pub description: Option<String> => text(10_000),
            /// Its identifiers in other systems.
            pub external_ids: Vec<ExternalId> => external_ids(),
        }
    }
}

entity! {
    /// One stay of an opportunity in a stage: from `entered_at`, before `left_at` (阶段停留区间).
    ///
    /// Rules write it, nobody else does. A won or lost stage is left in the instant in which it is entered, because
    /// nothing goes on there; if the opportunity is reopened, it is left in the instant of the reopening. So the
    /// intervals follow each other without gap or overlap. It is owned by the owner of the opportunity, and the rights
    /// on opportunities hold for it: who may not see the stage of an opportunity, or when it was opened or closed, sees none
    /// of its intervals.
    pub struct StageInterval("stage_interval", StageIntervalPage, Private) {
        required {
            /// The opportunity.
            pub opportunity: Id => reference("opportunity", MergePolicy::Join).indexed().engine().with_rights_of("id"),
            /// The key of the stage.
            pub stage: String => text(60).indexed().engine().with_rights_of("stage"),
            /// What the stage was then.
            pub category: StageCategory =>
                picklist(StageCategory::NAMES).engine().with_rights_of("stage").with_rights_of("stage_category"),
            /// The first instant in the stage.
            pub entered_at: Timestamp =>
                timestamp().indexed().engine().with_rights_of("opened_on").with_rights_of("closed_on"),
        }
        optional {
            /// The first instant no longer in the stage; nothing while it is there.
            pub left_at: Option<Timestamp> =>
                timestamp().engine().with_rights_of("opened_on").with_rights_of("closed_on"),
            /// Whether it came back here from a later stage, by the order that the pipeline had then.
            pub moved_back: bool => boolean().engine().with_rights_of("stage"),
            /// Who moved it there.
            pub entered_by: Option<Id> => reference("user", MergePolicy::Keep).engine().with_rights_of("id"),
            /// Why.
            pub reason: Option<String> => text(2_000).engine().with_rights_of("close_reason"),
            /// The amount when it entered, in the currency of then.
            pub amount_at_entry: Option<Decimal> =>
                decimal(4).signed().confidential().engine().with_rights_of("amount").in_currency("currency_at_entry"),
            /// The currency of that amount.
            pub currency_at_entry: Option<Currency> => currency().engine().with_rights_of("currency"),
            /// The probability in percent that it had then.
            pub probability_at_entry: Option<Decimal> => decimal(4).engine().with_rights_of("probability"),
            /// The expected closing date when it entered.
            pub close_date_at_entry: Option<Date> => date().engine().with_rights_of("close_date"),
        }
    }
}

value_struct! {
    /// A lead after a command, with what the caller should know.
    pub struct LeadOutcome {
        required {
            /// The lead as it stands.
            pub lead: Lead,
        }
        optional {
            /// Whether the command made the lead.
            pub is_new: bool,
            /// What the caller should know although the command succeeded.
            pub warnings: Vec<Problem>,
        }
    }
}
