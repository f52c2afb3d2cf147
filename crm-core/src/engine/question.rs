//! The questions of the JSON door: reading records, and the reports of every room.

use super::{Command, HandOver, Session, Transfer};
use crate::conditions::{PriceContext, PriceDraft};
use crate::customer::{HierarchyKind, SingleViewOptions, Subject};
use crate::duplicates::{DuplicateQuestion, DuplicateSearch};
use crate::forecast::{ForecastOptions, SalesQuery};
use crate::merging::MergeRequest;
use crate::pricing::PriceDocument;
use crate::product::{BundleChoice, ProductSearch};
use crate::query::{AggregateQuery, Query};
use crate::quote::LostQuoteOptions;
use crate::room::Reader as _;
use crate::sales::{FunnelOptions, WinRateOptions};
use crate::special_price::SpecialPriceOptions;
use crate::value::{Date, Decimal, Id, Result, Timestamp, json};

value_union! {
    /// A question of the JSON door. In JSON: `{"list": {"entity": "account", "query": {"limit": 10}}}`.
    pub enum Question {
        /// One record.
        Get {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
        },
        /// A page of records: `{"items": [...], "next_cursor": "..."}`.
        List {
            /// The entity.
            entity: String,
            /// The question.
            query: Query,
        },
        /// Figures by group: a list of `{"keys": [...], "values": [...]}`.
        Aggregate {
            /// The entity.
            entity: String,
            /// The question.
            query: AggregateQuery,
        },
        /// What happened to a record, oldest first.
        History {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
        },
        /// A page of what happened to a record, as of the change feed.
        HistoryPage {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
            /// The cursor; begin with 0.
            cursor: i64,
            /// Entries on a page, 1 to 1,000.
            limit: i64,
        },
        /// A record as it stood at an instant.
        AsOf {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
            /// The instant.
            at: Timestamp,
        },
        /// The change feed behind a cursor.
        ChangesSince {
            /// The cursor; begin with 0.
            cursor: i64,
            /// Entries on a page, 1 to 1,000.
            limit: i64,
        },
        /// The fields of an entity, as the caller may see them.
        Describe {
            /// The entity.
            entity: String,
        },
        /// Everything about a customer that the reader may see.
        SingleView {
            /// The account.
            account: Id,
            /// What is asked for.
            options: Option<SingleViewOptions>,
        },
        /// The account above, or null.
        ParentOf {
            /// The account.
            account: Id,
            /// The hierarchy.
            hierarchy: HierarchyKind,
            /// The date.
            date: Date,
        },
        /// The accounts directly below.
        Children {
            /// The account.
            account: Id,
            /// The hierarchy.
            hierarchy: HierarchyKind,
            /// The date.
            date: Date,
        },
        /// The accounts above, the nearest first.
        Ancestors {
            /// The account.
            account: Id,
            /// The hierarchy.
            hierarchy: HierarchyKind,
            /// The date.
            date: Date,
        },
        /// The account and everything below it, level by level.
        Subtree {
            /// The account.
            account: Id,
            /// The hierarchy.
            hierarchy: HierarchyKind,
            /// The date.
            date: Date,
        },
        /// Figures over the records of a subtree.
        Rollup {
            /// The account.
            account: Id,
            /// The hierarchy.
            hierarchy: HierarchyKind,
            /// The date.
            date: Date,
            /// The entity.
            entity: String,
            /// The question.
            query: AggregateQuery,
        },
        /// The newest activities of a record, or of an account and what stands below it today.
        ActivitiesOf {
            /// The record.
            subject: Subject,
            /// The hierarchy.
            hierarchy: Option<HierarchyKind>,
            /// The most activities, 1 to 500.
            limit: i64,
        },
        /// The opportunities that stand in each stage of a pipeline.
        Funnel {
            /// What is asked for.
            options: Option<FunnelOptions>,
        },
        /// How many opportunities, and how much, were won of those that were closed.
        WinRate {
            /// What is asked for.
            options: Option<WinRateOptions>,
        },
        /// What was sold by month.
        SalesHistory {
            /// What is asked for.
            query: Option<SalesQuery>,
        },
        /// What was sold by month, with forecasts.
        ForecastSales {
            /// What is asked for.
            query: Option<SalesQuery>,
            /// How it is forecast.
            options: ForecastOptions,
        },
        /// How good a stored run of forecasts was.
        ForecastAccuracy {
            /// The run.
            run: Id,
        },
        /// The stays of an opportunity in its stages.
        StageHistory {
            /// The opportunity.
            opportunity: Id,
        },
        /// Times in the stages, cycle and moves back of an opportunity.
        StageReport {
            /// The opportunity.
            opportunity: Id,
        },
        /// The price of a product on a date, in the named list or in the default one.
        ListPrice {
            /// The product.
            product: Id,
            /// The price list.
            price_list: Option<Id>,
            /// The date.
            date: Date,
        },
        /// The parameters that hold at a class of products.
        ClassParameters {
            /// The class.
            product_class: Id,
        },
        /// A page of products that fulfil conditions on their technical parameters.
        FindProducts {
            /// What is looked for.
            search: ProductSearch,
        },
        /// The documents of a product, its own first, then those of its class and of the classes above.
        ProductDocuments {
            /// The product.
            product: Id,
            /// The date on which they hold; all of them if nothing is said.
            date: Option<Date>,
        },
        /// What is delivered when so many of a bundle are sold.
        Explode {
            /// The product of the bundle.
            product: Id,
            /// How many.
            quantity: Decimal,
            /// What is chosen of it.
            choices: Option<Vec<BundleChoice>>,
        },
        /// The price of a document by the stored catalogue.
        Price {
            /// The document.
            document: PriceDocument,
            /// For whom it is.
            context: Option<PriceContext>,
        },
        /// A document with the part of the stored catalogue that it needs.
        PriceCase {
            /// The document.
            document: PriceDocument,
            /// For whom it is.
            context: Option<PriceContext>,
        },
        /// What is doubtful in the stored price catalogue.
        PriceLint {
            /// A draft of a definition; the active one if nothing is said.
            definition: Option<Id>,
        },
        /// What quotes would come to by another price catalogue.
        PriceWhatIf {
            /// What would be different in it.
            draft: PriceDraft,
            /// The quotes.
            quotes: Vec<Id>,
            /// The field of their documents by which sums are grouped.
            group_by: Option<String>,
        },
        /// What a quote was priced by, as it was then.
        QuotePriceCase {
            /// The quote.
            quote: Id,
        },
        /// The chain of revisions of a quote, the first one first.
        QuoteRevisions {
            /// The quote.
            quote: Id,
        },
        /// The differences between two quotes, and which of them are material.
        QuoteDiff {
            /// The quote that is looked back at.
            earlier: Id,
            /// The quote that is compared with it.
            later: Id,
            /// The policy that says what is material; the default one if nothing is said.
            policy: Option<Id>,
        },
        /// How far a quote became orders.
        QuoteConversion {
            /// The quote.
            quote: Id,
        },
        /// Rejected quotes by reason and competitor.
        LostQuotes {
            /// What is asked for.
            options: Option<LostQuoteOptions>,
        },
        /// Requests for special prices by status and competitor.
        SpecialPriceReport {
            /// Which requests.
            options: Option<SpecialPriceOptions>,
        },
        /// Why a user may do something with a record, or what would give it.
        ExplainAccess {
            /// The user.
            user: Id,
            /// The entity.
            entity: String,
            /// The record.
            record: Id,
            /// The field of it that is meant.
            field: Option<String>,
        },
        /// Who sees a record, how much each has of it, and why.
        WhoCan {
            /// The entity.
            entity: String,
            /// The record.
            record: Id,
        },
        /// Who would gain and lose what if commands were carried out; nothing is written.
        PolicyDiff {
            /// The commands.
            commands: Vec<Command>,
        },
        /// The team of a record, past and future members too.
        Team {
            /// The entity.
            entity: String,
            /// The record.
            record: Id,
        },
        /// What a transfer would do.
        PreviewTransfer {
            /// The transfer.
            transfer: Transfer,
        },
        /// What a hand-over would do.
        PreviewHandOver {
            /// The hand-over.
            hand_over: HandOver,
        },
        /// What a merge would do.
        PreviewMerge {
            /// The merge.
            merge: MergeRequest,
        },
        /// What taking a merge back would do.
        PreviewUnmerge {
            /// The merge.
            id: Id,
        },
        /// The merges by which a record became what it is.
        MergesOf {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
        },
        /// The owners of a record, each with the first day of his.
        Ownership {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
        },
        /// Who owned a record on a date, or null.
        OwnerOn {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
            /// The date.
            date: Date,
        },
        /// The duplicates of a record as it would be saved.
        CheckDuplicates {
            /// The record.
            record: DuplicateQuestion,
        },
        /// The duplicates among records.
        FindDuplicates {
            /// Which records.
            search: DuplicateSearch,
        },
        /// Pairs of related accounts that stand in no hierarchy together.
        SuggestHierarchy {
            /// Which accounts.
            search: DuplicateSearch,
        },
        /// The shares of a record.
        Shares {
            /// The entity.
            entity: String,
            /// The record.
            record: Id,
        },
    }
}

impl Question {
    /// The answer as canonical JSON.
    pub(super) fn answer(self, session: &Session) -> Result<String> {
        match self {
            Self::Get { entity, id } => {
                let row = session.reading(|reading| reading.get(&entity, id))?;
                json::to_canonical(&session.row_json(&entity, row)?)
            }
            Self::List { entity, query } => list(session, &entity, &query),
            Self::Aggregate { entity, query } => json::to_canonical(&session.aggregate(&entity, &query)?),
            Self::History { entity, id } => json::to_canonical(&session.history(&entity, id)?),
            Self::HistoryPage { entity, id, cursor, limit } => {
                json::to_canonical(&session.history_page(&entity, id, cursor, limit)?)
            }
            Self::AsOf { entity, id, at } => {
                let row = session.reading(|reading| reading.as_of(&entity, id, at))?;
                json::to_canonical(&session.row_json(&entity, row)?)
            }
            Self::ChangesSince { cursor, limit } => json::to_canonical(&session.changes_since(cursor, limit)?),
            Self::Describe { entity } => json::to_canonical(&session.describe(&entity)?),
            report => report.report(session),
        }
    }

    /// The answer of a room's report.
    fn report(self, session: &Session) -> Result<String> {
        let (customers, sales) = (session.customers(), session.sales());
        match self {
            Self::SingleView { account, options } => {
                json::to_canonical(&customers.single_view(account, &options.unwrap_or_default())?)
            }
            Self::ParentOf { account, hierarchy, date } => {
                json::to_canonical(&customers.parent_of(account, hierarchy, date)?)
            }
            Self::Children { account, hierarchy, date } => {
                json::to_canonical(&customers.children(account, hierarchy, date)?)
            }
            Self::Ancestors { account, hierarchy, date } => {
                json::to_canonical(&customers.ancestors(account, hierarchy, date)?)
            }
            Self::Subtree { account, hierarchy, date } => {
                json::to_canonical(&customers.subtree(account, hierarchy, date)?)
            }
            Self::Rollup { account, hierarchy, date, entity, query } => {
                json::to_canonical(&customers.rollup(account, hierarchy, date, &entity, &query)?)
            }
            Self::ActivitiesOf { subject, hierarchy, limit } => {
                json::to_canonical(&customers.activities_of(subject, hierarchy, limit)?)
            }
            Self::Funnel { options } => json::to_canonical(&sales.funnel(&options.unwrap_or_default())?),
            Self::WinRate { options } => json::to_canonical(&sales.win_rate(&options.unwrap_or_default())?),
            Self::SalesHistory { query } => {
                json::to_canonical(&session.forecasts().sales_history(&query.unwrap_or_default())?)
            }
            Self::ForecastSales { query, options } => {
                json::to_canonical(&session.forecasts().forecast_sales(&query.unwrap_or_default(), &options)?)
            }
            Self::ForecastAccuracy { run } => json::to_canonical(&session.forecasts().forecast_accuracy(run)?),
            Self::StageHistory { opportunity } => json::to_canonical(&sales.stage_history(opportunity)?),
            Self::StageReport { opportunity } => json::to_canonical(&sales.stage_report(opportunity)?),
            Self::ListPrice { product, price_list, date } => {
                json::to_canonical(&session.products().list_price(product, price_list, date)?)
            }
            Self::ClassParameters { product_class } => {
                json::to_canonical(&session.products().class_parameters(product_class)?)
            }
            Self::FindProducts { search } => json::to_canonical(&session.products().find_products(&search)?),
            Self::ProductDocuments { product, date } => {
                json::to_canonical(&session.products().product_documents(product, date)?)
            }
            Self::Explode { product, quantity, choices } => {
                json::to_canonical(&session.products().explode(product, quantity, &choices.unwrap_or_default())?)
            }
            prices => prices.prices(session),
        }
    }

    /// The answer about prices.
    fn prices(self, session: &Session) -> Result<String> {
        match self {
            Self::Price { document, context } => {
                json::to_canonical(&session.conditions().price(&document, &context.unwrap_or_default())?)
            }
            Self::PriceCase { document, context } => {
                json::to_canonical(&session.conditions().price_case(&document, &context.unwrap_or_default())?)
            }
            Self::PriceLint { definition } => json::to_canonical(&session.conditions().lint(definition)?),
            Self::PriceWhatIf { draft, quotes, group_by } => {
                json::to_canonical(&session.conditions().what_if(&draft, &quotes, group_by.as_deref())?)
            }
            Self::QuotePriceCase { quote } => json::to_canonical(&session.quotes().price_case(quote)?),
            Self::SpecialPriceReport { options } => {
                json::to_canonical(&session.special_prices().report(&options.unwrap_or_default())?)
            }
            quotes => quotes.quotes(session),
        }
    }

    /// The answer about quotes.
    fn quotes(self, session: &Session) -> Result<String> {
        let quotes = session.quotes();
        match self {
            Self::QuoteRevisions { quote } => json::to_canonical(&quotes.revisions(quote)?),
            Self::QuoteDiff { earlier, later, policy } => json::to_canonical(&quotes.diff(earlier, later, policy)?),
            Self::QuoteConversion { quote } => json::to_canonical(&quotes.conversion(quote)?),
            Self::LostQuotes { options } => json::to_canonical(&quotes.lost(&options.unwrap_or_default())?),
            rights => rights.rights(session),
        }
    }

    /// The answer about teams, shares and rights.
    fn rights(self, session: &Session) -> Result<String> {
        let access = session.access();
        match self {
            Self::ExplainAccess { user, entity, record, field } => {
                json::to_canonical(&access.explain(user, &entity, record, field.as_deref())?)
            }
            Self::WhoCan { entity, record } => json::to_canonical(&access.who_can(&entity, record)?),
            Self::PolicyDiff { commands } => json::to_canonical(&access.policy_diff(&commands)?),
            Self::Team { entity, record } => json::to_canonical(&access.team(&entity, record)?),
            Self::PreviewTransfer { transfer } => json::to_canonical(&session.transfers().preview_transfer(&transfer)?),
            Self::PreviewHandOver { hand_over } => {
                json::to_canonical(&session.transfers().preview_hand_over(&hand_over)?)
            }
            Self::PreviewMerge { merge } => json::to_canonical(&session.merges().preview_merge(&merge)?),
            Self::PreviewUnmerge { id } => json::to_canonical(&session.merges().preview_unmerge(id)?),
            Self::MergesOf { entity, id } => json::to_canonical(&session.merges().merges_of(&entity, id)?),
            Self::Ownership { entity, id } => json::to_canonical(&session.transfers().ownership(&entity, id)?),
            Self::OwnerOn { entity, id, date } => json::to_canonical(&session.transfers().owner_on(&entity, id, date)?),
            Self::Shares { entity, record } => json::to_canonical(&access.shares(&entity, record)?),
            Self::CheckDuplicates { record } => json::to_canonical(&session.duplicates().check(&record)?),
            Self::FindDuplicates { search } => json::to_canonical(&session.duplicates().find(&search)?),
            Self::SuggestHierarchy { search } => json::to_canonical(&session.duplicates().suggestions(&search)?),
            record => record.answer(session),
        }
    }
}

#[derive(serde::Serialize)]
struct JsonPage {
    items: Vec<serde_json::Value>,
    next_cursor: Option<String>,
}

fn list(session: &Session, entity: &str, query: &Query) -> Result<String> {
    let (rows, next_cursor) = session.reading(|reading| reading.page(entity, query))?;
    let items = rows.into_iter().map(|row| session.row_json(entity, row)).collect::<Result<_>>()?;
    json::to_canonical(&JsonPage { items, next_cursor })
}
