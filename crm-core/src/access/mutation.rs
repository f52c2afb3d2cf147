//! Checks that a test turns off one at a time, to prove that the other tests notice. Outside tests none can be.

/// A check of the rights, at one of the places where it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// The right to do something with an entity at all.
    Action,
    /// Which record is found by its identifier.
    GetVisible,
    /// Which records a list has.
    ListVisible,
    /// Which records figures are made of.
    FiguresVisible,
    /// By which fields is filtered.
    FilterField,
    /// By which fields is sorted.
    SortField,
    /// By which fields is grouped.
    GroupField,
    /// Of which fields figures are made.
    MeasureField,
    /// In which fields is searched.
    SearchField,
    /// Which fields are set, exported or looked up by their names.
    NamedField,
    /// Which fields a record shows.
    GetMask,
    /// Which fields a page shows.
    PageMask,
    /// Which fields all records show that a question finds.
    ScanMask,
    /// Which fields the parts of a record show.
    PartsMask,
    /// Which fields a record shows as it stood.
    AsOfMask,
    /// Which fields an entry of the journal shows.
    JournalField,
    /// Which entries the change feed has.
    FeedVisible,
    /// Which fields a report is made of.
    ReportField,
    /// Which fields an entity is said to have.
    DescribedField,
    /// To which records a reference may point.
    ReferenceVisible,
    /// Which operations can be undone.
    UndoSeen,
    /// Which fields others are said to have changed.
    StaleField,
    /// Which fields a room decides by.
    RoomMask,
    /// By which fields a duplicate weighs.
    DuplicateField,
    /// Whether duplicates that are hidden are kept from who shall not even count them.
    DuplicateHidden,
    /// Which records a merge says that it moved.
    MergeSeen,
    /// Which fields a merge says that it chose.
    MergeField,
}

/// Whether the check is turned off.
#[cfg(not(test))]
pub(crate) const fn off(_: Check) -> bool {
    false
}

#[cfg(test)]
pub(crate) use switch::{ALL, off, without};

#[cfg(test)]
mod switch {
    use std::cell::Cell;

    use super::Check;

    /// Every check.
    pub(crate) const ALL: [Check; 27] = [
        Check::Action,
        Check::GetVisible,
        Check::ListVisible,
        Check::FiguresVisible,
        Check::FilterField,
        Check::SortField,
        Check::GroupField,
        Check::MeasureField,
        Check::SearchField,
        Check::NamedField,
        Check::GetMask,
        Check::PageMask,
        Check::ScanMask,
        Check::PartsMask,
        Check::AsOfMask,
        Check::JournalField,
        Check::FeedVisible,
        Check::ReportField,
        Check::DescribedField,
        Check::ReferenceVisible,
        Check::UndoSeen,
        Check::StaleField,
        Check::RoomMask,
        Check::DuplicateField,
        Check::DuplicateHidden,
        Check::MergeSeen,
        Check::MergeField,
    ];

    thread_local! {
        static OFF: Cell<Option<Check>> = const { Cell::new(None) };
    }

    /// Whether the check is turned off in this thread.
    pub(crate) fn off(check: Check) -> bool {
        OFF.get() == Some(check)
    }

    /// Does some work without a check; it is on again afterwards, also after a panic.
    pub(crate) fn without<T>(check: Check, work: impl FnOnce() -> T) -> std::thread::Result<T> {
        OFF.set(Some(check));
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        OFF.set(None);
        done
    }
}
