//! Looking for duplicates, as a host calls it.

use crate::duplicates::{
    CaseVerdict, DuplicateCase, DuplicateCasePage, DuplicateCheck, DuplicateCommand, DuplicateList, DuplicatePair,
    DuplicateQuestion, DuplicateRule, DuplicateRulePage, DuplicateSearch, DuplicateVerdict, DuplicateVerdictPage,
    RecordSource, RekeyReport, StoredMatchModel, StoredMatchModelPage,
};
use crate::engine::{Command, Session, duplicates};
use crate::query::Query;
use crate::schema::Entity as _;
use crate::value::{Id, Result};

/// Duplicates, on behalf of the session's user.
#[derive(Debug, Clone, Copy)]
pub struct DuplicateControl<'a> {
    session: &'a Session,
}

fn wrap(command: DuplicateCommand) -> Command {
    Command::Duplicate(command)
}

impl Session {
    /// Rules for duplicates, looking for them, verdicts on pairs and cases of review (查重).
    ///
    /// ```
    /// use crm_core::customer::{Account, Channel, ChannelKind};
    /// use crm_core::duplicates::{DuplicateQuestion, DuplicateSearch, DuplicateVerdict, VerdictKind};
    /// # use crm_core::engine::{Crm, SetupOptions};
    /// # let crm = Crm::open_in_memory();
    /// # crm.setup(SetupOptions {
    /// #     tenant: "main".into(),
    /// #     name: "Precision Works".into(),
    /// #     base_currency: "EUR".parse()?,
    /// #     time_zone: "Europe/Berlin".into(),
    /// #     admin_login: "admin".into(),
    /// # })?;
    /// # let session = crm.session("main", "admin")?;
    /// let phone = Channel { kind: ChannelKind::Phone, value: "+86 512 6288 0000".into(), ..Channel::default() };
    /// let account = Account { name: "苏州东方泵业有限公司".into(), channels: vec![phone], ..Account::default() };
    /// let known = session.customers().create_account(&account)?;
    /// let twin = session.customers().create_account(&account)?;
    ///
    /// let duplicates = session.duplicates();
    /// let question = DuplicateQuestion { entity: "account".into(), id: Some(twin.id), ..DuplicateQuestion::default() };
    /// let found = duplicates.check(&question)?;
    /// assert_eq!(found.hits[0].id, known.id);
    ///
    /// let verdict = DuplicateVerdict {
    ///     entity: "account".into(),
    ///     record: known.id,
    ///     other_entity: "account".into(),
    ///     other: twin.id,
    ///     verdict: VerdictKind::Different,
    ///     ..DuplicateVerdict::default()
    /// };
    /// duplicates.set_verdict(&verdict)?;
    /// assert!(duplicates.check(&question)?.hits.is_empty());
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn duplicates(&self) -> DuplicateControl<'_> {
        DuplicateControl { session: self }
    }

    /// The same session for records that come in on another way: the rules for duplicates of that way hold. If nothing is
    /// said, methods count as a form, the JSON door as a program, and files as an import.
    #[must_use]
    pub fn with_source(&self, source: RecordSource) -> Self {
        Self { source: Some(source), ..self.clone() }
    }
}

impl DuplicateControl<'_> {
    /// Looks for duplicates of a record as it would be saved, past the sight of the caller: what he may not see is counted
    /// and never shown, and what he sees is weighed by the fields that he sees.
    ///
    /// # Errors
    /// `UnknownEntity` for an entity whose duplicates are not looked for; `UnknownField`, `WrongType` below `fields`;
    /// `NotFound` for an `id` that the caller does not see; `Denied` without the right to make or change such records.
    pub fn check(&self, question: &DuplicateQuestion) -> Result<DuplicateCheck> {
        duplicates::check(self.session, question)
    }

    /// Finds the duplicates among all records that the caller sees, or some of them: pairs, and clusters in which no two
    /// are known to be different. The whole list is held in memory.
    ///
    /// # Errors
    /// `UnknownEntity`; what is wrong with the filter; `OutOfRange` for the threads; `TooMany` above 5 million records;
    /// `Denied`.
    pub fn find(&self, search: &DuplicateSearch) -> Result<DuplicateList> {
        duplicates::find(self.session, search)
    }

    /// Pairs of accounts that are related, as sister companies are, and stand in no hierarchy together.
    ///
    /// # Errors
    /// As [`DuplicateControl::find`].
    pub fn suggestions(&self, search: &DuplicateSearch) -> Result<Vec<DuplicatePair>> {
        duplicates::suggestions(self.session, search)
    }

    /// Learns a model from the records that the caller sees, keeps it and uses it from now on.
    ///
    /// # Errors
    /// As [`DuplicateControl::find`]; `Denied` without the right to make models.
    pub fn learn(&self, search: &DuplicateSearch) -> Result<StoredMatchModel> {
        duplicates::learn(self.session, search)
    }

    /// Makes anew what at most `limit` records are matched by that another version of the engine kept; 1 to 10,000. A host
    /// calls it after an update until it is done; meanwhile a look says that it is incomplete.
    ///
    /// # Errors
    /// `OutOfRange`; `Denied` without the right to change models.
    pub fn rekey(&self, limit: i64) -> Result<RekeyReport> {
        duplicates::rekey(self.session, limit)
    }

    /// Says what two records are to each other; a verdict that is there is replaced. It holds until one of them changes in
    /// what it is matched by.
    ///
    /// # Errors
    /// `UnknownReference` for a record that the caller does not see; `UnknownEntity`; `NotAllowed` for one record twice;
    /// `Denied` for who may change neither of the two.
    pub fn set_verdict(&self, verdict: &DuplicateVerdict) -> Result<DuplicateVerdict> {
        let command = wrap(DuplicateCommand::SetVerdict { verdict: verdict.clone() });
        let outcome = self.session.execute(command)?;
        let changed = outcome.changes.iter().find(|change| change.entity == DuplicateVerdict::NAME);
        let id = changed.map_or(verdict.id, |change| change.id);
        self.session.get(id)
    }

    /// Takes a verdict back.
    ///
    /// # Errors
    /// `StaleVersion`, `NotFound`, `Denied`.
    pub fn withdraw_verdict(&self, id: Id, version: i64) -> Result<()> {
        let command = wrap(DuplicateCommand::WithdrawVerdict { id, expected_version: version });
        self.session.execute(command).map(|_| ())
    }

    /// One page of verdicts.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn verdicts(&self, query: &Query) -> Result<DuplicateVerdictPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(DuplicateVerdictPage { items, next_cursor })
    }

    /// One page of the records that somebody should look at.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn cases(&self, query: &Query) -> Result<DuplicateCasePage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(DuplicateCasePage { items, next_cursor })
    }

    /// Closes a case, with verdicts on its candidates.
    ///
    /// # Errors
    /// `IllegalTransition` for one that was decided before; `UnknownReference` for a candidate that is not in it, or that the
    /// caller does not see; `StaleVersion`, `NotFound`, `Denied`.
    pub fn decide_case(
        &self,
        id: Id,
        version: i64,
        verdicts: &[CaseVerdict],
        note: Option<&str>,
    ) -> Result<DuplicateCase> {
        self.session.execute(wrap(DuplicateCommand::DecideCase {
            id,
            expected_version: version,
            verdicts: verdicts.to_vec(),
            note: note.map(str::to_owned),
        }))?;
        self.session.get(id)
    }

    /// Makes a rule.
    ///
    /// # Errors
    /// `UnknownEntity`; `Overlap` if another rule holds for the same entity and way; `Denied`.
    pub fn create_rule(&self, rule: &DuplicateRule) -> Result<DuplicateRule> {
        self.session.create_and_read(wrap(DuplicateCommand::CreateRule { rule: rule.clone() }), rule)
    }

    /// Saves a rule that was read and changed.
    ///
    /// # Errors
    /// As [`DuplicateControl::create_rule`]; `StaleVersion`, `NotFound`.
    pub fn update_rule(&self, rule: &DuplicateRule) -> Result<DuplicateRule> {
        self.session.save_and_read(wrap(DuplicateCommand::UpdateRule { rule: rule.clone() }), rule)
    }

    /// One page of rules.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn rules(&self, query: &Query) -> Result<DuplicateRulePage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(DuplicateRulePage { items, next_cursor })
    }

    /// Keeps a model and uses it from now on.
    ///
    /// # Errors
    /// What is wrong with the model, below `model`; `Denied`.
    pub fn store_model(&self, model: &StoredMatchModel) -> Result<StoredMatchModel> {
        self.session.create_and_read(wrap(DuplicateCommand::StoreModel { model: model.clone() }), model)
    }

    /// Saves a model that was read and changed, for example to switch it off.
    ///
    /// # Errors
    /// As [`DuplicateControl::store_model`]; `StaleVersion`, `NotFound`.
    pub fn update_model(&self, model: &StoredMatchModel) -> Result<StoredMatchModel> {
        self.session.save_and_read(wrap(DuplicateCommand::UpdateModel { model: model.clone() }), model)
    }

    /// One page of models.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn models(&self, query: &Query) -> Result<StoredMatchModelPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(StoredMatchModelPage { items, next_cursor })
    }
}
