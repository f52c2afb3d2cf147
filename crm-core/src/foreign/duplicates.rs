//! Looking for duplicates.

use crate::duplicates::{
    CaseVerdict, DuplicateCase, DuplicateCasePage, DuplicateCheck, DuplicateList, DuplicatePair, DuplicateQuestion,
    DuplicateRule, DuplicateRulePage, DuplicateSearch, DuplicateVerdict, DuplicateVerdictPage, RekeyReport,
    StoredMatchModel, StoredMatchModelPage,
};
use crate::engine::Session;
use crate::query::Query;
use crate::value::{Id, Result};

/// Rules for duplicates, looking for them, verdicts on pairs and cases of review, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct DuplicateControl {
    session: Session,
}

impl DuplicateControl {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

/// Looking.
#[uniffi::export]
impl DuplicateControl {
    /// Looks for duplicates of a record as it would be saved, past the sight of the caller: what he may not see is counted
    /// and never shown, and what he sees is weighed by the fields that he sees.
    ///
    /// # Errors
    /// `UnknownEntity` for an entity whose duplicates are not looked for; `UnknownField`, `WrongType` below `fields`;
    /// `NotFound` for an `id` that the caller does not see; `Denied` without the right to make or change such records.
    pub fn check(&self, question: DuplicateQuestion) -> Result<DuplicateCheck> {
        self.session.duplicates().check(&question)
    }

    /// Finds the duplicates among all records that the caller sees, or some of them: pairs, and clusters in which no two
    /// are known to be different. The whole list is held in memory.
    ///
    /// # Errors
    /// `UnknownEntity`; what is wrong with the filter; `OutOfRange` for the threads; `TooMany` above 5 million records;
    /// `Denied`.
    pub fn find(&self, search: DuplicateSearch) -> Result<DuplicateList> {
        self.session.duplicates().find(&search)
    }

    /// Pairs of accounts that are related, as sister companies are, and stand in no hierarchy together.
    ///
    /// # Errors
    /// As [`DuplicateControl::find`].
    pub fn suggestions(&self, search: DuplicateSearch) -> Result<Vec<DuplicatePair>> {
        self.session.duplicates().suggestions(&search)
    }

    /// Makes anew what at most `limit` records are matched by that another version of the engine kept; 1 to 10,000. A host
    /// calls it after an update until it is done; meanwhile a look says that it is incomplete.
    ///
    /// # Errors
    /// `OutOfRange`; `Denied` without the right to change models.
    #[uniffi::method(default(limit = 1000))]
    pub fn rekey(&self, limit: i64) -> Result<RekeyReport> {
        self.session.duplicates().rekey(limit)
    }
}

/// Verdicts and cases of review.
#[uniffi::export]
impl DuplicateControl {
    /// Says what two records are to each other; a verdict that is there is replaced. It holds until one of them changes in
    /// what it is matched by.
    ///
    /// # Errors
    /// `UnknownReference` for a record that the caller does not see; `UnknownEntity`; `NotAllowed` for one record twice;
    /// `Denied` for who may change neither of the two.
    pub fn set_verdict(&self, verdict: DuplicateVerdict) -> Result<DuplicateVerdict> {
        self.session.duplicates().set_verdict(&verdict)
    }

    /// Takes a verdict back.
    ///
    /// # Errors
    /// `StaleVersion`, `NotFound`, `Denied`.
    pub fn withdraw_verdict(&self, id: Id, version: i64) -> Result<()> {
        self.session.duplicates().withdraw_verdict(id, version)
    }

    /// One page of verdicts.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn verdicts(&self, query: Query) -> Result<DuplicateVerdictPage> {
        self.session.duplicates().verdicts(&query)
    }

    /// One page of the records that somebody should look at.
    ///
    /// # Errors
    /// As [`DuplicateControl::verdicts`].
    #[uniffi::method(default(query))]
    pub fn cases(&self, query: Query) -> Result<DuplicateCasePage> {
        self.session.duplicates().cases(&query)
    }

    /// Closes a case, with verdicts on its candidates.
    ///
    /// # Errors
    /// `IllegalTransition` for one that was decided before; `UnknownReference` for a candidate that is not in it, or that the
    /// caller does not see; `StaleVersion`, `NotFound`, `Denied`.
    #[uniffi::method(default(note = None))]
    pub fn decide_case(
        &self,
        id: Id,
        version: i64,
        verdicts: Vec<CaseVerdict>,
        note: Option<String>,
    ) -> Result<DuplicateCase> {
        self.session.duplicates().decide_case(id, version, &verdicts, note.as_deref())
    }
}

/// Rules and models.
#[uniffi::export]
impl DuplicateControl {
    /// Makes a rule.
    ///
    /// # Errors
    /// `UnknownEntity`; `Overlap` if another rule holds for the same entity and way; `Denied`.
    pub fn create_rule(&self, rule: DuplicateRule) -> Result<DuplicateRule> {
        self.session.duplicates().create_rule(&rule)
    }

    /// Saves a rule that was read and changed.
    ///
    /// # Errors
    /// As [`DuplicateControl::create_rule`]; `StaleVersion`, `NotFound`.
    pub fn update_rule(&self, rule: DuplicateRule) -> Result<DuplicateRule> {
        self.session.duplicates().update_rule(&rule)
    }

    /// One page of rules.
    ///
    /// # Errors
    /// As [`DuplicateControl::verdicts`].
    #[uniffi::method(default(query))]
    pub fn rules(&self, query: Query) -> Result<DuplicateRulePage> {
        self.session.duplicates().rules(&query)
    }

    /// Learns a model from the records that the caller sees, keeps it and uses it from now on.
    ///
    /// # Errors
    /// As [`DuplicateControl::find`]; `Denied` without the right to make models.
    pub fn learn(&self, search: DuplicateSearch) -> Result<StoredMatchModel> {
        self.session.duplicates().learn(&search)
    }

    /// Keeps a model and uses it from now on.
    ///
    /// # Errors
    /// What is wrong with the model, below `model`; `Denied`.
    pub fn store_model(&self, model: StoredMatchModel) -> Result<StoredMatchModel> {
        self.session.duplicates().store_model(&model)
    }

    /// Saves a model that was read and changed, for example to switch it off.
    ///
    /// # Errors
    /// As [`DuplicateControl::store_model`]; `StaleVersion`, `NotFound`.
    pub fn update_model(&self, model: StoredMatchModel) -> Result<StoredMatchModel> {
        self.session.duplicates().update_model(&model)
    }

    /// One page of models.
    ///
    /// # Errors
    /// As [`DuplicateControl::verdicts`].
    #[uniffi::method(default(query))]
    pub fn models(&self, query: Query) -> Result<StoredMatchModelPage> {
        self.session.duplicates().models(&query)
    }
}
