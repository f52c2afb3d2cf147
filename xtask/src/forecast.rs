//! How good and how fast forecasts are: the engine beside statsforecast on the monthly series of M3.

use crate::peers::Peers;
use crate::python;
use crate::run::{Outcome, Steps};

/// `bench --forecast`: the comparison; `arguments` are those of `benches/forecast/compare.py`.
pub(crate) fn run(steps: &mut Steps, arguments: &[String]) -> Outcome {
    let peers = Peers::new("forecast");
    let wheel = python::build(steps, true)?;
    steps.step("forecast: tools", || peers.ready(&wheel))?;
    let rest = arguments.iter().filter(|argument| *argument != "--forecast");
    peers.script("compare.py").args(rest).run()
}
