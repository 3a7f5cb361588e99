//! What hashing a password takes, and the limits that keep a stored hash from taking too much.

use argon2::Params;

use crate::kernel::refusal::Refusal;

/// Most memory that a stored hash may ask for, in KiB.
pub(super) const MAX_MEMORY_KIB: u32 = 256 * 1024;

/// Most passes that a stored hash may ask for.
pub(super) const MAX_ITERATIONS: u32 = 16;

/// Most lanes that a stored hash may ask for. Hashes of ours have one; lanes cost nothing more.
pub(super) const MAX_LANES: u32 = 16;

const COST_TOO_LOW: Refusal = Refusal::new(
    "password_cost_too_low",
    "Hashing a password takes at least 19456 KiB of memory and 2 iterations.",
);
const COST_TOO_HIGH: Refusal = Refusal::new(
    "password_cost_too_high",
    "Hashing a password takes at most 262144 KiB of memory and 16 iterations.",
);

/// What hashing one password takes, with one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
}

impl Cost {
    /// The least that a service in use may be set to, and the default.
    pub const FLOOR: Self = Self { memory_kib: 19_456, iterations: 2 };

    /// Refuses what is below [`Cost::FLOOR`] and what verification would not take back.
    pub fn check(self) -> Result<(), Refusal> {
        if self.memory_kib < Self::FLOOR.memory_kib || self.iterations < Self::FLOOR.iterations {
            return Err(COST_TOO_LOW);
        }
        if self.memory_kib > MAX_MEMORY_KIB || self.iterations > MAX_ITERATIONS {
            return Err(COST_TOO_HIGH);
        }
        Ok(())
    }

    /// The nearest cost that Argon2 can have and that verification takes back.
    pub(super) fn within_limits(self) -> Self {
        Self {
            memory_kib: self.memory_kib.clamp(Params::MIN_M_COST, MAX_MEMORY_KIB),
            iterations: self.iterations.clamp(Params::MIN_T_COST, MAX_ITERATIONS),
        }
    }

    pub(super) fn params(self) -> Params {
        let Self { memory_kib, iterations } = self.within_limits();
        Params::new(memory_kib, iterations, 1, Some(Params::DEFAULT_OUTPUT_LEN))
            .expect("the cost is within the limits of Argon2")
    }
}

impl Default for Cost {
    fn default() -> Self {
        Self::FLOOR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_11_4_2_a_cost_is_between_the_floor_and_what_is_taken_back() {
        let cost = |memory_kib, iterations| Cost { memory_kib, iterations };
        for fine in [Cost::default(), cost(19_456, 16), cost(262_144, 2)] {
            assert_eq!(fine.check(), Ok(()));
            assert_eq!(fine.within_limits(), fine);
        }
        assert_eq!(cost(19_455, 2).check(), Err(COST_TOO_LOW));
        assert_eq!(cost(19_456, 1).check(), Err(COST_TOO_LOW));
        assert_eq!(cost(262_145, 2).check(), Err(COST_TOO_HIGH));
        assert_eq!(cost(19_456, 17).check(), Err(COST_TOO_HIGH));
        assert_eq!(cost(0, 0).within_limits(), cost(8, 1));
        assert_eq!(cost(u32::MAX, u32::MAX).within_limits(), cost(262_144, 16));
    }
}
