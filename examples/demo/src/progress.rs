//! One line on the standard error stream that says how far long work has come.
//!
//! On a terminal the line is redrawn in place; elsewhere each phase writes one line when it ends, so that a log stays
//! readable.

use std::io::{self, IsTerminal, Stderr, Write};
use std::time::{Duration, Instant};

/// The line is redrawn at most this often.
const REDRAW_AFTER: Duration = Duration::from_millis(100);
/// Cells of the bar.
const BAR_CELLS: u64 = 24;

/// Shows the phases of long work, one after the other.
#[derive(Debug)]
pub struct Progress<W: Write = Stderr> {
    out: W,
    terminal: bool,
}

/// A phase under way; it ends with [`Phase::finish`], or without a word when it is dropped.
#[derive(Debug)]
pub struct Phase<'a, W: Write = Stderr> {
    progress: &'a mut Progress<W>,
    name: String,
    total: Option<u64>,
    done: u64,
    started: Instant,
    drawn: Option<Instant>,
}

impl Progress {
    /// Progress on the standard error stream.
    pub fn stderr() -> Self {
        Self { out: io::stderr(), terminal: io::stderr().is_terminal() }
    }
}

impl<W: Write> Progress<W> {
    /// Progress as a log: one line for each phase, when it ends.
    pub fn log(out: W) -> Self {
        Self { out, terminal: false }
    }

    /// Starts a phase; `total` is how many steps it has, when that is known.
    pub fn phase(&mut self, name: &str, total: Option<u64>) -> Phase<'_, W> {
        let mut phase =
            Phase { progress: self, name: name.to_owned(), total, done: 0, started: Instant::now(), drawn: None };
        phase.redraw();
        phase
    }

    /// A failure to write progress is no reason to stop the work.
    fn write(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes());
        let _ = self.out.flush();
    }
}

impl<W: Write> Phase<'_, W> {
    /// Says that `done` steps of the phase are done.
    pub fn advance_to(&mut self, done: u64) {
        self.done = done;
        if self.drawn.is_none_or(|at| at.elapsed() >= REDRAW_AFTER) {
            self.redraw();
        }
    }

    /// Ends the phase and leaves one line about it.
    pub fn finish(mut self, done: u64) {
        self.done = done;
        let line = finished_line(&self.name, done, self.started.elapsed());
        let clear = if self.progress.terminal { "\r\x1b[K" } else { "" };
        self.progress.write(&format!("{clear}{line}\n"));
    }

    fn redraw(&mut self) {
        if self.progress.terminal {
            let line = running_line(&self.name, self.done, self.total, self.started.elapsed());
            self.progress.write(&format!("\r\x1b[K{line}"));
            self.drawn = Some(Instant::now());
        }
    }
}

fn running_line(name: &str, done: u64, total: Option<u64>, elapsed: Duration) -> String {
    let Some(total) = total.filter(|total| *total > 0) else {
        return format!("{name}  {}{}", thousands(done), rate(done, elapsed));
    };
    let cells = (done.min(total) * BAR_CELLS / total).min(BAR_CELLS);
    let bar: String = (0..BAR_CELLS).map(|cell| if cell < cells { '█' } else { '░' }).collect();
    let percent = done.min(total) * 100 / total;
    format!("{name}  {bar} {percent:>3} %  {} / {}{}", thousands(done), thousands(total), rate(done, elapsed))
}

fn finished_line(name: &str, done: u64, elapsed: Duration) -> String {
    let (seconds, tenths) = (elapsed.as_secs(), elapsed.subsec_millis() / 100);
    format!("{name}: {} in {seconds}.{tenths} s{}", thousands(done), rate(done, elapsed))
}

/// Steps a second; nothing before the first tenth of a second, when it would be noise.
fn rate(done: u64, elapsed: Duration) -> String {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    if millis < 100 { String::new() } else { format!("  {}/s", thousands(done.saturating_mul(1000) / millis)) }
}

/// A number with thousands separators: `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(terminal: bool, work: impl FnOnce(&mut Progress<&mut Vec<u8>>)) -> String {
        let mut out = Vec::new();
        work(&mut Progress { out: &mut out, terminal });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_log_gets_one_line_for_each_phase() {
        let text = written(false, |progress| {
            for name in ["Reading", "Importing"] {
                let mut phase = progress.phase(name, Some(5000));
                (0..5000).for_each(|done| phase.advance_to(done));
                phase.finish(5000);
            }
        });
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("Reading: 5,000 in "), "{text}");
        assert!(!text.contains('\x1b'));
    }

    #[test]
    fn a_terminal_sees_one_line_redrawn_in_place() {
        let text = written(true, |progress| {
            let mut phase = progress.phase("Importing", Some(10));
            phase.advance_to(5);
            phase.finish(10);
        });
        assert!(text.starts_with("\r\x1b[KImporting"), "{text:?}");
        assert_eq!(text.matches('\n').count(), 1);
    }

    #[test]
    fn the_line_says_share_count_and_rate() {
        let line = running_line("Importing accounts", 1500, Some(3000), Duration::from_millis(500));
        assert_eq!(line, "Importing accounts  ████████████░░░░░░░░░░░░  50 %  1,500 / 3,000  3,000/s");
        assert_eq!(running_line("Reading", 7, None, Duration::ZERO), "Reading  7");
        assert_eq!(running_line("Empty", 0, Some(0), Duration::ZERO), "Empty  0");
        assert_eq!(
            finished_line("Done", 1_234_567, Duration::from_millis(2050)),
            "Done: 1,234,567 in 2.0 s  602,227/s"
        );
    }
}
