//! How long a token is to live, as a caller says it.

use std::time::Duration;

use crate::error::Error;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_HOUR: f64 = 3_600_000_000.0;
/// The longest `google.protobuf.Duration`: 10,000 years.
const MAX_SECONDS: u64 = 315_576_000_000;

/// A lifetime in either of its forms. Which are too short or too long is the server's to say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Lifetime {
    Duration(Duration),
    Hours(f64),
}

impl Lifetime {
    /// The lifetime as a message, or the server's refusal of what no message can carry.
    pub(crate) fn into_message(
        lifetime: Option<Self>,
        field: &str,
    ) -> Result<Option<prost_types::Duration>, Error> {
        let message = match lifetime {
            None => return Ok(None),
            Some(Self::Duration(duration)) if duration.as_secs() <= MAX_SECONDS => {
                prost_types::Duration::try_from(duration).ok()
            }
            Some(Self::Hours(hours)) if hours.abs() <= (MAX_SECONDS / 3600) as f64 => {
                Some(from_hours(hours))
            }
            // Not a number fails every comparison.
            Some(_) => None,
        };
        message.map(Some).ok_or_else(|| {
            let rule = "Expires hours must be between 0 and 8760 hours".to_owned();
            Error::refused(field, "EXPIRES_IN_OUT_OF_RANGE", rule)
        })
    }
}

/// Rounded as Python's `timedelta(hours=…)` does: the whole and the broken part are multiplied
/// apart, and a half goes to the even neighbour.
fn from_hours(hours: f64) -> prost_types::Duration {
    let broken = (hours.fract() * MICROS_PER_HOUR).round_ties_even();
    let micros = (hours.trunc() * MICROS_PER_HOUR) as i64 + broken as i64;
    prost_types::Duration {
        seconds: micros / MICROS_PER_SECOND,
        nanos: (micros % MICROS_PER_SECOND) as i32 * 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(lifetime: Lifetime) -> Option<(i64, i32)> {
        let message = Lifetime::into_message(Some(lifetime), "expires_in").ok()?;
        message.map(|message| (message.seconds, message.nanos))
    }

    #[test]
    fn hours_are_exact_to_the_microsecond() {
        let cases = [
            (24.0, (86_400, 0)),
            (0.5, (1800, 0)),
            (1.0 / 3_600_000_000.0, (0, 1000)),
            (8760.0, (31_536_000, 0)),
            (-1.0, (-3600, 0)),
            (-0.000_000_001, (0, -4000)),
        ];
        for (hours, expected) in cases {
            assert_eq!(message(Lifetime::Hours(hours)), Some(expected), "{hours}");
        }
    }

    #[test]
    fn what_no_message_carries_is_refused_in_the_words_of_the_server() {
        for hours in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            assert_eq!(message(Lifetime::Hours(hours)), None, "{hours}");
        }
        let error = Lifetime::into_message(Some(Lifetime::Duration(Duration::MAX)), "expires_in");
        let error = error.unwrap_err();
        let facts = error.facts().unwrap();
        assert_eq!(
            (facts.reason.as_str(), facts.field.as_str()),
            ("EXPIRES_IN_OUT_OF_RANGE", "expires_in")
        );
    }
}
