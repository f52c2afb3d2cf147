//! Pipelines: the stages of opportunities as data, and what makes a definition sound.

use std::collections::{BTreeMap, BTreeSet};

use super::Opportunity;
use crate::query::Query;
use crate::room::{Change, Decision, View, records_for_rule};
use crate::schema::{Entity, MergePolicy, NestedReferences, Row, TenantSchema, enum_field};
use crate::value::{Decimal, Error, ErrorCode, FieldValue, Id, Money, Problem, Result, json};

/// The most stages of a pipeline.
pub const MAX_STAGES: usize = 50;
/// The longest key of a stage, in characters.
const MAX_KEY_CHARS: usize = 60;

value_enum! {
    /// What a stage means (阶段类别).
    #[derive(Default)]
    pub enum StageCategory {
        /// The sale is worked on.
        #[default]
        Open = "open",
        /// The sale rests; it counts as open.
        Hold = "hold",
        /// Won (赢单).
        Won = "won",
        /// Lost (输单).
        Lost = "lost",
    }
}

enum_field!(StageCategory);

impl StageCategory {
    /// Whether nothing follows but reopening.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Won | Self::Lost)
    }
}

value_union! {
    /// What must hold before an opportunity enters a stage (阶段准入条件).
    pub enum Guard {
        /// A field of the opportunity, own or custom, has a value; a yes/no field says yes.
        FieldFilled {
            /// The field.
            field: String,
        },
        /// The amount is at least the one that is given in the opportunity's currency. A currency that is not listed
        /// does not meet the guard.
        AmountAtLeast {
            /// One amount per currency.
            minimums: Vec<Money>,
        },
        /// The move says why.
        ReasonGiven {},
    }
}

value_struct! {
    /// One stage of a pipeline (阶段).
    pub struct Stage {
        required {
            /// The key, unique in the pipeline, for example `negotiation`. Records and history keep it.
            pub key: String,
            /// What people read.
            pub name: String,
            /// What it means.
            pub category: StageCategory,
            /// The probability in percent that opportunities get here, 0 to 100. Won is 100 and lost is 0.
            pub probability: Decimal,
        }
        optional {
            /// What must hold to enter it. A move over several stages must meet the guards of each.
            pub guards: Vec<Guard>,
            /// Whether a move over this stage need not meet its guards.
            pub may_skip: bool,
            /// The keys of the stages that may follow. If nothing is said: every later open stage, every hold stage and
            /// every closed stage; from a hold stage back to where the opportunity was, where it may go from there, and
            /// every hold or lost stage.
            pub next: Vec<String>,
            /// The keys of the earlier stages to which an opportunity may go back; none if nothing is said. Going back
            /// needs no guard.
            pub may_regress_to: Vec<String>,
            /// Days after which a stay is too long.
            pub max_days: Option<i64>,
            /// The roles whose users may enter although a guard is not met, with a reason (豁免).
            pub waiver_roles: Vec<Id>,
        }
    }
}

entity! {
    /// The stages of a kind of sale (销售管道).
    pub struct Pipeline("pipeline", PipelinePage, Public) {
        required {
            /// The name; unique.
            pub name: String => text(120).unique(),
            /// The key for programs; unique.
            pub key: String => text(60).unique(),
        }
        optional {
            /// Whether opportunities get it if none is named. One pipeline at the most: naming another one takes it
            /// from the one before.
            pub is_default: bool => boolean(),
            /// The stages in their order.
            pub stages: Vec<Stage> => nested().refers_inside(WAIVER_ROLES),
        }
    }
}

/// The roles that the stages of a pipeline name.
/// The roles inside the stages.
const WAIVER_ROLES: NestedReferences = NestedReferences {
    to: &["role"],
    find: |json, _| {
        let stages: Vec<Stage> = json::from_text(json).unwrap_or_default();
        stages.into_iter().flat_map(|stage| stage.waiver_roles).collect()
    },
    follow: |json, _, by| {
        let mut stages: Vec<Stage> = json::from_text(json).ok()?;
        for role in stages.iter_mut().flat_map(|stage| &mut stage.waiver_roles) {
            *role = by(*role);
        }
        json::to_canonical(&stages).ok()
    },
    merge: MergePolicy::Repoint,
    through: None,
};

impl Stage {
    fn standard(key: &str, name: &str, category: StageCategory, probability: i64) -> Self {
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            category,
            probability: Decimal::from(probability),
            guards: Vec::new(),
            may_skip: false,
            next: Vec::new(),
            may_regress_to: Vec::new(),
            max_days: None,
            waiver_roles: Vec::new(),
        }
    }
}

impl Pipeline {
    /// The pipeline of a newcomer: prospecting 10 %, qualification 20 %, proposal 50 %, negotiation 75 %, won, lost.
    /// Every open stage may be skipped forward and gone back to; losing needs a reason.
    ///
    /// ```
    /// use crm_core::sales::Pipeline;
    /// let standard = Pipeline::standard();
    /// assert_eq!(standard.stages.len(), 6);
    /// assert_eq!(standard.stage("proposal").map(|stage| stage.probability.to_string()), Some("50".into()));
    /// ```
    #[must_use]
    pub fn standard() -> Self {
        let open = [("prospecting", 10), ("qualification", 20), ("proposal", 50), ("negotiation", 75)];
        let mut stages: Vec<Stage> = Vec::new();
        for (key, probability) in open {
            let may_regress_to = stages.iter().map(|stage| stage.key.clone()).collect();
            let stage = Stage::standard(key, &titled(key), StageCategory::Open, probability);
            stages.push(Stage { may_regress_to, ..stage });
        }
        stages.push(Stage::standard("won", "Won", StageCategory::Won, 100));
        let lost = Stage::standard("lost", "Lost", StageCategory::Lost, 0);
        stages.push(Stage { guards: vec![Guard::ReasonGiven {}], ..lost });
        Self { name: "Standard".to_owned(), key: "standard".to_owned(), is_default: true, stages, ..Self::default() }
    }

    /// A stage by key.
    #[must_use]
    pub fn stage(&self, key: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.key == key)
    }

    /// The place of a stage in the order.
    #[must_use]
    pub fn place(&self, key: &str) -> Option<usize> {
        self.stages.iter().position(|stage| stage.key == key)
    }

    /// Whether an opportunity may go from the stage at `from` to the one at `to` in one step. `reached` is the open
    /// stage where it is or was last.
    pub(super) fn allows(&self, from: usize, reached: usize, to: usize) -> bool {
        let (Some(source), Some(target)) = (self.stages.get(from), self.stages.get(to)) else { return false };
        if from == to || source.category.is_closed() {
            return false;
        }
        if source.may_regress_to.contains(&target.key) {
            return true;
        }
        if !source.next.is_empty() {
            return source.next.contains(&target.key);
        }
        match (source.category, target.category) {
            (StageCategory::Hold, StageCategory::Open | StageCategory::Won) => self.resumes(from, reached, to),
            (_, StageCategory::Won | StageCategory::Lost | StageCategory::Hold) => true,
            _ => to > from,
        }
    }

    /// Whether an opportunity that rests at `from` may go on at `to`: where it was, or where it might go from there.
    /// Where it was is an open stage; with `reached` on a hold stage nothing is known of it.
    fn resumes(&self, from: usize, reached: usize, to: usize) -> bool {
        from != reached && (to == reached || self.allows(reached, reached, to))
    }

    /// The stages whose guards must hold for a move to the stage at `to`, in their order: its own, and on the way to an
    /// open or won one those of every open stage behind `reached` that may not be skipped; from the first stage on if
    /// nothing is reached yet. Going back to an open stage needs none.
    pub(super) fn guarded(&self, reached: Option<usize>, to: usize) -> Vec<&Stage> {
        let Some(target) = self.stages.get(to) else { return Vec::new() };
        let is_new = |place: usize| reached.is_none_or(|reached| place > reached);
        let lies_on_the_way = |place: usize| match target.category {
            StageCategory::Open => place < to,
            StageCategory::Won => true,
            StageCategory::Hold | StageCategory::Lost => false,
        };
        let passed = |(place, stage): &(usize, &Stage)| {
            stage.category == StageCategory::Open && !stage.may_skip && is_new(*place) && lies_on_the_way(*place)
        };
        let passed = self.stages.iter().enumerate().filter(passed).map(|(_, stage)| stage);
        let own = Some(target).filter(|stage| stage.category != StageCategory::Open || is_new(to));
        passed.chain(own).collect()
    }

    /// Checks the definition; every problem is told.
    ///
    /// # Errors
    /// `Required`, `TooMany`, `DuplicateKey`, `UnknownReference`, `OutOfRange`, `UnknownField`, `IllegalTransition`, each
    /// with the path, for example `stages[2].next[0]`.
    pub(super) fn check(&self, schema: &TenantSchema) -> Result<()> {
        let mut problems = Vec::new();
        self.check_list(&mut problems);
        for (place, stage) in self.stages.iter().enumerate() {
            let mut found = Vec::new();
            self.check_stage(place, stage, schema, &mut found);
            problems.extend(found.into_iter().map(|problem| problem.under(&format!("stages[{place}]"))));
        }
        if problems.is_empty() {
            self.check_ways(&mut problems);
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
    }

    fn check_list(&self, problems: &mut Vec<Problem>) {
        let mut add = |code, message: &str| problems.push(Problem::of_field(code, "stages", message));
        if self.stages.len() > MAX_STAGES {
            add(ErrorCode::TooMany, "a pipeline has at most 50 stages");
        }
        let has = |category| self.stages.iter().any(|stage| stage.category == category);
        if !has(StageCategory::Won) || !has(StageCategory::Lost) {
            add(ErrorCode::Required, "a pipeline needs a won and a lost stage");
        }
        if self.stages.first().is_none_or(|first| first.category != StageCategory::Open) {
            add(ErrorCode::Required, "the first stage must be an open one");
        }
    }

    fn check_stage(&self, place: usize, stage: &Stage, schema: &TenantSchema, problems: &mut Vec<Problem>) {
        let mut add = |code, field: &str, message: &str| problems.push(Problem::of_field(code, field, message));
        let length = stage.key.chars().count();
        if stage.key.trim().is_empty() || length > MAX_KEY_CHARS {
            add(ErrorCode::BadFormat, "key", "the key is a text of 1 to 60 characters");
        }
        if self.place(&stage.key) != Some(place) {
            add(ErrorCode::DuplicateKey, "key", "another stage has this key");
        }
        if stage.name.trim().is_empty() {
            add(ErrorCode::Required, "name", "`name` must not be empty");
        }
        let hundred = Decimal::from(100);
        let fits = match stage.category {
            StageCategory::Won => stage.probability == hundred,
            StageCategory::Lost => stage.probability.is_zero(),
            _ => is_percent(stage.probability),
        };
        if !fits {
            let message = "a probability lies between 0 and 100 with 4 digits at the most; won is 100, lost is 0";
            add(ErrorCode::OutOfRange, "probability", message);
        }
        if stage.max_days.is_some_and(|days| days < 1) {
            add(ErrorCode::OutOfRange, "max_days", "a stay is at least one day long");
        }
        self.check_keys(place, stage, problems);
        for (number, guard) in stage.guards.iter().enumerate() {
            if let Some(problem) = check_guard(guard, schema) {
                problems.push(problem.under(&format!("guards[{number}]")));
            }
        }
    }

    fn check_keys(&self, place: usize, stage: &Stage, problems: &mut Vec<Problem>) {
        if stage.category.is_closed() && !(stage.next.is_empty() && stage.may_regress_to.is_empty()) {
            let message = "nothing follows a closed stage: it can only be reopened";
            problems.push(Problem::of_field(ErrorCode::IllegalTransition, "next", message));
        }
        for (number, key) in stage.next.iter().enumerate() {
            if self.stage(key).is_none() || *key == stage.key {
                let field = format!("next[{number}]");
                problems.push(Problem::of_field(ErrorCode::UnknownReference, field, "no other stage has this key"));
            }
        }
        for (number, key) in stage.may_regress_to.iter().enumerate() {
            let earlier = self.stages.iter().take(place).find(|earlier| earlier.key == *key);
            if earlier.is_none_or(|earlier| earlier.category.is_closed()) {
                let field = format!("may_regress_to[{number}]");
                problems.push(Problem::of_field(ErrorCode::UnknownReference, field, "no earlier stage has this key"));
            }
        }
    }

    /// Every stage must be reached from the first, and every open one must lead to a closed one.
    fn check_ways(&self, problems: &mut Vec<Problem>) {
        let places = 0..self.stages.len();
        let ways: BTreeMap<usize, Vec<usize>> = places
            .clone()
            .map(|from| (from, places.clone().filter(|to| self.allows(from, from, *to)).collect()))
            .collect();
        let reached = reachable(&ways, 0);
        for (place, stage) in self.stages.iter().enumerate() {
            let mut add = |message: &str| {
                let problem = Problem::of_field(ErrorCode::IllegalTransition, format!("stages[{place}]"), message);
                problems.push(problem.with("stage", &stage.key));
            };
            if !reached.contains(&place) {
                add("no way leads to this stage");
            }
            let closed = |place: &usize| self.stages.get(*place).is_some_and(|stage| stage.category.is_closed());
            if !stage.category.is_closed() && !reachable(&ways, place).iter().any(closed) {
                add("no way leads from this stage to a closed one");
            }
        }
    }
}

fn titled(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether a figure is a percentage from 0 to 100 that a field can keep.
pub(super) fn is_percent(figure: Decimal) -> bool {
    !figure.is_negative() && figure <= Decimal::from(100) && figure.scale() <= 4
}

fn reachable(ways: &BTreeMap<usize, Vec<usize>>, from: usize) -> BTreeSet<usize> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(place) = open.pop() {
        if seen.insert(place) {
            open.extend(ways.get(&place).into_iter().flatten());
        }
    }
    seen
}

fn check_guard(guard: &Guard, schema: &TenantSchema) -> Option<Problem> {
    match guard {
        Guard::FieldFilled { field } => {
            let known = schema.entity(Opportunity::NAME).ok().and_then(|entity| schema.field(entity, field));
            known.is_none().then(|| Problem::of_field(ErrorCode::UnknownField, "field", "no such field"))
        }
        Guard::AmountAtLeast { minimums } if minimums.is_empty() => {
            Some(Problem::of_field(ErrorCode::Required, "minimums", "an amount is needed"))
        }
        Guard::AmountAtLeast { .. } | Guard::ReasonGiven {} => None,
    }
}

/// What holds for every pipeline: the definition is sound, one is the default, and no stage in use goes away.
pub(super) fn pipeline_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    let pipeline = Pipeline::from_row(after.clone())?;
    pipeline.check(view.schema())?;
    after.values = pipeline.to_row().values;
    let before = before.cloned().map(Pipeline::from_row).transpose()?;
    if let Some(before) = &before {
        check_stages_in_use(view, before, &pipeline)?;
    }
    if !pipeline.is_default || before.is_some_and(|before| before.is_default) {
        return Ok(Decision::default());
    }
    let others = records_for_rule::<Pipeline>(view, &Query::default())?;
    let others = others.into_iter().filter(|other| other.is_default && other.id != pipeline.id);
    Ok(others.fold(Decision::default(), |decision, other| {
        decision.and_rule(Change::update::<Pipeline>(other.id, vec![("is_default", false.into())]))
    }))
}

/// A pipeline that comes back is not the default one if another is by now.
pub(super) fn restore_rule(view: &mut dyn View, row: &Row) -> Result<Decision> {
    let pipeline = Pipeline::from_row(row.clone())?;
    if !pipeline.is_default {
        return Ok(Decision::default());
    }
    let others = records_for_rule::<Pipeline>(view, &Query::default())?;
    if others.iter().all(|other| !other.is_default || other.id == pipeline.id) {
        return Ok(Decision::default());
    }
    let steps_back = Change::update::<Pipeline>(pipeline.id, vec![("is_default", false.into())]);
    Ok(Decision::default().and_rule(steps_back))
}

/// A stage in which opportunities stand can be renamed and reordered, but not removed, nor change its category.
fn check_stages_in_use(view: &mut dyn View, before: &Pipeline, after: &Pipeline) -> Result<()> {
    let kept = |stage: &Stage| after.stage(&stage.key).is_some_and(|kept| kept.category == stage.category);
    for stage in before.stages.iter().filter(|stage| !kept(stage)) {
        let query = Query::matching(&[("pipeline", before.id.into()), ("stage", FieldValue::from(stage.key.as_str()))]);
        if !view.list_for_rule(Opportunity::NAME, &query)?.is_empty() {
            let message = "opportunities stand in this stage: it cannot be removed or change its category";
            let problem = Problem::of_field(ErrorCode::StillReferenced, "stages", message);
            return Err(Error::conflict(problem.with("stage", &stage.key)));
        }
    }
    Ok(())
}

/// The pipeline of an opportunity that names none: the default one, or the only one. If there is none at all, the
/// standard one, and the change that makes it.
pub(super) fn pipeline_for_newcomer(view: &mut dyn View) -> Result<(Pipeline, Option<Change>)> {
    let pipelines = records_for_rule::<Pipeline>(view, &Query::default())?;
    let only = pipelines.len() == 1;
    if pipelines.is_empty() {
        let standard = Pipeline { id: view.new_id(), ..Pipeline::standard() };
        let change = Change::create(&standard);
        return Ok((standard, Some(change)));
    }
    let found = pipelines.into_iter().find(|pipeline| pipeline.is_default || only);
    let pipeline = found.ok_or_else(|| {
        Error::invalid(ErrorCode::Required, "pipeline", "there are several pipelines and none is the default: name one")
    })?;
    Ok((pipeline, None))
}
