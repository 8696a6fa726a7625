//! Instants and durations, exact to the microsecond and beyond.

use std::time::{Duration, SystemTime};

use prost_types::Timestamp;

/// A duration as Python's `str(timedelta)` writes it: `0:59:59.999648`, `1 day, 2:03:04`. What is
/// finer than a microsecond is dropped.
///
/// ```
/// use std::time::Duration;
/// let remaining = Duration::from_micros(93_784_000_001);
/// assert_eq!(secure_token_client::timedelta_text(remaining), "1 day, 2:03:04.000001");
/// ```
pub fn timedelta_text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let days = match seconds / 86_400 {
        0 => String::new(),
        1 => "1 day, ".to_owned(),
        days => format!("{days} days, "),
    };
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    let fraction = match duration.subsec_micros() {
        0 => String::new(),
        micros => format!(".{micros:06}"),
    };
    format!("{days}{hours}:{minutes:02}:{:02}{fraction}", seconds % 60)
}

/// `None` for what is unset, or no valid message.
pub(crate) fn from_timestamp(timestamp: Option<Timestamp>) -> Option<SystemTime> {
    SystemTime::try_from(timestamp?).ok()
}

/// `None` for what is unset, negative, or no valid message.
pub(crate) fn from_duration(duration: Option<prost_types::Duration>) -> Option<Duration> {
    Duration::try_from(duration?).ok()
}
