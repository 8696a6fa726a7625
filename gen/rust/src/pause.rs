//! Randomness for pauses, so that the clients of a server that comes back do not call as one.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// A pause between nothing and a bound.
pub(crate) fn up_to(longest: Duration) -> Duration {
    // Every RandomState has keys of its own.
    let random = RandomState::new().hash_one(0) as u32;
    longest.mul_f64(f64::from(random) / f64::from(u32::MAX))
}
