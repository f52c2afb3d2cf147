//! What a formula comes to.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::Datelike as _;

use super::types::{Datum, Formula, Function, Lookup, Node, Operator};
use crate::value::{Decimal, Error, ErrorCode, Problem, Ratio, Result, Rounding};

impl Formula {
    /// Computes the formula.
    ///
    /// # Errors
    /// `Required` for a name without a value; `OutOfRange` for a division by zero; `Overflow` for figures that do not fit;
    /// and what the lookup tells.
    pub fn evaluate<'a>(&'a self, names: &'a dyn Lookup) -> Result<Datum<'a>> {
        self.root.evaluate(names)
    }
}

fn wrong_type() -> Error {
    Problem::new(ErrorCode::WrongType, "a name has a value of another kind than it was declared with").into_invalid()
}

impl Node {
    fn evaluate<'a>(&'a self, names: &'a dyn Lookup) -> Result<Datum<'a>> {
        Ok(match self {
            Self::Number(number) => Datum::Number(*number),
            Self::Text(text) => Datum::Text(Cow::Borrowed(text)),
            Self::Truth(truth) => Datum::Truth(*truth),
            Self::Date(date) => Datum::Date(*date),
            Self::Texts(texts) => Datum::Texts(Cow::Borrowed(texts)),
            Self::Name(slot, name) => match names.datum(*slot)? {
                Datum::Missing => {
                    let message = format!("`{name}` has no value");
                    return Err(Problem::new(ErrorCode::Required, message).with("name", name).into_invalid());
                }
                datum => datum,
            },
            Self::Not(inner) => Datum::Truth(!inner.truth(names)?),
            Self::Minus(inner) => Datum::Number(Ratio::ZERO.checked_sub(inner.number(names)?)?),
            Self::Pair(operator, left, right) => return pair(*operator, left, right, names),
            Self::Call(function, arguments) => return call(*function, arguments, names),
        })
    }

    fn truth(&self, names: &dyn Lookup) -> Result<bool> {
        match self.evaluate(names)? {
            Datum::Truth(truth) => Ok(truth),
            _ => Err(wrong_type()),
        }
    }

    fn number(&self, names: &dyn Lookup) -> Result<Ratio> {
        match self.evaluate(names)? {
            Datum::Number(number) => Ok(number),
            _ => Err(wrong_type()),
        }
    }
}

fn pair<'a>(operator: Operator, left: &'a Node, right: &'a Node, names: &'a dyn Lookup) -> Result<Datum<'a>> {
    match operator {
        Operator::Or => return Ok(Datum::Truth(left.truth(names)? || right.truth(names)?)),
        Operator::And => return Ok(Datum::Truth(left.truth(names)? && right.truth(names)?)),
        Operator::Add => return left.number(names)?.checked_add(right.number(names)?).map(Datum::Number),
        Operator::Subtract => return left.number(names)?.checked_sub(right.number(names)?).map(Datum::Number),
        Operator::Multiply => return left.number(names)?.checked_mul(right.number(names)?).map(Datum::Number),
        Operator::Divide => return left.number(names)?.checked_div(right.number(names)?).map(Datum::Number),
        _ => {}
    }
    let (left, right) = (left.evaluate(names)?, right.evaluate(names)?);
    let truth = match operator {
        Operator::Equal => left == right,
        Operator::NotEqual => left != right,
        Operator::In => match (&left, &right) {
            (Datum::Text(text), Datum::Texts(texts)) => texts.iter().any(|known| known == text),
            _ => return Err(wrong_type()),
        },
        _ => {
            let order = order(&left, &right)?;
            match operator {
                Operator::Less => order == Ordering::Less,
                Operator::LessOrEqual => order != Ordering::Greater,
                Operator::Greater => order == Ordering::Greater,
                _ => order != Ordering::Less,
            }
        }
    };
    Ok(Datum::Truth(truth))
}

fn order(left: &Datum<'_>, right: &Datum<'_>) -> Result<Ordering> {
    match (left, right) {
        (Datum::Number(left), Datum::Number(right)) => Ok(left.cmp(right)),
        (Datum::Text(left), Datum::Text(right)) => Ok(left.cmp(right)),
        (Datum::Date(left), Datum::Date(right)) => Ok(left.cmp(right)),
        _ => Err(wrong_type()),
    }
}

fn call<'a>(function: Function, arguments: &'a [Node], names: &'a dyn Lookup) -> Result<Datum<'a>> {
    match (function, arguments) {
        (Function::If, [condition, one, other]) => {
            if condition.truth(names)? {
                one.evaluate(names)
            } else {
                other.evaluate(names)
            }
        }
        (Function::IsMissing, [Node::Name(slot, _)]) => Ok(Datum::Truth(names.datum(*slot)? == Datum::Missing)),
        (Function::Coalesce, arguments) => {
            for (place, argument) in arguments.iter().enumerate() {
                match argument {
                    Node::Name(slot, _) if place.saturating_add(1) < arguments.len() => match names.datum(*slot)? {
                        Datum::Missing => {}
                        datum => return Ok(datum),
                    },
                    argument => return argument.evaluate(names),
                }
            }
            Err(wrong_type())
        }
        (Function::Min | Function::Max, [first, others @ ..]) => {
            let mut best = first.evaluate(names)?;
            for other in others {
                let other = other.evaluate(names)?;
                let order = order(&other, &best)?;
                if (function == Function::Min && order.is_lt()) || (function == Function::Max && order.is_gt()) {
                    best = other;
                }
            }
            Ok(best)
        }
        (_, arguments) => {
            let values = arguments.iter().map(|argument| argument.evaluate(names)).collect::<Result<Vec<_>>>()?;
            plain(function, &values)
        }
    }
}

fn plain<'a>(function: Function, values: &[Datum<'a>]) -> Result<Datum<'a>> {
    let number = |figure: i64| Datum::Number(Ratio::from(Decimal::from(figure)));
    Ok(match (function, values) {
        (Function::Abs, [Datum::Number(x)]) if *x < Ratio::ZERO => Datum::Number(Ratio::ZERO.checked_sub(*x)?),
        (Function::Abs, [Datum::Number(x)]) => Datum::Number(*x),
        (Function::Floor, [Datum::Number(x)]) => Datum::Number(x.to_decimal(0, Rounding::Floor)?.into()),
        (Function::Ceil, [Datum::Number(x)]) => Datum::Number(x.to_decimal(0, Rounding::Ceiling)?.into()),
        (Function::Round, [Datum::Number(x)]) => Datum::Number(x.to_decimal(0, Rounding::HalfUp)?.into()),
        (Function::Round, [Datum::Number(x), Datum::Number(digits)]) => {
            let scale = u32::try_from(digits.numerator()).ok().filter(|digits_after| *digits_after <= 20);
            let Some(scale) = scale.filter(|_| digits.denominator() == 1) else {
                let message = "there are 0 to 20 digits behind the point";
                return Err(Problem::new(ErrorCode::OutOfRange, message).into_invalid());
            };
            Datum::Number(x.to_decimal(scale, Rounding::HalfUp)?.into())
        }
        (Function::Contains, [Datum::Texts(texts), Datum::Text(text)]) => {
            Datum::Truth(texts.iter().any(|known| known == text))
        }
        (Function::Contains, [Datum::Text(text), Datum::Text(part)]) => Datum::Truth(text.contains(part.as_ref())),
        (Function::StartsWith, [Datum::Text(text), Datum::Text(part)]) => Datum::Truth(text.starts_with(part.as_ref())),
        (Function::Lower, [Datum::Text(text)]) => Datum::Text(Cow::Owned(text.to_lowercase())),
        (Function::Year, [Datum::Date(date)]) => number(date.to_chrono().year().into()),
        (Function::Month, [Datum::Date(date)]) => number(date.to_chrono().month().into()),
        (Function::Day, [Datum::Date(date)]) => number(date.to_chrono().day().into()),
        (Function::DaysBetween, [Datum::Date(from), Datum::Date(to)]) => number(to.days_since(*from)),
        _ => return Err(wrong_type()),
    })
}
