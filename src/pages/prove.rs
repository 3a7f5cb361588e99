//! The form in which somebody proves who they are by one of several methods: one method at a time,
//! the others a button away.

use super::{
    form::{Field, Form, Kind},
    shell::Shell,
};
use crate::{http::code::Code, kernel::assurance::Method};

/// The methods that a page can ask for, the strongest first.
const ASKED: [Method; 4] = [Method::Totp, Method::RecoveryCode, Method::Password, Method::Email];

/// Those of the methods that a page can ask for.
pub fn askable(methods: &[Method]) -> Vec<Method> {
    ASKED.into_iter().filter(|method| methods.contains(method)).collect()
}

/// A method by its name.
pub fn named(name: &str) -> Option<Method> {
    ASKED.into_iter().find(|method| method.as_str() == name)
}

/// The words that ask for a proof.
pub fn lead(shell: &Shell, method: Method) -> String {
    shell.say(&format!("prove-{}", method.as_str()))
}

/// A form for `method`, from which one can go over to any of `methods`.
pub fn form(shell: &Shell, action: &'static str, method: Method, methods: &[Method]) -> Form {
    let field = match method {
        Method::Password => Field::new(shell, "password", Kind::Password),
        Method::RecoveryCode => {
            Field::new(shell, "code", Kind::Code).label(shell.say("field-recovery_code"))
        }
        _ => Field::new(shell, "code", Kind::Digits),
    };
    let form = Form::to(action, shell.say("prove-button"))
        .hidden([("method", method.as_str().to_owned())])
        .field(field)
        .blame(Code::CurrentPasswordWrong, "password")
        .blame(Code::FactorRefused, "code")
        .focused();
    let form = match method {
        Method::Email => form.switch("mail", "1", shell.say("prove-mail")),
        _ => form,
    };
    let others = methods.iter().filter(|other| **other != method);
    others.fold(form, |form, other| {
        let name = other.as_str();
        form.switch("switch", name, shell.say(&format!("prove-by-{name}")))
    })
}
