//! Python bindings of `crm-core`. A function or a method here forwards to the engine, nothing else; whatever takes time
//! runs while other Python threads go on.
//!
//! A value type is defined in `crm-core` by `value_struct!`, `value_enum!`, `value_union!` or `entity!`; the list below
//! is all that it takes to show it to Python, and a test compares the list with the definitions. The exceptions and
//! the type aliases are Python files beside the extension module.

mod access;
mod admin;
mod conditions;
mod crm;
mod customers;
mod duplicates;
mod entities;
mod exchange;
mod forecast;
mod forecast_backtest;
mod forecast_input;
mod forecast_models;
mod forecast_trees;
mod forecasts;
mod input;
mod matching;
mod merges;
mod pricing;
mod pricing_answers;
mod pricing_tables;
mod pricing_values;
mod products;
mod quotes;
mod sales;
mod session;
mod special_prices;
mod table;
mod transfers;
mod values;
mod watch;

/// The compiled part of the package `crm_core`; import from there.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use crate::access::Access;
    #[pymodule_export]
    use crate::admin::Admin;
    #[pymodule_export]
    use crate::conditions::Conditions;
    #[pymodule_export]
    use crate::crm::Crm;
    #[pymodule_export]
    use crate::customers::Customers;
    #[pymodule_export]
    use crate::duplicates::DuplicateControl;
    #[pymodule_export]
    use crate::exchange::{
        BmecatFile, CellReader, escape_formula, notices_csv, read_bmecat, read_csv, read_vcards, rejects_csv,
        unescape_formula, write_bmecat, write_csv, write_vcards,
    };
    #[pymodule_export]
    use crate::forecast::{decompose_series, forecast_list, forecast_one, forecast_table, raise_problem, read_figures};
    #[pymodule_export]
    use crate::forecast_backtest::backtest_list;
    #[pymodule_export]
    use crate::forecast_trees::{
        demand_pattern, forecast_accuracy, forecast_tree, reconcile_forecasts, tree_table, working_days,
    };
    #[pymodule_export]
    use crate::forecasts::{Forecasts, forecast_input_hash, forecast_run_hash, make_forecast_run, verify_forecast_run};
    #[pymodule_export]
    use crate::matching::{Deduped, MatchIndex, dedupe, explain, from_splink, index, parts, standard_model, to_splink};
    #[pymodule_export]
    use crate::merges::Merges;
    #[pymodule_export]
    use crate::pricing::{Pricer, price, price_json};
    #[pymodule_export]
    use crate::pricing_answers::{
        OpenDocument, audit, audit_json, counterfactual, counterfactual_json, lint, lint_json, waterfall,
        waterfall_json, what_if, what_if_json,
    };
    #[pymodule_export]
    use crate::pricing_tables::{price_table, waterfall_table, what_if_table};
    #[pymodule_export]
    use crate::products::Products;
    #[pymodule_export]
    use crate::quotes::{
        Quotes, chosen_lines, diff_quotes, lost_quotes, price_lines, quote_hash, standard_quote_policy,
    };
    #[pymodule_export]
    use crate::sales::{Sales, standard_pipeline};
    #[pymodule_export]
    use crate::session::Session;
    #[pymodule_export]
    use crate::special_prices::SpecialPrices;
    #[pymodule_export]
    use crate::table::Table;
    #[pymodule_export]
    use crate::transfers::Transfers;
    #[pymodule_export]
    use crate::values::{
        CompiledCalendar, UnitTable, allocate, around_the_clock_calendar, check_value, content_hash, convert,
        convert_exact, currencies, currency_exponent, engine_version, json_schema, json_schema_names, normalize_gtin,
        normalize_iban, normalize_identifier, normalize_text, round_decimal, weekday_calendar,
    };

    #[pymodule_export]
    use crm_core::access::{
        AccessCause, AccessExplanation, AccessLevel, AccessReason, AccessRemedy, DefaultAccess, Duty, EntityFilter,
        FieldAccess, FieldReason, FieldRight, Membership, ObjectRight, OrgUnit, OrgUnitPage, PermissionSet,
        PermissionSetPage, PrincipalKind, PrincipalRef, RecordShare, RecordSharePage, RightReason, Role, RolePage,
        SharingAccess, SharingDefault, SharingDefaultPage, SharingRule, SharingRuleKind, SharingRulePage, TeamMember,
        TeamMemberPage, Territory, TerritoryPage, User, UserAccess, UserGroup, UserGroupPage, UserKind, UserPage,
    };
    #[pymodule_export]
    use crm_core::conditions::{
        ConditionCommand, ConditionCounter, ConditionCounterPage, ConditionUsage, ConditionUsagePage, DefinitionStatus,
        PriceCase, PriceCondition, PriceConditionPage, PriceContext, PriceDefinition, PriceDefinitionPage, PriceDraft,
        PriceInput, UsageStatus,
    };
    #[pymodule_export]
    use crm_core::customer::{
        Account, AccountKind, AccountLink, AccountLinkPage, AccountPage, Activity, ActivityKind, ActivityLink,
        ActivityLinkPage, ActivityPage, Attachment, AttachmentPage, Channel, ChannelKind, Contact, ContactPage,
        CustomerCommand, HierarchyKind, HierarchyNode, Identifier, LifeCycle, SingleView, SingleViewOptions, Subject,
        SubjectEntity, Total, ViewRecord,
    };
    #[pymodule_export]
    use crm_core::duplicates::{
        CaseStatus, CaseVerdict, DuplicateAction, DuplicateCandidate, DuplicateCase, DuplicateCasePage, DuplicateCheck,
        DuplicateCommand, DuplicateHit, DuplicateList, DuplicatePair, DuplicateQuestion, DuplicateRule,
        DuplicateRulePage, DuplicateSearch, DuplicateVerdict, DuplicateVerdictPage, RecordSource, RekeyReport,
        StoredMatchModel, StoredMatchModelPage, VerdictKind,
    };
    #[pymodule_export]
    use crm_core::engine::{
        AccessCommand, AdminCommand, Command, EntityDiff, FieldDescription, FieldDiff, HandOver, HandOverException,
        JournalCommand, MatchHit, Organization, OrganizationPage, Outcome, OwnershipChange, PlannedTransfer,
        PlannedTransferPage, PolicyDiff, Question, RecordChange, RecordCommand, RecordDiff, SetupOptions, Transfer,
        TransferCascade, TransferCommand, TransferCount, TransferReport, TransferRequest, TransferStatus, UserDiff,
    };
    #[pymodule_export]
    use crm_core::exchange::{
        BmecatCatalog, BmecatCode, BmecatFeature, BmecatFeatureGroup, BmecatFeatures, BmecatGroup, BmecatImport,
        BmecatMime, BmecatOrder, BmecatPrice, BmecatProduct, BmecatReference, BmecatText, BmecatTransaction,
        CellFormat, CellKind, ColumnCondition, ColumnMapping, CsvOptions, CsvReject, CsvRow, CsvTable, CsvWriteOptions,
        DateFormat, DumpReport, ExportOptions, ImportIssue, ImportMapping, ImportProposal, ImportReport,
        PercentReading, ReferenceLookup, UnknownReference, VCard, VCardAddress, VCardEmail, VCardFile, VCardFinding,
        VCardParameter, VCardPhone, VCardProperty, VCardUrl, VCardVersion,
    };
    #[pymodule_export]
    use crm_core::forecast::{
        Accuracy, Analogue, Backtest, BacktestAccuracy, BacktestOptions, BacktestProblem, BacktestRow, BacktestWindow,
        BaseForecast, DemandPattern, Forecast, ForecastCalendar, ForecastCheck, ForecastCommand, ForecastFormula,
        ForecastInput, ForecastInterval, ForecastLine, ForecastLineInterval, ForecastOptions, ForecastRun,
        FormulaRange, HierarchyForecast, HierarchyOptions, LevelAccuracy, ModelKind, ModelParameters, MovingHoliday,
        NodeForecast, PartialPeriod, PeriodFigure, PooledAccuracy, Predecessor, QuantileLoss, ReconcileOptions,
        Reconciliation, RunAccuracy, RunSeries, SalesFigure, SalesForecast, SalesHistory, SalesQuery, SalesSeries,
        SalesSource, Series, SeriesAccuracy, SeriesComponents, StoredForecastRun, StoredForecastRunPage, StoredSeries,
        TreeSeries,
    };
    #[pymodule_export]
    use crm_core::journal::{ChangeKind, ChangePage, FieldChange, JournalEntry, RecordKey};
    #[pymodule_export]
    use crm_core::matching::{
        Duplicates, MatchComparison, MatchDecision, MatchField, MatchFrequencies, MatchKind, MatchLevel, MatchModel,
        MatchPair, MatchRecord, MatchScore, MatchStep, MatchTest, ThresholdSource,
    };
    #[pymodule_export]
    use crm_core::merging::{
        FieldChoice, MergeAlias, MergeCommand, MergeCount, MergeRecord, MergeRecordPage, MergeReport, MergeRequest,
        MergeStatus, MergedField, MergedRecord, SurvivorRule, UnmergeConflict, UnmergeReport,
    };
    #[pymodule_export]
    use crm_core::pricing::{
        AccessOutcome, AccessSequence, AccessStep, AccessTrace, ApprovalRule, Calculation, CandidateOutcome,
        CandidateTrace, ConditionExclusion, ConditionGroup, ConditionGroupBy, ConditionKind, ConditionRecord,
        ConditionRounding, ConditionSign, ConditionSupplement, ConditionTable, ConditionType, ConversionMode,
        CounterUsage, DistributionBasis, ExchangeRate, ExclusionMethod, FreeGoods, FreeGoodsKind, FreeGoodsRule,
        HeaderRule, InactiveReason, LintFinding, ManualCondition, ManualRule, OnTie, PriceCatalog, PriceChange,
        PriceCurrency, PriceDocument, PriceField, PriceFieldKind, PriceFinding, PriceGoal, PriceHierarchy, PriceItem,
        PriceLever, PriceLint, PriceNode, PriceProduct, PriceResult, PriceRow, PriceTax, PricedItem, PricedSlice,
        PricingPolicies, PricingProcedure, PricingStep, ProcedureDetermination, ReplacesRows, Reprice, RepriceMode,
        RowOrigin, ScaleBase, ScaleKind, ScaleLevel, ScaleRule, TaxRounding, UsageLimit, ValueMode, WaterfallBar,
        WhatIf, WhatIfLine, WhatIfStep, WhatIfSum,
    };
    #[pymodule_export]
    use crm_core::product::{
        BundleChoice, BundleComponent, BundleConstraint, BundleConstraintKind, BundleGroup, BundleLine, BundlePrice,
        BundlePricing, EffectiveParameter, ListPrice, ListPricePage, ParameterChoice, ParameterKind, ParameterValue,
        PriceList, PriceListPage, Product, ProductBundle, ProductBundlePage, ProductClass, ProductClassPage,
        ProductCommand, ProductDocument, ProductDocumentKind, ProductDocumentPage, ProductLifeCycle, ProductPage,
        ProductParameter, ProductParameterPage, ProductRelation, ProductRelationKind, ProductRelationPage,
        ProductSearch, ProductSource, ProductSourcePage, ProductUnit, SourceText, TakenComponent,
    };
    #[pymodule_export]
    use crm_core::query::{
        AggregateQuery, AggregateRow, Bucket, Comparison, Filter, GroupBy, Measure, MeasureFunction,
        ParameterComparison, ParameterCondition, Query, Sort,
    };
    #[pymodule_export]
    use crm_core::quote::{
        ConversionLine, LostQuoteOptions, LostQuotes, LostReason, LostTotal, MaterialDirection, MaterialField,
        OrderKind, OrderLine, OrderStatus, OrderedQuantity, PricedBy, Quote, QuoteChange, QuoteChangeKind,
        QuoteCommand, QuoteConversion, QuoteCopy, QuoteDiff, QuoteLine, QuoteLineKind, QuoteLoss, QuotePage,
        QuotePolicy, QuotePolicyPage, QuoteRevision, QuoteRounding, QuoteStatus, QuoteTax, QuoteTotals, SalesOrder,
        SalesOrderPage,
    };
    #[pymodule_export]
    use crm_core::room::{ExternalId, TraceStep};
    #[pymodule_export]
    use crm_core::sales::{
        ForecastCategory, FunnelOptions, FunnelRow, FunnelTotal, Guard, Lead, LeadConversion, LeadOutcome, LeadPage,
        LeadStatus, Opportunity, OpportunityPage, Pipeline, PipelinePage, RawField, SalesCommand, Stage, StageCategory,
        StageInterval, StageIntervalPage, StageReport, StageTime, WinRate, WinRateOptions, WinRateValue,
    };
    #[pymodule_export]
    use crm_core::schema::{CustomFieldKind, FieldDefinition, FieldDefinitionPage};
    #[pymodule_export]
    use crm_core::special_price::{
        SpecialPriceCommand, SpecialPriceGrant, SpecialPriceOptions, SpecialPriceReport, SpecialPriceRequest,
        SpecialPriceRequestPage, SpecialPriceRow, SpecialPriceStatus,
    };
    #[pymodule_export]
    use crm_core::store::Durability;
    #[pymodule_export]
    use crm_core::value::{
        AllocationMethod, BusinessCalendar, Dimension, ErrorCode, IdentifierKind, MakeUpDay, Money, Problem, Quantity,
        Rounding, UnitFactor, Weekday, WeekdayHours, WorkingInterval,
    };
}
