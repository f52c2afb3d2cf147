//! What every store must do. One suite, run on each: memory is the reference, the others must equal it.
//!
//! A new store joins with one line: `store_conformance!(postgres, || ...)`. The checked types can be made by
//! [`crate::access`] only, so a store outside this crate cannot run the suite; stores live here.

mod aggregates;
mod comparisons;
mod keeping;
mod matches;
mod pages;
mod searching;
mod spans;
mod suite;
mod visibility;

use suite::Suite;

/// Runs the whole suite on the store that an expression makes.
macro_rules! store_conformance {
    ($name:ident, $make:expr) => {
        mod $name {
            store_conformance!(@tests $make,
                keeping: one_record_is_seen_by_who_may_see_it,
                keeping: an_identifier_is_given_once,
                keeping: a_stale_version_is_refused_and_nothing_is_written,
                keeping: a_unique_value_is_held_released_and_taken_again,
                keeping: nested_and_custom_values_can_be_unique,
                keeping: records_are_found_by_the_entries_of_their_lists,
                keeping: every_value_comes_back_as_it_was_given,
                keeping: the_journal_is_read_by_record_operation_and_place,
                keeping: an_operation_is_kept_once,
                keeping: tenants_are_apart,
                keeping: numbers_have_no_gaps_and_no_repeats,
                keeping: what_fails_leaves_nothing,
                keeping: a_panic_leaves_nothing_and_the_store_goes_on,
                spans: figures_are_found_by_every_comparison,
                spans: figures_follow_their_record_and_its_readers,
                spans: many_records_with_a_figure_page_without_gap,
                matches: records_that_share_a_key_are_found,
                matches: keys_change_with_their_record,
                matches: a_key_of_many_is_bounded,
                matches: what_is_taken_back_leaves_no_keys,
                matches: versions_stand_side_by_side_until_the_old_one_is_dropped,
                matches: pages_and_tenants_are_apart,
                comparisons: every_comparison_of_every_kind,
                comparisons: lists_of_values_and_empty_values,
                comparisons: conditions_join_as_two_valued_logic,
                comparisons: figures_with_more_digits_than_the_field,
                comparisons: prefixes_end_anywhere_in_unicode,
                comparisons: long_lists_of_values_and_owners,
                pages: every_sort_pages_without_gap_or_repeat,
                pages: a_field_that_became_required_pages_over_older_records,
                pages: two_sort_keys_page_without_gap_or_repeat,
                pages: a_sink_can_stop,
                searching: chinese_words_single_characters_and_beginnings,
                searching: only_readable_columns_are_searched,
                searching: deleted_restored_and_changed_records,
                searching: the_newest_candidates_are_looked_at,
                searching: a_record_is_found_by_its_new_owner,
                aggregates: counts_and_exact_sums,
                aggregates: smallest_and_largest_of_every_kind,
                aggregates: groups_by_every_kind,
                aggregates: dates_by_spans_of_time,
                aggregates: figures_count_what_the_reader_sees,
                visibility: owners_and_grants_show_and_denying_grants_hide,
                visibility: grants_hold_from_their_first_day_to_their_last,
                visibility: parts_are_seen_with_the_record_above,
                visibility: every_course_of_writes_shows_what_the_reference_shows,
            );
        }
    };
    (@tests $make:expr, $($room:ident : $test:ident),* $(,)?) => {
        $(#[test]
        fn $test() {
            super::$room::$test(&super::Suite::new($make));
        })*
    };
}

store_conformance!(memory, crate::testkit::memory());
store_conformance!(sqlite, crate::testkit::sqlite());
store_conformance!(sqlite_formula, crate::testkit::sqlite_with(crate::store::PlanChoice::Sql));
store_conformance!(sqlite_sets, crate::testkit::sqlite_with(crate::store::PlanChoice::Set));
store_conformance!(sqlite_bitmaps, crate::testkit::sqlite_with(crate::store::PlanChoice::Bitmap));
