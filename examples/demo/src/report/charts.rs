//! The two charts as inline SVG. Each is drawn twice, for a wide and for a narrow page, and the style sheet shows one:
//! a picture that is only scaled down has letters too small to read.

use crm_core::value::{Decimal, Rounding};

use super::html::{compact_money, counted, escape, grouped, share, tick};
use super::{FunnelStage, Money, MonthlyWon, StageCategory};

/// The two sizes of a chart: class and width.
const SIZES: [(&str, u32); 2] = [("wide", 1000), ("narrow", 360)];
/// Latin letters that fit before a bar.
const MAX_LABEL_UNITS: u32 = 21;
/// The broadest column, in tenths of a pixel.
const MAX_COLUMN_TENTHS: u32 = 480;
/// The most room for a month, in tenths of a pixel.
const MAX_SLOT_TENTHS: u32 = 960;
/// Pixels that the name of a month takes.
const MONTH_LABEL_WIDTH: u32 = 30;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// What the length of a bar stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The value.
    Value,
    /// The number, because there is no value.
    Number,
}

impl Measure {
    fn of(amounts: &[Decimal]) -> Self {
        if amounts.iter().any(|amount| *amount > Decimal::ZERO) { Self::Value } else { Self::Number }
    }

    /// How people say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Value => "by value",
            Self::Number => "by number",
        }
    }

    fn size(self, count: u64, amount: Decimal) -> Decimal {
        match self {
            Self::Value => amount,
            Self::Number => Decimal::from(i64::try_from(count).unwrap_or(i64::MAX)),
        }
    }
}

/// The open stages as horizontal bars, the weighted value as the darker part of each; by number where there are no
/// amounts.
pub fn funnel(stages: &[&FunnelStage], id: &str) -> String {
    let open: Vec<&FunnelStage> =
        stages.iter().copied().filter(|stage| stage.category == StageCategory::Open).collect();
    if open.iter().all(|stage| stage.count == 0) {
        return String::new();
    }
    let measure = Measure::of(&open.iter().map(|stage| stage.amount.amount).collect::<Vec<_>>());
    let describe = |stage: &&FunnelStage| {
        let deals = counted(stage.count, "opportunity", "opportunities");
        match measure {
            Measure::Number => format!("{}: {deals}", escape(&stage.name)),
            Measure::Value => {
                let (amount, weighted) = (compact_money(&stage.amount), compact_money(&stage.weighted));
                format!("{}: {deals}, {amount}, weighted {weighted}", escape(&stage.name))
            }
        }
    };
    let description = open.iter().map(describe).collect::<Vec<_>>().join(". ");
    let mut out = String::new();
    for (class, width) in SIZES {
        let (row, height) =
            if class == "wide" { (46, 46 * rows(open.len()) + 6) } else { (62, 62 * rows(open.len()) + 6) };
        let title = format!("Open opportunities by stage, {}", measure.words());
        let frame = Frame { class, width, height, id: &format!("{id}-{class}"), title: &title };
        out.push_str(&frame.around(&description, &funnel_rows(&open, measure, (width, row))));
    }
    if measure == Measure::Value {
        out.push_str("<p class=\"key\"><span class=\"swatch dark\"></span>weighted by probability<span class=\"swatch soft\"></span>full amount</p>\n");
    }
    out
}

fn rows(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(1)
}

fn funnel_rows(open: &[&FunnelStage], measure: Measure, (width, row): (u32, u32)) -> String {
    let size = |stage: &FunnelStage| measure.size(stage.count, stage.amount.amount);
    let largest = open.iter().map(|stage| size(stage)).max().unwrap_or_default();
    let wide = width > 500;
    let (left, room) = if wide { (190, width - 190 - 230) } else { (0, width) };
    let mut out = String::new();
    for (at, stage) in (0_u32..).zip(open) {
        let top = at * row + 4;
        let (bar_top, bar_height) = if wide { (top, 30) } else { (top + 24, 24) };
        // A thin line for what is small; nothing for what is not there.
        let bar = (room * share(size(stage), largest)).div_ceil(10_000).max(if stage.count == 0 { 0 } else { 2 });
        let label_y = if wide { top + 20 } else { top + 15 };
        let rect = |class: &str, width: u32| {
            format!(
                "<rect class=\"{class}\" x=\"{left}\" y=\"{bar_top}\" width=\"{width}\" height=\"{bar_height}\" rx=\"2\"/>\n"
            )
        };
        out.push_str(&format!(
            "<text class=\"name\" x=\"0\" y=\"{label_y}\">{}</text>\n",
            escape(&fitted(&stage.name))
        ));
        let deals = grouped(&stage.count.to_string());
        let figure = match measure {
            _ if stage.count == 0 => "<tspan class=\"quiet\">none open</tspan>".to_owned(),
            Measure::Value => {
                out.push_str(&rect("bar soft", bar));
                out.push_str(&rect("bar", bar * share(stage.weighted.amount, stage.amount.amount) / 10_000));
                format!("{}<tspan class=\"quiet\" dx=\"10\">{deals} open</tspan>", compact_money(&stage.amount))
            }
            Measure::Number => {
                out.push_str(&rect("bar", bar));
                format!("{deals}<tspan class=\"quiet\" dx=\"6\">open</tspan>")
            }
        };
        let (class, x) = if wide { ("figure", left + bar + 12) } else { ("figure end", width) };
        out.push_str(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{label_y}\">{figure}</text>\n"));
    }
    out
}

/// A name that fits before its bar; a wide (Chinese) character counts as two.
fn fitted(name: &str) -> String {
    let mut units = 0;
    let mut text = String::new();
    for c in name.chars() {
        units += if u32::from(c) >= 0x1100 { 2 } else { 1 };
        if units > MAX_LABEL_UNITS {
            return format!("{}…", text.trim_end());
        }
        text.push(c);
    }
    text
}

/// Won value by month as columns with an axis; the number of deals where there are no amounts.
pub fn monthly(months: &[&MonthlyWon], id: &str) -> String {
    let measure = Measure::of(&months.iter().map(|month| month.amount.amount).collect::<Vec<_>>());
    let size = |month: &MonthlyWon| measure.size(month.count, month.amount.amount);
    let largest = months.iter().map(|month| size(month)).max().unwrap_or_default();
    if largest <= Decimal::ZERO {
        return String::new();
    }
    let axis = Axis::reaching(largest);
    let figure = |month: &MonthlyWon| match measure {
        Measure::Value => compact_money(&month.amount),
        Measure::Number => counted(month.count, "deal", "deals"),
    };
    let describe = |month: &&MonthlyWon| format!("{} {}: {}", month_name(month.month), month.year, figure(month));
    let description: Vec<String> = months.iter().map(describe).collect();
    let sizes: Vec<(&MonthlyWon, Decimal)> = months.iter().map(|month| (*month, size(month))).collect();
    let mut out = String::new();
    for (class, width) in SIZES {
        let height = if class == "wide" { 300 } else { 240 };
        let title = format!("Won by month, {}", measure.words());
        let frame = Frame { class, width, height, id: &format!("{id}-{class}"), title: &title };
        let plot = Plot { left: 56, right: width, top: 14, bottom: height - 46 };
        let mut body = axis.lines(&plot);
        body.push_str(&columns(&sizes, &axis, &plot));
        out.push_str(&frame.around(&description.join(". "), &body));
    }
    out
}

fn month_name(month: u32) -> &'static str {
    usize::try_from(month).ok().and_then(|month| MONTHS.get(month.wrapping_sub(1))).copied().unwrap_or("")
}

struct Plot {
    left: u32,
    right: u32,
    top: u32,
    bottom: u32,
}

impl Plot {
    fn height(&self) -> u32 {
        self.bottom - self.top
    }
}

/// A value axis from 0 to a round number.
struct Axis {
    step: Decimal,
    ticks: u32,
    top: Decimal,
}

impl Axis {
    /// The smallest step of 1, 2, 2.5 or 5 times a power of ten that reaches the value in at most four ticks.
    fn reaching(largest: Decimal) -> Self {
        let mut power = 1_i128;
        for _ in 0..25 {
            for factor in [10, 20, 25, 50] {
                let step = Decimal::new(factor * power, 1).unwrap_or_default();
                let ticks = largest.checked_div(step, 0, Rounding::Up).ok().and_then(|ticks| ticks.to_scaled(0));
                if let Some(ticks) = ticks.and_then(|ticks| u32::try_from(ticks).ok()).filter(|ticks| *ticks <= 4) {
                    let count = Decimal::new(i128::from(ticks), 0).unwrap_or_default();
                    return Self { step, ticks, top: step.checked_mul(count).unwrap_or(largest) };
                }
            }
            power *= 10;
        }
        Self { step: largest, ticks: 1, top: largest }
    }

    fn lines(&self, plot: &Plot) -> String {
        let mut out = String::new();
        for at in 0..=self.ticks {
            let y = plot.bottom - plot.height() * at / self.ticks.max(1);
            let count = Decimal::new(i128::from(at), 0).unwrap_or_default();
            let value = self.step.checked_mul(count).unwrap_or_default();
            let class = if at == 0 { "axis" } else { "grid" };
            out.push_str(&format!(
                "<line class=\"{class}\" x1=\"{}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\"/>\n<text class=\"tick end\" x=\"{}\" y=\"{}\">{}</text>\n",
                plot.left,
                plot.right,
                plot.left - 8,
                y + 4,
                tick(value)
            ));
        }
        out
    }
}

fn columns(months: &[(&MonthlyWon, Decimal)], axis: &Axis, plot: &Plot) -> String {
    // Tenths of a pixel, so that narrow columns stand evenly; a few months do not make broad columns.
    let slot = ((plot.right - plot.left) * 10 / rows(months.len()).max(1)).min(MAX_SLOT_TENTHS);
    let bar = (slot * 7 / 10).min(MAX_COLUMN_TENTHS);
    let every = [1, 3, 6, 12].into_iter().find(|every| slot * every >= MONTH_LABEL_WIDTH * 10).unwrap_or(12);
    let mut out = String::new();
    for (at, (month, size)) in (0_u32..).zip(months) {
        let left = plot.left * 10 + at * slot + (slot - bar) / 2;
        let height = plot.height() * share(*size, axis.top) / 10_000;
        let (name, deals) = (month_name(month.month), counted(month.count, "deal", "deals"));
        out.push_str(&format!(
            "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{height}\" rx=\"1.5\"><title>{name} {}: {}, {deals}</title></rect>\n",
            tenths(left),
            plot.bottom - height,
            tenths(bar),
            month.year,
            compact_money(&month.amount)
        ));
        let center = tenths(left + bar / 2);
        if month.month % every == 1 % every {
            out.push_str(&format!(
                "<text class=\"tick mid\" x=\"{center}\" y=\"{}\">{name}</text>\n",
                plot.bottom + 18
            ));
        }
        if at == 0 || month.month == 1 {
            // Held inside the picture at the right end.
            let year_x = tenths((left + bar / 2).min(plot.right * 10 - 180));
            out.push_str(&format!(
                "<text class=\"tick year mid\" x=\"{year_x}\" y=\"{}\">{}</text>\n",
                plot.bottom + 37,
                month.year
            ));
        }
    }
    out
}

fn tenths(number: u32) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// The `svg` element with what a screen reader says.
struct Frame<'a> {
    class: &'a str,
    width: u32,
    height: u32,
    id: &'a str,
    title: &'a str,
}

impl Frame<'_> {
    /// `description` and `body` are markup.
    fn around(&self, description: &str, body: &str) -> String {
        let Self { class, width, height, id, title } = self;
        format!(
            "<svg class=\"chart {class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n<title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-desc\">{description}</desc>\n{body}</svg>\n"
        )
    }
}

/// Won against lost as one bar, by value if both sides have one; nothing when nothing is decided.
pub fn decided(stages: &[&FunnelStage], id: &str) -> Option<(Measure, String)> {
    let side = |category: StageCategory| {
        let of_side = || stages.iter().filter(|stage| stage.category == category);
        let add = |sum: Decimal, stage: &&FunnelStage| sum.checked_add(stage.amount.amount).unwrap_or(sum);
        (of_side().map(|stage| stage.count).sum::<u64>(), of_side().fold(Decimal::ZERO, add))
    };
    let sides = [side(StageCategory::Won), side(StageCategory::Lost)];
    let has_values = sides.iter().all(|(_, amount)| *amount > Decimal::ZERO);
    let measure = if has_values { Measure::Value } else { Measure::Number };
    let [won, lost] = sides.map(|(count, amount)| measure.size(count, amount));
    let all = won.checked_add(lost).ok().filter(|all| *all > Decimal::ZERO)?;
    let won_share = share(won, all);
    let currency = stages.first().map(|stage| stage.amount.currency.clone()).unwrap_or_default();
    let [won, lost] = sides.map(|(count, amount)| match measure {
        Measure::Value => compact_money(&Money { amount, currency: currency.clone() }),
        Measure::Number => grouped(&count.to_string()),
    });
    let title = format!("Decided opportunities {}", measure.words());
    let mut out = String::new();
    for (class, width) in SIZES {
        let cut = width * won_share / 10_000;
        let frame = Frame { class, width, height: 44, id: &format!("{id}-{class}"), title: &title };
        let body = format!(
            "<rect class=\"bar won\" x=\"0\" y=\"0\" width=\"{}\" height=\"12\" rx=\"2\"/>\n<rect class=\"bar lost\" x=\"{}\" y=\"0\" width=\"{}\" height=\"12\" rx=\"2\"/>\n<text class=\"figure\" x=\"0\" y=\"34\">Won {} <tspan class=\"quiet\" dx=\"6\">{}\u{a0}%</tspan></text>\n<text class=\"figure end\" x=\"{width}\" y=\"34\">Lost {}</text>\n",
            cut.saturating_sub(1),
            cut + 1,
            (width - cut).saturating_sub(1),
            won,
            (won_share + 50) / 100,
            lost
        );
        out.push_str(&frame.around(&format!("Won {won}, lost {lost}"), &body));
    }
    Some((measure, out))
}
