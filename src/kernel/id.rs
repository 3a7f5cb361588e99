//! Ids: a prefix that names the kind, then 26 characters of base32 UUIDv7. Made here, never by SQL.

use data_encoding::{Encoding, Specification};
use std::sync::{
    LazyLock,
    atomic::{AtomicU64, Ordering},
};

use super::{chance::Chance, clock::Timestamp, refusal::Refusal};

/// Characters behind the prefix.
pub const TAIL: usize = 26;

/// Crockford's alphabet in lower case: it sorts as the bytes sort, so ids sort by age.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
    spec.encoding().expect("the alphabet has 32 different symbols")
});

/// Bytes in that alphabet, which has no letters that look like digits.
pub fn base32(bytes: &[u8]) -> String {
    BASE32.encode(bytes)
}

pub(crate) const WRONG: Refusal = Refusal::new("id_invalid", "This is not an id of this kind.");

/// A UUIDv7 (RFC 9562, section 5.7) as 26 base32 characters.
pub(crate) fn tail(now: Timestamp, chance: &Chance) -> String {
    tail_of(now, chance.bytes())
}

fn tail_of(now: Timestamp, random: [u8; 10]) -> String {
    let millis = u64::try_from(now.micros().div_euclid(1000)).unwrap_or(0);
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    base32(id.as_bytes())
}

/// Whether a text is the tail of an id. Its digits hold two bits more than a UUID, which are zero.
pub(crate) fn is_tail(text: &str) -> bool {
    text.len() == TAIL && BASE32.decode(text.as_bytes()).is_ok_and(|bytes| bytes.len() == 16)
}

/// Makes one id type: its prefix is checked wherever a text becomes an id.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize, diesel::expression::AsExpression,
            diesel::deserialize::FromSqlRow,
        )]
        #[serde(try_from = "String")]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub struct $name(String);

        impl $name {
            pub const PREFIX: &str = $prefix;

            /// A new id. Ids made later sort behind this one.
            pub fn make(now: Timestamp, chance: &Chance) -> Self {
                Self(format!("{}{}", $prefix, tail(now, chance)))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = Refusal;

            fn from_str(text: &str) -> Result<Self, Refusal> {
                match text.strip_prefix($prefix) {
                    Some(rest) if is_tail(rest) => Ok(Self(text.to_owned())),
                    _ => Err(WRONG),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = Refusal;

            fn try_from(text: String) -> Result<Self, Refusal> {
                text.parse()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    // The last character stands for three bits, as 26 hold more than 128.
                    .pattern(Some(concat!("^", $prefix, "[0-9a-hjkmnp-tv-z]{25}[048cgmrw]$")))
                    .max_length(Some($prefix.len() + TAIL))
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB>
            for $name
        where
            String: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB>
            for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(String::from_sql(bytes)?.parse::<Self>()?)
            }
        }
    };
}

id!(/** An account. */ UserId, "usr_", "usr_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A session of an account. */ SessionId, "ses_", "ses_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A role. */ RoleId, "rol_", "rol_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A role grant. */ GrantId, "grt_", "grt_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** An audit event. */ EventId, "evt_", "evt_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** An organization. */ OrganizationId, "org_", "org_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** One request to the service. */ RequestId, "req_", "req_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A browser that was signed in from. */ DeviceId, "dev_", "dev_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A second factor of an account. */ FactorId, "fac_", "fac_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A passkey. */ PasskeyId, "pky_", "pky_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A passkey's ceremony. */ CeremonyId, "cer_", "cer_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A sign-in that is half done. */ PendingId, "psi_", "psi_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A mail in the outbox. */ MailId, "eml_", "eml_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A one-time proof sent by mail. */ ProofId, "prf_", "prf_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** An API key. */ ApiKeyId, "key_", "key_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A client of the token endpoint. */ ClientId, "cli_", "cli_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** An access token. */ TokenId, "tok_", "tok_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A refresh token. */ RefreshTokenId, "rft_", "rft_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** Somebody as a provider knows them. */ IdentityId, "idn_", "idn_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A way through a provider. */ FlowId, "flw_", "flw_06awk5n2q3w0r8d1e4t7y9v2m4");
id!(/** A one-time set-up link. */ SetupLinkId, "stp_", "stp_06awk5n2q3w0r8d1e4t7y9v2m4");

impl UserId {
    /// The id of these bytes. No account has it unless somebody gives it one.
    pub fn of_bytes(bytes: [u8; 16]) -> Self {
        Self(format!("{}{}", Self::PREFIX, BASE32.encode(&bytes)))
    }
}

impl MailId {
    /// A new id that sorts behind all that this process has made before in the same millisecond, so
    /// that mails have an order even where the clock stands still.
    pub fn next(now: Timestamp, chance: &Chance) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let [.., high, middle, low] = COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut random = chance.bytes::<10>();
        // The bits behind the time that are not taken by version and variant: 4, 8 and 6 of them
        // (RFC 9562, section 6.2, method 1).
        random[0] = high << 2 | middle >> 6;
        random[1] = middle << 2 | low >> 6;
        random[2] = low & 0x3f;
        Self(format!("{}{}", Self::PREFIX, tail_of(now, random)))
    }
}

/// Ids of requests: a random start and a count, because asking the system for randomness takes
/// longer than all else that most requests need. They are names and no secrets.
pub struct RequestIds {
    start: [u8; 10],
    count: AtomicU64,
}

impl RequestIds {
    pub fn new(chance: &Chance) -> Self {
        Self { start: chance.bytes(), count: AtomicU64::new(0) }
    }

    /// The next id. No other process and no earlier start has the same.
    pub fn next(&self, now: Timestamp) -> RequestId {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut random = self.start;
        for (byte, counted) in random[2..].iter_mut().zip(count.to_be_bytes()) {
            *byte = byte.wrapping_add(counted);
        }
        RequestId(format!("{}{}", RequestId::PREFIX, tail_of(now, random)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_made_later_sorts_behind() {
        let chance = Chance::seeded(1);
        let first = UserId::make(Timestamp::from_micros(1_000_000), &chance);
        let later = UserId::make(Timestamp::from_micros(1_001_000), &chance);
        assert!(first < later);
    }

    #[test]
    fn mails_have_an_order_while_the_clock_stands_still() {
        let (chance, now) = (Chance::seeded(1), Timestamp::from_micros(0));
        let ids: Vec<_> = (0..1000).map(|_| MailId::next(now, &chance)).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.as_str().parse::<MailId>().is_ok()));
    }

    #[test]
    fn the_example_in_the_contract_is_an_id() {
        let schema = <UserId as utoipa::PartialSchema>::schema();
        let schema = serde_json::to_value(schema).unwrap();
        assert!(schema["examples"][0].as_str().unwrap().parse::<UserId>().is_ok());
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let role = RoleId::make(Timestamp::from_micros(0), &Chance::seeded(1)).to_string();
        assert!(role.parse::<RoleId>().is_ok());
        assert!(role.parse::<UserId>().is_err());
        for wrong in ["", "rol_", "rol_06AWK5N2Q3W0R8D1E4T7Y9V2M6", "rol_06awk5n2q3w0r8d1e4t7y9v2m"]
        {
            assert!(wrong.parse::<RoleId>().is_err());
        }
    }

    #[test]
    fn an_id_is_what_fits_the_pattern_of_the_contract() {
        for last in "0123456789abcdefghjkmnpqrstvwxyz".chars() {
            let text = format!("usr_{}{last}", "z".repeat(TAIL - 1));
            assert_eq!(text.parse::<UserId>().is_ok(), "048cgmrw".contains(last), "{last}");
        }
        for letter in "ilouA-%é".chars() {
            assert!(format!("usr_{letter}{}", "0".repeat(TAIL - 1)).parse::<UserId>().is_err());
        }
    }
}
