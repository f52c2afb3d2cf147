//! The example prints what `examples/expected.txt` says, as those of the other languages do.

use std::process::Command;

#[test]
fn the_first_deal_prints_what_is_expected() {
    let run = Command::new(env!("CARGO_BIN_EXE_first_deal")).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(String::from_utf8_lossy(&run.stdout), include_str!("../expected.txt"));
}
