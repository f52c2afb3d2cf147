//! Quantities with units, and conversion by exact fractions (计量单位换算).
//!
//! A [`UnitTable`] knows the units of UN/ECE Recommendation 20 that industry uses, by code (`KGM`) and by symbol
//! (`kg`). Factors of a product (a box is 12 pieces, a piece weighs 2.5 kg) are added to a copy of the table. A
//! conversion stays a fraction until its last step.
//!
//! ```
//! use crm_core::value::{Quantity, Rounding, UnitFactor, UnitTable};
//! let mut bolts = UnitTable::standard().clone();
//! bolts.add_factor(&UnitFactor::parse("1", "BX", "12", "H87")?)?;
//! bolts.add_factor(&UnitFactor::parse("1", "H87", "0.35", "kg")?)?;
//! let boxes = Quantity::parse("5", "BX")?;
//! assert_eq!(bolts.convert_exact(&boxes, "H87")?, Quantity::parse("60", "H87")?);
//! assert_eq!(bolts.convert(&boxes, "lb", 3, Rounding::HalfUp)?, Quantity::parse("46.297", "lb")?);
//! # Ok::<(), crm_core::value::Error>(())
//! ```

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{Decimal, Error, ErrorCode, Problem, Ratio, Result, Rounding};

mod standard;

#[cfg(test)]
mod tests;

/// The most units in one table.
pub const MAX_UNITS: usize = 10_000;
/// The longest code of a unit, in characters.
pub const MAX_UNIT_CODE_CHARS: usize = 20;

value_enum! {
    /// What a unit measures.
    pub enum Dimension {
        /// Pieces; the base is `C62`, one.
        Count = "count",
        /// Length; the base is the metre.
        Length = "length",
        /// Area; the base is the square metre.
        Area = "area",
        /// Volume; the base is the cubic metre.
        Volume = "volume",
        /// Mass; the base is the kilogram.
        Mass = "mass",
        /// Time; the base is the second.
        Time = "time",
        /// Temperature; the base is the kelvin.
        Temperature = "temperature",
        /// Electric current; the base is the ampere.
        ElectricCurrent = "electric_current",
        /// Voltage; the base is the volt.
        Voltage = "voltage",
        /// Power; the base is the watt.
        Power = "power",
        /// Apparent power (视在功率); the base is the volt-ampere.
        ApparentPower = "apparent_power",
        /// Reactive power (无功功率); the base is the var.
        ReactivePower = "reactive_power",
        /// Energy; the base is the joule.
        Energy = "energy",
        /// Pressure; the base is the pascal.
        Pressure = "pressure",
        /// Force; the base is the newton.
        Force = "force",
        /// Torque; the base is the newton metre.
        Torque = "torque",
        /// Frequency and speed of rotation; the base is the hertz.
        Frequency = "frequency",
        /// Speed; the base is the metre per second.
        Speed = "speed",
        /// Flow of volume; the base is the cubic metre per second.
        VolumeFlow = "volume_flow",
        /// Density; the base is the kilogram per cubic metre.
        Density = "density",
        /// Resistance; the base is the ohm.
        Resistance = "resistance",
        /// Capacitance; the base is the farad.
        Capacitance = "capacitance",
        /// Inductance; the base is the henry.
        Inductance = "inductance",
        /// Electric charge; the base is the coulomb.
        ElectricCharge = "electric_charge",
        /// Plane angle; the base is the degree.
        Angle = "angle",
    }
}

value_struct! {
    /// An exact amount of a unit.
    pub struct Quantity {
        required {
            /// How many.
            pub amount: Decimal,
            /// Of what: a code or symbol of the table it is used with.
            pub unit: String,
        }
    }
}

impl Quantity {
    /// Reads an amount; the unit is taken as it is and checked by the table.
    ///
    /// ```
    /// # use crm_core::value::Quantity;
    /// assert_eq!(Quantity::parse("2.50", "kg")?.amount.to_string(), "2.5");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Decimal`], under the field `amount`.
    pub fn parse(amount: &str, unit: &str) -> Result<Self> {
        let amount = amount.parse::<Decimal>().map_err(|error| error.under("amount"))?;
        Ok(Self { amount, unit: unit.to_owned() })
    }
}

value_struct! {
    /// "So much of one unit is so much of another": the data of a product's own factor, for example 10,000 lb = 4,536 kg.
    pub struct UnitFactor {
        required {
            /// How many of `unit`, above zero.
            pub amount: Decimal,
            /// The unit that is defined: a new code, or one of the table.
            pub unit: String,
            /// How many of `other_unit`, above zero.
            pub other_amount: Decimal,
            /// A unit of the table.
            pub other_unit: String,
        }
    }
}

impl UnitFactor {
    /// Reads the two amounts.
    ///
    /// ```
    /// # use crm_core::value::UnitFactor;
    /// let drum = UnitFactor::parse("1", "DR", "180", "kg")?;
    /// assert_eq!((drum.unit.as_str(), drum.other_amount.to_string()), ("DR", "180".to_owned()));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Decimal`], under the fields `amount` and `other_amount`.
    pub fn parse(amount: &str, unit: &str, other_amount: &str, other_unit: &str) -> Result<Self> {
        let amount = amount.parse::<Decimal>().map_err(|error| error.under("amount"))?;
        let other_amount = other_amount.parse::<Decimal>().map_err(|error| error.under("other_amount"))?;
        Ok(Self { amount, unit: unit.to_owned(), other_amount, other_unit: other_unit.to_owned() })
    }
}

/// A unit of a table: an amount `x` of it is `x * factor + offset` of the base unit of its dimension.
///
/// ```
/// use crm_core::value::{Dimension, UnitTable};
/// let inch = UnitTable::standard().unit("in")?;
/// assert_eq!((inch.code(), inch.dimension(), inch.factor().to_string()), ("INH", Dimension::Length, "127/5000".to_owned()));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    code: String,
    dimension: Dimension,
    factor: Ratio,
    offset: Ratio,
}

impl Unit {
    /// The code of UN/ECE Recommendation 20, or that of the product's own unit.
    ///
    /// ```
    /// # use crm_core::value::UnitTable;
    /// assert_eq!(UnitTable::standard().unit("kg")?.code(), "KGM");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What it measures.
    ///
    /// ```
    /// # use crm_core::value::{Dimension, UnitTable};
    /// assert_eq!(UnitTable::standard().unit("PS")?.dimension(), Dimension::Pressure);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn dimension(&self) -> Dimension {
        self.dimension
    }

    /// How many base units one of it is.
    ///
    /// ```
    /// # use crm_core::value::UnitTable;
    /// assert_eq!(UnitTable::standard().unit("t")?.factor().to_string(), "1000");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn factor(&self) -> Ratio {
        self.factor
    }

    /// Where its zero stands, in base units; zero but for degrees of temperature.
    ///
    /// ```
    /// # use crm_core::value::UnitTable;
    /// assert_eq!(UnitTable::standard().unit("°C")?.offset().to_decimal_exact()?.to_string(), "273.15");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn offset(&self) -> Ratio {
        self.offset
    }
}

/// A product's factor between two dimensions: one base unit of `from` is `ratio` base units of `to`.
#[derive(Debug, Clone, PartialEq)]
struct Bridge {
    from: Dimension,
    to: Dimension,
    ratio: Ratio,
}

/// Units by code and symbol, with exact factors between them.
///
/// Codes and symbols are case-sensitive: `mW` is not `MW`.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitTable {
    units: Vec<Unit>,
    places: HashMap<String, usize>,
    bridges: Vec<Bridge>,
}

impl UnitTable {
    /// The units of UN/ECE Recommendation 20 that industry uses, with their symbols. Clone it to add factors.
    ///
    /// ```
    /// use crm_core::value::{Quantity, UnitTable};
    /// let pound = UnitTable::standard().convert_exact(&Quantity::parse("1", "LBR")?, "KGM")?;
    /// assert_eq!(pound.amount.to_string(), "0.45359237");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn standard() -> &'static Self {
        static STANDARD: OnceLock<UnitTable> = OnceLock::new();
        STANDARD.get_or_init(|| {
            let mut table = Self { units: Vec::new(), places: HashMap::new(), bridges: Vec::new() };
            for (unit, symbols) in standard::units() {
                table.insert(unit, symbols);
            }
            table
        })
    }

    fn insert(&mut self, unit: Unit, symbols: &str) {
        let place = self.units.len();
        for name in symbols.split_whitespace().chain([unit.code.as_str()]) {
            self.places.insert(name.to_owned(), place);
        }
        self.units.push(unit);
    }

    /// Every unit, in the order of its adding.
    ///
    /// ```
    /// use crm_core::value::UnitTable;
    /// assert!(UnitTable::standard().units().len() > 150);
    /// ```
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The unit of a code or symbol.
    ///
    /// ```
    /// # use crm_core::value::{ErrorCode, UnitTable};
    /// assert_eq!(UnitTable::standard().unit("mm")?.code(), "MMT");
    /// assert_eq!(UnitTable::standard().unit("furlong").unwrap_err().code(), ErrorCode::NotInPicklist);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `NotInPicklist` if the table has none of that name.
    pub fn unit(&self, name: &str) -> Result<&Unit> {
        self.find(name).ok_or_else(|| {
            let shown: String = name.chars().take(MAX_UNIT_CODE_CHARS).collect();
            Error::invalid(ErrorCode::NotInPicklist, "unit", format!("`{shown}` is no unit of the table"))
        })
    }

    fn find(&self, name: &str) -> Option<&Unit> {
        self.places.get(name).and_then(|place| self.units.get(*place))
    }

    /// Adds a product's own factor.
    ///
    /// A new unit takes the dimension of the other one. A unit of the same dimension gets this factor in place of its
    /// old one (a contract that counts 4,536 kg as 10,000 lb). Between two dimensions the factor is a bridge: with
    /// "1 piece = 2.5 kg" every count converts to every mass and back.
    ///
    /// ```
    /// use crm_core::value::{Quantity, UnitFactor, UnitTable};
    /// let mut cable = UnitTable::standard().clone();
    /// cable.add_factor(&UnitFactor::parse("1", "drum", "500", "m")?)?;
    /// let ordered = cable.convert_exact(&Quantity::parse("1250", "m")?, "drum")?;
    /// assert_eq!(ordered.amount.to_string(), "2.5");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `OutOfRange` for an amount that is not above zero; `NotInPicklist` for an unknown other unit; `BadFormat` or
    /// `TooLong` for a new code that is empty, has white space or is longer than [`MAX_UNIT_CODE_CHARS`];
    /// `UnitMismatch` for degrees of temperature; `Overlap` if the two dimensions are joined already by another factor;
    /// `TooMany` above [`MAX_UNITS`]; `Overflow` if the factor does not fit.
    pub fn add_factor(&mut self, factor: &UnitFactor) -> Result<()> {
        for (field, amount) in [("amount", factor.amount), ("other_amount", factor.other_amount)] {
            if amount.is_negative() || amount.is_zero() {
                return Err(Error::invalid(ErrorCode::OutOfRange, field, format!("`{amount}` is not above zero")));
            }
        }
        let other = self.unit(&factor.other_unit).map_err(|error| error.under("other_unit"))?.clone();
        let ratio = Ratio::from(factor.other_amount).checked_div(factor.amount.into())?.checked_mul(other.factor)?;
        let Some(unit) = self.find(&factor.unit).cloned() else {
            no_offset(&other, &other)?;
            self.room_for(&factor.unit)?;
            let code = factor.unit.clone();
            self.insert(Unit { code, dimension: other.dimension, factor: ratio, offset: Ratio::ZERO }, "");
            return Ok(());
        };
        no_offset(&unit, &other)?;
        if unit.dimension == other.dimension {
            self.replace_factor(&factor.unit, ratio);
            return Ok(());
        }
        self.add_bridge(unit.dimension, other.dimension, ratio.checked_div(unit.factor)?)
    }

    fn replace_factor(&mut self, name: &str, factor: Ratio) {
        if let Some(unit) = self.places.get(name).and_then(|place| self.units.get_mut(*place)) {
            unit.factor = factor;
        }
    }

    fn room_for(&self, code: &str) -> Result<()> {
        if code.is_empty() || code.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Error::invalid(ErrorCode::BadFormat, "unit", "the code of a unit has no white space"));
        }
        if code.chars().count() > MAX_UNIT_CODE_CHARS {
            let message = format!("the code of a unit is longer than {MAX_UNIT_CODE_CHARS} characters");
            return Err(Error::invalid(ErrorCode::TooLong, "unit", message));
        }
        if self.units.len() >= MAX_UNITS {
            return Err(Error::invalid(ErrorCode::TooMany, "unit", format!("more than {MAX_UNITS} units")));
        }
        Ok(())
    }

    fn add_bridge(&mut self, from: Dimension, to: Dimension, ratio: Ratio) -> Result<()> {
        match self.bridge(from, to)? {
            Some(known) if known == ratio => Ok(()),
            Some(_) => {
                let message = format!("{from} and {to} are joined already by another factor");
                Err(Error::invalid(ErrorCode::Overlap, "unit", message))
            }
            None => {
                self.bridges.push(Bridge { from, to, ratio });
                self.bridges.push(Bridge { from: to, to: from, ratio: Ratio::ONE.checked_div(ratio)? });
                Ok(())
            }
        }
    }

    /// Base units of `to` in one base unit of `from`, over any number of bridges; there is never more than one way.
    fn bridge(&self, from: Dimension, to: Dimension) -> Result<Option<Ratio>> {
        let mut reached = vec![(from, Ratio::ONE)];
        for next in 0_usize.. {
            let Some((here, so_far)) = reached.get(next).copied() else { break };
            if here == to {
                return Ok(Some(so_far));
            }
            for bridge in self.bridges.iter().filter(|bridge| bridge.from == here) {
                if reached.iter().all(|(dimension, _)| *dimension != bridge.to) {
                    reached.push((bridge.to, so_far.checked_mul(bridge.ratio)?));
                }
            }
        }
        Ok(None)
    }

    /// How many of `to` one of `from` is.
    ///
    /// ```
    /// # use crm_core::value::UnitTable;
    /// assert_eq!(UnitTable::standard().factor("in", "mm")?.to_string(), "127/5");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `NotInPicklist` for an unknown unit; `UnitMismatch` if the two measure different things and no factor of the
    /// product joins them, and for degrees of temperature, whose zeros differ; `Overflow` if the factor does not fit.
    pub fn factor(&self, from: &str, to: &str) -> Result<Ratio> {
        let (from, to) = (self.unit(from)?, self.unit(to)?);
        if from != to {
            no_offset(from, to)?;
        }
        self.bridged(from, to, from.factor)?.checked_div(to.factor)
    }

    /// An amount in base units of `from` as one in base units of `to`.
    fn bridged(&self, from: &Unit, to: &Unit, base: Ratio) -> Result<Ratio> {
        if from.dimension == to.dimension {
            return Ok(base);
        }
        let ratio = self.bridge(from.dimension, to.dimension)?.ok_or_else(|| mismatch(from, to))?;
        no_offset(from, to)?;
        base.checked_mul(ratio)
    }

    /// The exact amount of `to` that a quantity is.
    ///
    /// ```
    /// # use crm_core::value::{Quantity, UnitTable};
    /// let body = UnitTable::standard().convert_ratio(&Quantity::parse("98.6", "°F")?, "°C")?;
    /// assert_eq!(body.to_string(), "37");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `NotInPicklist` for an unknown unit; `UnitMismatch` if the two measure different things and no factor of the
    /// product joins them; `Overflow` if a figure does not fit.
    pub fn convert_ratio(&self, quantity: &Quantity, to: &str) -> Result<Ratio> {
        let (from, to) = (self.unit(&quantity.unit)?, self.unit(to)?);
        let base = Ratio::from(quantity.amount).checked_mul(from.factor)?.checked_add(from.offset)?;
        self.bridged(from, to, base)?.checked_sub(to.offset)?.checked_div(to.factor)
    }

    /// The quantity in another unit, rounded once, at the end, to `scale` digits behind the point.
    ///
    /// ```
    /// # use crm_core::value::{Quantity, Rounding, UnitTable};
    /// let weight = UnitTable::standard().convert(&Quantity::parse("75", "kg")?, "lb", 1, Rounding::HalfUp)?;
    /// assert_eq!(weight, Quantity::parse("165.3", "lb")?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`UnitTable::convert_ratio`] and [`Ratio::to_decimal`].
    pub fn convert(&self, quantity: &Quantity, to: &str, scale: u32, rounding: Rounding) -> Result<Quantity> {
        let amount = self.convert_ratio(quantity, to)?.to_decimal(scale, rounding)?;
        Ok(Quantity { amount, unit: to.to_owned() })
    }

    /// The quantity in another unit, or an error if it is no decimal there.
    ///
    /// ```
    /// # use crm_core::value::{ErrorCode, Quantity, UnitTable};
    /// let inch = Quantity::parse("1", "in")?;
    /// assert_eq!(UnitTable::standard().convert_exact(&inch, "mm")?, Quantity::parse("25.4", "mm")?);
    /// let foot = UnitTable::standard().convert_exact(&inch, "ft");
    /// assert_eq!(foot.unwrap_err().code(), ErrorCode::DecimalDigits);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`UnitTable::convert_ratio`] and [`Ratio::to_decimal_exact`].
    pub fn convert_exact(&self, quantity: &Quantity, to: &str) -> Result<Quantity> {
        let amount = self.convert_ratio(quantity, to)?.to_decimal_exact()?;
        Ok(Quantity { amount, unit: to.to_owned() })
    }
}

fn no_offset(from: &Unit, to: &Unit) -> Result<()> {
    if from.offset == Ratio::ZERO && to.offset == Ratio::ZERO { Ok(()) } else { Err(mismatch(from, to)) }
}

fn mismatch(from: &Unit, to: &Unit) -> Error {
    let message = format!("there is no factor between `{}` and `{}`", from.code, to.code);
    let problem = Problem::of_field(ErrorCode::UnitMismatch, "unit", message);
    let problem = problem.with("from", &from.code).with("to", &to.code);
    problem.with("from_dimension", from.dimension).with("to_dimension", to.dimension).into_invalid()
}
