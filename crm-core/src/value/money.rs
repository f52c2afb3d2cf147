//! Currencies (ISO 4217) and amounts of money.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::{Decimal, Error, ErrorCode, MAX_SCALE, Problem, Result, Rounding};

// The tables are the active codes of ISO 4217, list one, as published on 2026-01-01 by its maintenance agency.
/// Minor unit 0: the whole unit is the smallest amount.
const WITHOUT_MINOR_UNIT: &[&[u8; 3]] = &[
    b"BIF", b"CLP", b"DJF", b"GNF", b"ISK", b"JPY", b"KMF", b"KRW", b"PYG", b"RWF", b"UGX", b"UYI", b"VND", b"VUV",
    b"XAF", b"XOF", b"XPF",
];
/// Minor unit 2.
const HUNDREDTHS: &[&[u8; 3]] = &[
    b"AED", b"AFN", b"ALL", b"AMD", b"AOA", b"ARS", b"AUD", b"AWG", b"AZN", b"BAM", b"BBD", b"BDT", b"BMD", b"BND",
    b"BOB", b"BOV", b"BRL", b"BSD", b"BTN", b"BWP", b"BYN", b"BZD", b"CAD", b"CDF", b"CHE", b"CHF", b"CHW", b"CNY",
    b"COP", b"COU", b"CRC", b"CUP", b"CVE", b"CZK", b"DKK", b"DOP", b"DZD", b"EGP", b"ERN", b"ETB", b"EUR", b"FJD",
    b"FKP", b"GBP", b"GEL", b"GHS", b"GIP", b"GMD", b"GTQ", b"GYD", b"HKD", b"HNL", b"HTG", b"HUF", b"IDR", b"ILS",
    b"INR", b"IRR", b"JMD", b"KES", b"KGS", b"KHR", b"KPW", b"KYD", b"KZT", b"LAK", b"LBP", b"LKR", b"LRD", b"LSL",
    b"MAD", b"MDL", b"MGA", b"MKD", b"MMK", b"MNT", b"MOP", b"MRU", b"MUR", b"MVR", b"MWK", b"MXN", b"MXV", b"MYR",
    b"MZN", b"NAD", b"NGN", b"NIO", b"NOK", b"NPR", b"NZD", b"PAB", b"PEN", b"PGK", b"PHP", b"PKR", b"PLN", b"QAR",
    b"RON", b"RSD", b"RUB", b"SAR", b"SBD", b"SCR", b"SDG", b"SEK", b"SGD", b"SHP", b"SLE", b"SOS", b"SRD", b"SSP",
    b"STN", b"SVC", b"SYP", b"SZL", b"THB", b"TJS", b"TMT", b"TOP", b"TRY", b"TTD", b"TWD", b"TZS", b"UAH", b"USD",
    b"USN", b"UYU", b"UZS", b"VED", b"VES", b"WST", b"XAD", b"XCD", b"XCG", b"YER", b"ZAR", b"ZMW", b"ZWG",
];
/// Minor unit 3.
const THOUSANDTHS: &[&[u8; 3]] = &[b"BHD", b"IQD", b"JOD", b"KWD", b"LYD", b"OMR", b"TND"];
/// Minor unit 4: units of account of Chile and Uruguay.
const TEN_THOUSANDTHS: &[&[u8; 3]] = &[b"CLF", b"UYW"];
/// Minor unit "N.A.": precious metals, drawing rights, bond units, test code and "no currency".
const NO_SMALLEST_UNIT: &[&[u8; 3]] =
    &[b"XAG", b"XAU", b"XBA", b"XBB", b"XBC", b"XBD", b"XDR", b"XPD", b"XPT", b"XSU", b"XTS", b"XUA", b"XXX"];

/// A currency of the active list of ISO 4217 (币种), for example `EUR`.
///
/// Withdrawn codes (`DEM`, `HRK`, and `BGN` since 2026-01-01) and lower-case text are refused.
///
/// ```
/// use crm_core::value::{Currency, ErrorCode};
/// let yen: Currency = "JPY".parse()?;
/// assert_eq!((yen.as_str(), yen.exponent()), ("JPY", 0));
/// assert_eq!("DEM".parse::<Currency>().unwrap_err().code(), ErrorCode::NotInPicklist);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code of three capital letters; the same as [`str::parse`].
    ///
    /// ```
    /// # use crm_core::value::Currency;
    /// assert_eq!(Currency::parse("CNY")?.exponent(), 2);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `BadFormat` if it is not three capital letters, `NotInPicklist` if it is no active code.
    pub fn parse(code: &str) -> Result<Self> {
        let shown = || code.chars().take(10).collect::<String>();
        let letters = <[u8; 3]>::try_from(code.as_bytes()).ok().filter(|b| b.iter().all(u8::is_ascii_uppercase));
        let Some(letters) = letters else {
            let message = format!("`{}` is not a currency code of three capital letters", shown());
            return Err(Problem::new(ErrorCode::BadFormat, message).into_invalid());
        };
        if minor_unit(letters).is_none() {
            let message = format!("`{}` is not an active currency of iso 4217", shown());
            return Err(Problem::new(ErrorCode::NotInPicklist, message).into_invalid());
        }
        Ok(Self(letters))
    }

    /// The three capital letters.
    ///
    /// ```
    /// # use crm_core::value::Currency;
    /// assert_eq!(Currency::parse("USD")?.as_str(), "USD");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Digits behind the decimal point of the smallest amount that is paid (ISO 4217, "minor unit").
    ///
    /// The codes to which the standard gives none (gold `XAU`, drawing rights `XDR`, `XXX` ...) answer
    /// [`MAX_SCALE`](crate::value::MAX_SCALE): an amount in them is never rounded.
    ///
    /// ```
    /// # use crm_core::value::Currency;
    /// let exponents = ["KRW", "EUR", "KWD", "CLF"].map(|code| Currency::parse(code).map(Currency::exponent));
    /// assert_eq!(exponents, [Ok(0), Ok(2), Ok(3), Ok(4)]);
    /// ```
    #[must_use]
    pub fn exponent(self) -> u32 {
        minor_unit(self.0).unwrap_or(MAX_SCALE)
    }

    /// Every active currency, in the order of its code.
    ///
    /// ```
    /// # use crm_core::value::Currency;
    /// assert_eq!(Currency::all().len(), 178);
    /// ```
    #[must_use]
    pub fn all() -> Vec<Self> {
        let tables = [WITHOUT_MINOR_UNIT, HUNDREDTHS, THOUSANDTHS, TEN_THOUSANDTHS, NO_SMALLEST_UNIT];
        let mut all: Vec<Self> = tables.into_iter().flatten().map(|code| Self(**code)).collect();
        all.sort_unstable();
        all
    }
}

/// The exponent of an active code; `None` for any other code.
fn minor_unit(code: [u8; 3]) -> Option<u32> {
    [(HUNDREDTHS, 2), (WITHOUT_MINOR_UNIT, 0), (THOUSANDTHS, 3), (TEN_THOUSANDTHS, 4), (NO_SMALLEST_UNIT, MAX_SCALE)]
        .into_iter()
        .find(|(codes, _)| codes.binary_search(&&code).is_ok())
        .map(|(_, exponent)| exponent)
}

/// No currency yet: `XXX` of ISO 4217.
impl Default for Currency {
    fn default() -> Self {
        Self(*b"XXX")
    }
}

impl FromStr for Currency {
    type Err = Error;

    fn from_str(code: &str) -> Result<Self> {
        Self::parse(code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

text_serde!(Currency, {
    "description": "An active currency code of ISO 4217.",
    "type": "string",
    "pattern": "^[A-Z]{3}$"
});

value_struct! {
    /// An exact amount of one currency. Amounts of two currencies are never joined or compared.
    ///
    /// The amount may have more digits than the currency can pay (a price per piece); [`Money::round`] cuts it to
    /// what can be paid, by a named rule.
    ///
    /// ```
    /// use crm_core::value::{Money, Rounding};
    /// let price = Money::parse("0.1055", "EUR")?;
    /// let line = price.checked_mul("30".parse()?)?;
    /// assert_eq!(line.to_string(), "3.165 EUR");
    /// assert_eq!(line.round(Rounding::HalfUp).to_string(), "3.17 EUR");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[derive(Copy, Eq, Hash)]
    pub struct Money {
        required {
            /// The amount, in whole units of the currency.
            pub amount: Decimal,
            /// The currency.
            pub currency: Currency,
        }
    }
}

impl Money {
    /// `amount` in `currency`.
    ///
    /// ```
    /// # use crm_core::value::{Currency, Decimal, Money};
    /// assert_eq!(Money::new(Decimal::from(5), Currency::parse("CHF")?).to_string(), "5.00 CHF");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in `currency`.
    ///
    /// ```
    /// # use crm_core::value::{Currency, Money};
    /// assert_eq!(Money::zero(Currency::parse("JPY")?).to_string(), "0 JPY");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// Reads an amount and a currency code.
    ///
    /// ```
    /// # use crm_core::value::{ErrorCode, Money};
    /// assert_eq!(Money::parse("1.005", "KWD")?.to_string(), "1.005 KWD");
    /// assert_eq!(Money::parse("1.0", "Eur").unwrap_err().code(), ErrorCode::BadFormat);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Decimal`] under the field `amount` and of [`Currency::parse`] under the field `currency`.
    pub fn parse(amount: &str, currency: &str) -> Result<Self> {
        let amount = amount.parse::<Decimal>().map_err(|error| error.under("amount"))?;
        let currency = Currency::parse(currency).map_err(|error| error.under("currency"))?;
        Ok(Self::new(amount, currency))
    }

    /// Sum, exact.
    ///
    /// ```
    /// # use crm_core::value::{ErrorCode, Money};
    /// let freight = Money::parse("12.30", "EUR")?;
    /// assert_eq!(freight.checked_add(Money::parse("0.7", "EUR")?)?.to_string(), "13.00 EUR");
    /// let mixed = freight.checked_add(Money::parse("1", "USD")?);
    /// assert_eq!(mixed.unwrap_err().code(), ErrorCode::CurrencyMismatch);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `CurrencyMismatch` for two currencies, `Overflow` if the sum cannot be kept exactly.
    pub fn checked_add(self, other: Self) -> Result<Self> {
        self.same_currency(other)?;
        Ok(Self { amount: self.amount.checked_add(other.amount)?, ..self })
    }

    /// Difference, exact.
    ///
    /// ```
    /// # use crm_core::value::Money;
    /// let left = Money::parse("5", "CNY")?.checked_sub(Money::parse("7.5", "CNY")?)?;
    /// assert_eq!(left.to_string(), "-2.50 CNY");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `CurrencyMismatch` for two currencies, `Overflow` if the difference cannot be kept exactly.
    pub fn checked_sub(self, other: Self) -> Result<Self> {
        self.checked_add(other.negated())
    }

    /// The amount with the other sign.
    ///
    /// ```
    /// # use crm_core::value::Money;
    /// assert_eq!(Money::parse("3", "USD")?.negated(), Money::parse("-3", "USD")?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn negated(self) -> Self {
        Self { amount: self.amount.negated(), ..self }
    }

    /// The amount times `factor`, exact and not rounded.
    ///
    /// ```
    /// # use crm_core::value::Money;
    /// let discount = Money::parse("199.99", "EUR")?.checked_mul("-0.03".parse()?)?;
    /// assert_eq!(discount.to_string(), "-5.9997 EUR");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Overflow` if the product cannot be kept exactly.
    pub fn checked_mul(self, factor: Decimal) -> Result<Self> {
        Ok(Self { amount: self.amount.checked_mul(factor)?, ..self })
    }

    /// The amount rounded to what the currency can pay, by the named rule.
    ///
    /// ```
    /// # use crm_core::value::{Money, Rounding};
    /// assert_eq!(Money::parse("1250.5", "JPY")?.round(Rounding::HalfEven), Money::parse("1250", "JPY")?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn round(self, rounding: Rounding) -> Self {
        Self { amount: self.amount.round(self.currency.exponent(), rounding), ..self }
    }

    /// Whether the amount can be paid: it has no more digits than the currency.
    ///
    /// ```
    /// # use crm_core::value::Money;
    /// assert!(Money::parse("10.5", "EUR")?.is_payable() && !Money::parse("10.5", "JPY")?.is_payable());
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn is_payable(self) -> bool {
        self.amount.scale() <= self.currency.exponent()
    }

    /// Compares two amounts of one currency.
    ///
    /// ```
    /// # use crm_core::value::Money;
    /// let (bid, limit) = (Money::parse("9.99", "EUR")?, Money::parse("10", "EUR")?);
    /// assert!(bid.compare(limit)?.is_lt());
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `CurrencyMismatch` for two currencies.
    pub fn compare(self, other: Self) -> Result<Ordering> {
        self.same_currency(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    /// The sum of many amounts of one currency; `None` if there are none.
    ///
    /// ```
    /// # use crm_core::value::Money;
    /// let lines = [Money::parse("1.1", "EUR")?, Money::parse("2.2", "EUR")?];
    /// assert_eq!(Money::sum(lines)?, Some(Money::parse("3.3", "EUR")?));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `CurrencyMismatch` for two currencies, `Overflow` if the sum cannot be kept exactly.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Option<Self>> {
        amounts.into_iter().try_fold(None, |total: Option<Self>, next| {
            total.map_or(Ok(next), |total| total.checked_add(next)).map(Some)
        })
    }

    fn same_currency(self, other: Self) -> Result<()> {
        if self.currency == other.currency {
            return Ok(());
        }
        let message = format!("`{}` and `{}` are different currencies", self.currency, other.currency);
        let problem = Problem::new(ErrorCode::CurrencyMismatch, message);
        Err(problem.with("left", self.currency).with("right", other.currency).into_invalid())
    }
}

impl fmt::Display for Money {
    /// `1234.50 EUR`: at least the digits of the currency, all digits of the amount.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = self.currency.exponent();
        let digits = if exponent == MAX_SCALE { 0 } else { exponent };
        write!(f, "{} {}", self.amount.to_fixed(digits), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;
    use proptest::prelude::*;

    fn money(amount: &str, currency: &str) -> Money {
        Money::parse(amount, currency).unwrap()
    }

    #[test]
    fn tables_are_sorted_and_disjoint() {
        for table in [WITHOUT_MINOR_UNIT, HUNDREDTHS, THOUSANDTHS, TEN_THOUSANDTHS, NO_SMALLEST_UNIT] {
            assert!(table.is_sorted_by(|a, b| a < b));
        }
        let all = Currency::all();
        assert!(all.is_sorted_by(|a, b| a < b), "a code stands in two tables");
        assert_eq!(all.len(), 178, "list one of 2026-01-01 has 178 codes");
    }

    #[test]
    fn exponents_of_iso_4217() {
        let expect = |codes: &str, exponent: u32| {
            for code in codes.split(' ') {
                assert_eq!(Currency::parse(code).unwrap().exponent(), exponent, "{code}");
            }
        };
        expect("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", 0);
        expect("BHD IQD JOD KWD LYD OMR TND", 3);
        expect("CLF UYW", 4);
        expect("EUR USD CNY GBP CHF MGA MRU SLE VED XAD XCG ZWG", 2);
        expect("XAU XAG XDR XXX XTS", MAX_SCALE);
    }

    #[test]
    fn withdrawn_and_malformed_codes_are_refused() {
        for code in ["DEM", "FRF", "HRK", "BGN", "ANG", "CUC", "SLL", "ZWL", "ZZZ"] {
            assert_eq!(Currency::parse(code).unwrap_err().code(), ErrorCode::NotInPicklist, "{code}");
        }
        for code in ["", "EU", "EURO", "eur", "E R", "E\u{20ac}", "123"] {
            assert_eq!(Currency::parse(code).unwrap_err().code(), ErrorCode::BadFormat, "{code}");
        }
    }

    #[test]
    fn json_is_text_and_errors_name_the_field() {
        let price = money("12.50", "EUR");
        let text = json::to_canonical(&price).unwrap();
        assert_eq!(text, r#"{"amount":"12.5","currency":"EUR"}"#);
        assert_eq!(json::from_text::<Money>(&text).unwrap(), price);
        let error = json::from_text::<Money>(r#"{"amount":"1","currency":"DEM"}"#).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::NotInPicklist, Some("currency")));
        let error = json::from_text::<Money>(r#"{"amount":1.5,"currency":"EUR"}"#).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::FloatNotAllowed, Some("amount")));
    }

    #[test]
    fn currencies_are_never_mixed() {
        let (euro, dollar) = (money("1", "EUR"), money("1", "USD"));
        let error = euro.compare(dollar).unwrap_err();
        assert_eq!(error.code(), ErrorCode::CurrencyMismatch);
        assert_eq!(error.problems()[0].data["right"], "USD");
        assert!(euro.checked_sub(dollar).is_err());
        assert!(Money::sum([euro, dollar]).is_err());
        assert_eq!(Money::sum([]).unwrap(), None);
    }

    #[test]
    fn rounding_follows_the_currency() {
        assert_eq!(money("0.0005", "KWD").round(Rounding::HalfUp), money("0.001", "KWD"));
        assert_eq!(money("-2.5", "JPY").round(Rounding::HalfUp), money("-3", "JPY"));
        assert_eq!(money("1.23456", "CLF").round(Rounding::Down), money("1.2345", "CLF"));
        assert_eq!(money("1.23456789", "XAU").round(Rounding::Down), money("1.23456789", "XAU"));
        assert_eq!(money("1.5", "XAU").to_string(), "1.5 XAU");
    }

    proptest! {
        #[test]
        fn adding_and_taking_away_returns(a in any::<i64>(), b in any::<i64>(), scale in 0_u32..6) {
            let of = |mantissa: i64| Money::new(Decimal::new(mantissa.into(), scale).unwrap(), Currency::parse("EUR").unwrap());
            let (a, b) = (of(a), of(b));
            prop_assert_eq!(a.checked_add(b).unwrap().checked_sub(b).unwrap(), a);
            prop_assert_eq!(a.compare(b).unwrap().reverse(), a.negated().compare(b.negated()).unwrap());
            prop_assert!(a.round(Rounding::HalfEven).is_payable());
        }
    }
}
