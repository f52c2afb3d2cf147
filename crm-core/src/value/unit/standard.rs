//! The rows of the standard table.
//!
//! Codes are those of UN/ECE Recommendation No. 20, "Codes for Units of Measure Used in International Trade"; factors are
//! those of the International System of Units and of NIST Special Publication 811, annex B, where the latter calls them
//! exact.

use super::{Dimension, Ratio, Unit};

/// Code, symbols, and how many base units one is, as numerator and denominator.
type Row = (&'static str, &'static str, i128, i128);

/// Pieces.
const COUNT: &[Row] = &[
    ("C62", "1 one", 1, 1),
    ("H87", "pc pcs PCE", 1, 1),
    ("EA", "ea", 1, 1),
    ("PR", "pair", 2, 1),
    ("TPR", "", 20, 1),
    ("DZN", "doz dozen", 12, 1),
    ("GRO", "gross", 144, 1),
    ("GGR", "", 1728, 1),
    ("CEN", "", 100, 1),
    ("MIL", "", 1000, 1),
    ("MIO", "", 1_000_000, 1),
];

/// The yard is 0.9144 m (international yard and pound agreement, 1959).
const LENGTH: &[Row] = &[
    ("MTR", "m", 1, 1),
    ("KMT", "km", 1000, 1),
    ("DMT", "dm", 1, 10),
    ("CMT", "cm", 1, 100),
    ("MMT", "mm", 1, 1000),
    ("4H", "µm μm um", 1, 1_000_000),
    ("C45", "nm", 1, 1_000_000_000),
    ("INH", "in", 254, 10_000),
    ("FOT", "ft", 3048, 10_000),
    ("YRD", "yd", 9144, 10_000),
    ("SMI", "mi", 1_609_344, 1000),
    ("NMI", "nmi", 1852, 1),
];

const AREA: &[Row] = &[
    ("MTK", "m2 m²", 1, 1),
    ("KMK", "km2 km²", 1_000_000, 1),
    ("HAR", "ha", 10_000, 1),
    ("DMK", "dm2 dm²", 1, 100),
    ("CMK", "cm2 cm²", 1, 10_000),
    ("MMK", "mm2 mm²", 1, 1_000_000),
    ("INK", "in2 in²", 64_516, 100_000_000),
    ("FTK", "ft2 ft²", 9_290_304, 100_000_000),
    ("YDK", "yd2 yd²", 83_612_736, 100_000_000),
    ("ACR", "acre", 40_468_564_224, 10_000_000),
];

/// The US gallon is 231 cubic inches, the imperial one 4.54609 l.
const VOLUME: &[Row] = &[
    ("MTQ", "m3 m³", 1, 1),
    ("HLT", "hl", 1, 10),
    ("LTR", "l L", 1, 1000),
    ("DMQ", "dm3 dm³", 1, 1000),
    ("DLT", "dl", 1, 10_000),
    ("CLT", "cl", 1, 100_000),
    ("MLT", "ml mL", 1, 1_000_000),
    ("CMQ", "cm3 cm³", 1, 1_000_000),
    ("MMQ", "mm3 mm³", 1, 1_000_000_000),
    ("INQ", "in3 in³", 16_387_064, 1_000_000_000_000),
    ("FTQ", "ft3 ft³", 28_316_846_592, 1_000_000_000_000),
    ("YDQ", "yd3 yd³", 764_554_857_984, 1_000_000_000_000),
    ("GLL", "gal", 3_785_411_784, 1_000_000_000_000),
    ("QTL", "qt", 946_352_946, 1_000_000_000_000),
    ("PTL", "pt", 473_176_473, 1_000_000_000_000),
    ("OZA", "floz", 295_735_295_625, 10_000_000_000_000_000),
    ("BLL", "bbl", 158_987_294_928, 1_000_000_000_000),
    ("GLI", "", 454_609, 100_000_000),
    ("PTI", "", 56_826_125, 100_000_000_000),
    ("OZI", "", 284_130_625, 10_000_000_000_000),
];

/// The pound is 0.45359237 kg (1959); the ounces follow from it, the troy ounce is 480 grains of a 7000th pound.
const MASS: &[Row] = &[
    ("KGM", "kg", 1, 1),
    ("GRM", "g", 1, 1000),
    ("MGM", "mg", 1, 1_000_000),
    ("MC", "µg μg ug", 1, 1_000_000_000),
    ("HGM", "hg", 1, 10),
    ("DTN", "dt", 100, 1),
    ("TNE", "t", 1000, 1),
    ("KTN", "kt", 1_000_000, 1),
    ("LBR", "lb lbs", 45_359_237, 100_000_000),
    ("ONZ", "oz", 45_359_237, 1_600_000_000),
    ("GRN", "gr", 6_479_891, 100_000_000_000),
    ("APZ", "ozt", 311_034_768, 10_000_000_000),
    ("STI", "st", 635_029_318, 100_000_000),
    ("CWA", "", 45_359_237, 1_000_000),
    ("CWI", "cwt", 5_080_234_544, 100_000_000),
    ("STN", "", 90_718_474, 100_000),
    ("LTN", "", 10_160_469_088, 10_000_000),
    ("CTM", "ct", 2, 10_000),
];

/// Months and years are no fixed number of seconds and stand in no row.
const TIME: &[Row] = &[
    ("SEC", "s", 1, 1),
    ("C26", "ms", 1, 1000),
    ("B98", "µs μs us", 1, 1_000_000),
    ("MIN", "min", 60, 1),
    ("HUR", "h", 3600, 1),
    ("DAY", "d", 86_400, 1),
    ("WEE", "wk", 604_800, 1),
];

const ELECTRIC_CURRENT: &[Row] =
    &[("AMP", "A", 1, 1), ("B22", "kA", 1000, 1), ("4K", "mA", 1, 1000), ("B84", "µA μA uA", 1, 1_000_000)];

const VOLTAGE: &[Row] = &[
    ("VLT", "V", 1, 1),
    ("KVT", "kV", 1000, 1),
    ("B78", "MV", 1_000_000, 1),
    ("2Z", "mV", 1, 1000),
    ("D82", "µV μV uV", 1, 1_000_000),
];

/// The metric horse power is 75 kgf m/s; the brake horse power is 745.7 W in Recommendation 20.
const POWER: &[Row] = &[
    ("WTT", "W", 1, 1),
    ("D80", "µW μW uW", 1, 1_000_000),
    ("C31", "mW", 1, 1000),
    ("KWT", "kW", 1000, 1),
    ("MAW", "MW", 1_000_000, 1),
    ("A90", "GW", 1_000_000_000, 1),
    ("HJ", "hp_metric", 73_549_875, 100_000),
    ("BHP", "bhp", 7457, 10),
];

const APPARENT_POWER: &[Row] = &[("D46", "VA", 1, 1), ("KVA", "kVA", 1000, 1), ("MVA", "", 1_000_000, 1)];

const REACTIVE_POWER: &[Row] = &[("D44", "var", 1, 1), ("KVR", "kvar", 1000, 1), ("MAR", "Mvar", 1_000_000, 1)];

/// The calorie and the British thermal unit are those of the International Table.
const ENERGY: &[Row] = &[
    ("JOU", "J", 1, 1),
    ("KJO", "kJ", 1000, 1),
    ("3B", "MJ", 1_000_000, 1),
    ("WHR", "Wh", 3600, 1),
    ("KWH", "kWh", 3_600_000, 1),
    ("MWH", "MWh", 3_600_000_000, 1),
    ("GWH", "GWh", 3_600_000_000_000, 1),
    ("D70", "cal", 41_868, 10_000),
    ("E14", "kcal", 41_868, 10),
    ("BTU", "Btu", 105_505_585_262, 100_000_000),
];

/// A pound-force per square inch is a pound times 9.80665 m/s² on 645.16 mm².
const PRESSURE: &[Row] = &[
    ("PAL", "Pa", 1, 1),
    ("A97", "hPa", 100, 1),
    ("KPA", "kPa", 1000, 1),
    ("MPA", "MPa", 1_000_000, 1),
    ("74", "mPa", 1, 1000),
    ("BAR", "bar", 100_000, 1),
    ("MBR", "mbar", 100, 1),
    ("PS", "psi", 44_482_216_152_605, 6_451_600_000),
    ("ATM", "atm", 101_325, 1),
    ("ATT", "at", 980_665, 10),
];

const FORCE: &[Row] = &[
    ("NEW", "N", 1, 1),
    ("B47", "kN", 1000, 1),
    ("B51", "kgf", 980_665, 100_000),
    ("C78", "lbf", 44_482_216_152_605, 10_000_000_000_000),
];

const TORQUE: &[Row] = &[
    ("NU", "Nm N·m", 1, 1),
    ("B48", "kNm kN·m", 1000, 1),
    ("M92", "lbf·ft", 13_558_179_483_314_004, 10_000_000_000_000_000),
    ("F21", "lbf·in", 1_129_848_290_276_167, 10_000_000_000_000_000),
];

const FREQUENCY: &[Row] = &[
    ("HTZ", "Hz", 1, 1),
    ("KHZ", "kHz", 1000, 1),
    ("MHZ", "MHz", 1_000_000, 1),
    ("A86", "GHz", 1_000_000_000, 1),
    ("RPM", "rpm r/min", 1, 60),
];

const SPEED: &[Row] =
    &[("MTS", "m/s", 1, 1), ("KMH", "km/h", 5, 18), ("HM", "mph", 44_704, 100_000), ("KNT", "kn", 463, 900)];

const VOLUME_FLOW: &[Row] = &[
    ("MQS", "m3/s m³/s", 1, 1),
    ("MQH", "m3/h m³/h", 1, 3600),
    ("L2", "l/min", 1, 60_000),
    ("E32", "l/h", 1, 3_600_000),
    ("G2", "gal/min", 3_785_411_784, 60_000_000_000_000),
];

const DENSITY: &[Row] = &[("KMQ", "kg/m3 kg/m³", 1, 1), ("23", "g/cm3 g/cm³", 1000, 1), ("GL", "g/l", 1, 1)];

const RESISTANCE: &[Row] = &[("OHM", "Ω ohm", 1, 1), ("B49", "kΩ", 1000, 1), ("B75", "MΩ", 1_000_000, 1)];

const CAPACITANCE: &[Row] = &[
    ("FAR", "F", 1, 1),
    ("4O", "µF μF uF", 1, 1_000_000),
    ("C41", "nF", 1, 1_000_000_000),
    ("4T", "pF", 1, 1_000_000_000_000),
];

const INDUCTANCE: &[Row] = &[("81", "H", 1, 1), ("C14", "mH", 1, 1000), ("B90", "µH μH uH", 1, 1_000_000)];

const ELECTRIC_CHARGE: &[Row] = &[("COU", "C", 1, 1), ("AMH", "Ah", 3600, 1), ("E09", "mAh", 36, 10)];

/// The radian is no fraction of a degree and stands in no row.
const ANGLE: &[Row] = &[("DD", "° deg", 1, 1), ("D61", "", 1, 60), ("D62", "", 1, 3600)];

/// Temperatures: the numerator and denominator of the factor, then of the offset; 0 °C is 273.15 K, 0 °F is 459.67
/// steps of 5/9 K.
const TEMPERATURE: &[(Row, i128, i128)] = &[
    (("KEL", "K", 1, 1), 0, 1),
    (("CEL", "°C ℃", 1, 1), 27_315, 100),
    (("FAH", "°F ℉", 5, 9), 45_967, 180),
    (("A48", "°R", 5, 9), 0, 1),
];

/// Every unit with its symbols.
pub(super) fn units() -> impl Iterator<Item = (Unit, &'static str)> {
    let groups = [
        (Dimension::Count, COUNT),
        (Dimension::Length, LENGTH),
        (Dimension::Area, AREA),
        (Dimension::Volume, VOLUME),
        (Dimension::Mass, MASS),
        (Dimension::Time, TIME),
        (Dimension::ElectricCurrent, ELECTRIC_CURRENT),
        (Dimension::Voltage, VOLTAGE),
        (Dimension::Power, POWER),
        (Dimension::ApparentPower, APPARENT_POWER),
        (Dimension::ReactivePower, REACTIVE_POWER),
        (Dimension::Energy, ENERGY),
        (Dimension::Pressure, PRESSURE),
        (Dimension::Force, FORCE),
        (Dimension::Torque, TORQUE),
        (Dimension::Frequency, FREQUENCY),
        (Dimension::Speed, SPEED),
        (Dimension::VolumeFlow, VOLUME_FLOW),
        (Dimension::Density, DENSITY),
        (Dimension::Resistance, RESISTANCE),
        (Dimension::Capacitance, CAPACITANCE),
        (Dimension::Inductance, INDUCTANCE),
        (Dimension::ElectricCharge, ELECTRIC_CHARGE),
        (Dimension::Angle, ANGLE),
    ];
    let plain = groups.into_iter().flat_map(|(dimension, rows)| rows.iter().map(move |row| (dimension, *row, 0, 1)));
    let degrees = TEMPERATURE.iter().map(|(row, top, bottom)| (Dimension::Temperature, *row, *top, *bottom));
    plain.chain(degrees).filter_map(|(dimension, (code, symbols, top, bottom), offset_top, offset_bottom)| {
        let factor = Ratio::new(top, bottom).ok()?;
        let offset = Ratio::new(offset_top, offset_bottom).ok()?;
        Some((Unit { code: code.to_owned(), dimension, factor, offset }, symbols))
    })
}
