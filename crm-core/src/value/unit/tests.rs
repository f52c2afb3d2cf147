use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

fn quantity(amount: &str, unit: &str) -> Quantity {
    Quantity::parse(amount, unit).unwrap()
}

fn exact(amount: &str, from: &str, to: &str) -> String {
    UnitTable::standard().convert_exact(&quantity(amount, from), to).unwrap().amount.to_string()
}

fn with(factors: &[(&str, &str, &str, &str)]) -> UnitTable {
    let mut table = UnitTable::standard().clone();
    for (amount, unit, other_amount, other_unit) in factors {
        table.add_factor(&UnitFactor::parse(amount, unit, other_amount, other_unit).unwrap()).unwrap();
    }
    table
}

fn refused(table: &UnitTable, factor: (&str, &str, &str, &str)) -> ErrorCode {
    let factor = UnitFactor::parse(factor.0, factor.1, factor.2, factor.3).unwrap();
    table.clone().add_factor(&factor).unwrap_err().code()
}

/// NIST Special Publication 811 (2008), annex B.8, factors printed in bold (exact).
#[test]
fn exact_factors_of_nist_sp_811() {
    for (amount, from, to, expected) in [
        ("1", "lb", "kg", "0.45359237"),
        ("1", "in", "mm", "25.4"),
        ("1", "LBR", "oz", "16"),
        ("1", "STN", "lb", "2000"),
        ("1", "LTN", "lb", "2240"),
        ("1", "CWI", "lb", "112"),
        ("1", "STI", "lb", "14"),
        ("1", "ozt", "g", "31.1034768"),
        ("7000", "GRN", "lb", "1"),
        ("1", "mi", "ft", "5280"),
        ("1", "ACR", "ft2", "43560"),
        ("1", "gal", "in3", "231"),
        ("1", "gal", "l", "3.785411784"),
        ("1", "gal", "floz", "128"),
        ("1", "GLI", "OZI", "160"),
        ("1", "BLL", "gal", "42"),
        ("1", "YDQ", "FTQ", "27"),
        ("1", "lbf", "N", "4.4482216152605"),
        ("1", "M92", "Nm", "1.3558179483314004"),
        ("12", "F21", "M92", "1"),
        ("1", "kWh", "MJ", "3.6"),
        ("1", "atm", "Pa", "101325"),
        ("1", "kn", "km/h", "1.852"),
        ("1", "mph", "m/s", "0.44704"),
        ("1500", "rpm", "Hz", "25"),
        ("1", "GRO", "DZN", "12"),
        ("1000", "mAh", "Ah", "1"),
        ("2.2", "kΩ", "OHM", "2200"),
        ("90", "KMH", "MTS", "25"),
        ("1", "d", "min", "1440"),
    ] {
        assert_eq!(exact(amount, from, to), expected, "{amount} {from} in {to}");
    }
    let psi = UnitTable::standard().convert(&quantity("1", "psi"), "Pa", 3, Rounding::HalfUp).unwrap();
    assert_eq!(psi.amount.to_string(), "6894.757");
    let bar = UnitTable::standard().convert(&quantity("10", "bar"), "psi", 4, Rounding::HalfUp).unwrap();
    assert_eq!(bar.amount.to_string(), "145.0377");
}

#[test]
fn temperatures_have_offsets() {
    assert_eq!(exact("0", "°C", "K"), "273.15");
    assert_eq!(exact("-40", "FAH", "CEL"), "-40");
    assert_eq!(exact("100", "CEL", "°F"), "212");
    assert_eq!(exact("-459.67", "°F", "KEL"), "0");
    assert_eq!(exact("491.67", "°R", "°C"), "0");
    let error = UnitTable::standard().factor("°C", "°F").unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnitMismatch);
    assert_eq!(UnitTable::standard().factor("°C", "℃").unwrap(), Ratio::ONE);
    assert_eq!(refused(UnitTable::standard(), ("1", "°X", "2", "°C")), ErrorCode::UnitMismatch);
}

#[test]
fn names_of_the_standard_table_are_unique_and_bases_are_one() {
    let (mut names, mut bases) = (HashSet::new(), HashSet::new());
    for (unit, symbols) in standard::units() {
        for name in symbols.split_whitespace().chain([unit.code.as_str()]) {
            assert!(names.insert(name.to_owned()), "{name} stands twice");
        }
        assert!(unit.factor > Ratio::ZERO, "{}", unit.code);
        if unit.factor == Ratio::ONE && unit.offset == Ratio::ZERO {
            bases.insert(unit.dimension);
        }
    }
    assert_eq!(bases.len(), Dimension::ALL.len(), "a dimension has no base unit");
    assert_eq!(UnitTable::standard().units().len(), 166, "a row has no valid factor");
}

/// 4,536 kg = 10,000 lb by contract; at 100.00 per pound, 0.5 kg cost 110.23. A factor rounded first gives 110.20.
#[test]
fn a_factor_stays_a_fraction_until_the_price() {
    let table = with(&[("10000", "LBR", "4536", "KGM")]);
    let pounds = table.convert_ratio(&quantity("0.5", "kg"), "lb").unwrap();
    let price = pounds.checked_mul(Decimal::from(100).into()).unwrap();
    assert_eq!(price.to_decimal(2, Rounding::HalfUp).unwrap().to_fixed(2), "110.23");
    let cut: Decimal = "2.204".parse().unwrap();
    let wrong = cut.checked_mul("50".parse().unwrap()).unwrap();
    assert_eq!(wrong.to_fixed(2), "110.20");
    // The standard table is as it was.
    assert_eq!(exact("1", "lb", "kg"), "0.45359237");
}

#[test]
fn factors_of_a_product_join_units_and_dimensions() {
    let table =
        with(&[("1", "BX", "12", "H87"), ("3", "H87", "7", "kg"), ("1", "roll", "2", "m"), ("1", "m", "0.25", "m2")]);
    let convert = |amount: &str, from: &str, to: &str| table.convert_exact(&quantity(amount, from), to);
    assert_eq!(convert("2", "BX", "EA").unwrap(), quantity("24", "EA"));
    assert_eq!(convert("1", "BX", "kg").unwrap(), quantity("28", "kg"));
    assert_eq!(convert("28", "kg", "BX").unwrap(), quantity("1", "BX"));
    assert_eq!(convert("4", "roll", "m2").unwrap(), quantity("2", "m2"));
    let mismatch = convert("1", "BX", "m").unwrap_err();
    assert_eq!(mismatch.code(), ErrorCode::UnitMismatch);
    assert_eq!(mismatch.problems()[0].data["to_dimension"], "length");
    assert_eq!(convert("1", "kg", "BX").unwrap_err().code(), ErrorCode::DecimalDigits);
    assert_eq!(refused(&table, ("1", "H87", "1", "kg")), ErrorCode::Overlap);
    assert_eq!(refused(&table, ("1", "kg", "1", "H87")), ErrorCode::Overlap);
    // The same bridge said again is no conflict, and bridges chain.
    let table = with(&[("1", "H87", "2", "kg"), ("1", "kg", "0.5", "H87"), ("1", "l", "0.8", "kg")]);
    assert_eq!(table.convert_exact(&quantity("2", "H87"), "l").unwrap(), quantity("5", "l"));
}

#[test]
fn wrong_units_and_factors_have_their_own_codes() {
    let table = UnitTable::standard();
    let code = |from: &str, to: &str| table.convert_exact(&quantity("1", from), to).unwrap_err().code();
    assert_eq!(code("kg", "m"), ErrorCode::UnitMismatch);
    assert_eq!(code("kg", "KG"), ErrorCode::NotInPicklist);
    assert_eq!(code("", "kg"), ErrorCode::NotInPicklist);
    assert_eq!(refused(table, ("0", "BX", "12", "H87")), ErrorCode::OutOfRange);
    assert_eq!(refused(table, ("1", "BX", "-12", "H87")), ErrorCode::OutOfRange);
    assert_eq!(refused(table, ("1", "BX", "12", "pallet")), ErrorCode::NotInPicklist);
    assert_eq!(refused(table, ("1", "", "12", "H87")), ErrorCode::BadFormat);
    assert_eq!(refused(table, ("1", "a b", "12", "H87")), ErrorCode::BadFormat);
    assert_eq!(refused(table, ("1", &"x".repeat(21), "12", "H87")), ErrorCode::TooLong);
    let error = table.convert_exact(&quantity("79228162514264337593543950335", "km"), "nm").unwrap_err();
    assert_eq!(error.code(), ErrorCode::Overflow);
}

fn any_unit() -> impl Strategy<Value = &'static Unit> {
    prop::sample::select(UnitTable::standard().units().iter().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn there_and_back_is_exact(mantissa in any::<i32>(), scale in 0_u32..6, from in any_unit(), to in any_unit()) {
        let table = UnitTable::standard();
        let amount = Decimal::new(mantissa.into(), scale).unwrap();
        let there = table.convert_ratio(&Quantity { amount, unit: from.code().to_owned() }, to.code());
        if from.dimension() != to.dimension() {
            prop_assert_eq!(there.unwrap_err().code(), ErrorCode::UnitMismatch);
            return Ok(());
        }
        let there = there.unwrap();
        if from.dimension() != Dimension::Temperature {
            let factor = table.factor(from.code(), to.code()).unwrap();
            prop_assert_eq!(Ratio::from(amount).checked_mul(factor).unwrap(), there);
            let inverse = table.factor(to.code(), from.code()).unwrap();
            prop_assert_eq!(there.checked_mul(inverse).unwrap(), Ratio::from(amount));
        }
        if let Ok(exact) = there.to_decimal_exact() {
            let back = table.convert_exact(&Quantity { amount: exact, unit: to.code().to_owned() }, from.code());
            prop_assert_eq!(back.unwrap().amount, amount);
        }
    }
}
