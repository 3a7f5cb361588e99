//! One mail of every kind, with values as long as they get. Templates are tried on them.

use super::{FactorChange, Link, Mail};
use crate::kernel::clock::Timestamp;

/// A mail of every kind; of those about factors, one for every change.
pub fn all() -> Vec<Mail> {
    let at = Timestamp::from_micros(1_793_534_400_000_000);
    let url = format!("https://id.example.com/verify?token=dwv_{}", "A".repeat(43));
    let link = Link { url: url.clone(), seconds: 86_400 };
    let (code, new) = ("123456".to_owned(), "ann@example.com".to_owned());
    let device = "Firefox on Linux".to_owned();
    let mut mails = vec![
        Mail::VerifyEmail { link: link.clone(), code: code.clone() },
        Mail::AddressInUse { link: url.clone() },
        Mail::ResetPassword { link: link.clone() },
        Mail::AccountMade { link: link.clone() },
        Mail::AccountReady { link: url.clone() },
        Mail::ChoosePassword { link: link.clone() },
        Mail::PasswordChanged { at, link: url.clone() },
        Mail::EmailChangeAsked { new: new.clone() },
        Mail::ConfirmEmail { link: link.clone(), code: code.clone() },
        Mail::EmailChanged { new, link: link.clone() },
        Mail::EmailIsYours,
        Mail::MagicLink { link, code: code.clone() },
        Mail::MailedFactor { code },
        Mail::NewDevice { device, ip: "203.0.113.7".to_owned(), at, link: url.clone() },
    ];
    mails.extend(FactorChange::ALL.map(|change| Mail::FactorChanged {
        change,
        at,
        link: url.clone(),
    }));
    mails
}
