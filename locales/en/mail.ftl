# Mails in English. For each kind of mail: a subject, a text, a note at the end, and the words on the
# button where there is a link. Values stand as { $name }.

duration-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
duration-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
duration-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}

mail-code = Or enter this code, which is good for { $duration }:
mail-code-alone = Your code, which is good for { $duration }:
mail-link = If the button does not work, open this address in your browser:
mail-footer = This mail was sent by { $service } ({ $address }).

verify-email-subject = Confirm your e-mail address for { $service }
verify-email-text = Somebody, most likely you, has signed up for { $service } with this e-mail address. Confirm that the address is yours within { $duration }.
verify-email-button = Confirm the address
verify-email-note = If it was not you, ignore this mail: nothing more happens.

address-in-use-subject = You already have an account with { $service }
address-in-use-text = Somebody, perhaps you, wanted to use this e-mail address for an account with { $service }. There is one already: yours, which was not changed.
address-in-use-button = Sign in
address-in-use-note = If it was not you, ignore this mail. If you have forgotten your password, you can set a new one from the sign-in page.

reset-password-subject = Set a new password for { $service }
reset-password-text = A new password was asked for your account with { $service }. Set one within { $duration }; the link works once. All your sessions end with the old password.
reset-password-button = Set a new password
reset-password-note = If it was not you, ignore this mail: your password stays as it is.

account-made-subject = Your account with { $service }
account-made-text = An administrator of { $service } has made an account for this e-mail address. Choose a password for it within { $duration }; the link works once.
account-made-button = Choose a password
account-made-note = Later you get another link from the sign-in page. If you did not expect this mail, ask the people who run { $service }.

account-ready-subject = Your account with { $service }
account-ready-text = An administrator of { $service } has made an account for this e-mail address, with a password that they give you themselves. Change it once you have signed in.
account-ready-button = Sign in
account-ready-note = If you did not expect this mail, ask the people who run { $service }.

choose-password-subject = Choose a password for { $service }
choose-password-text = An administrator of { $service } asks you to choose a password for your account. Do so within { $duration }; the link works once.
choose-password-button = Choose a password
choose-password-note = If you did not expect this mail, ask the people who run { $service }.

password-changed-subject = Your password for { $service } was changed
password-changed-text = The password of your account with { $service } was changed at { $time }. All other sessions have ended.
password-changed-button = It was not me
password-changed-note = If it was you, there is nothing to do. If it was not, set a new password at once.

email-change-asked-subject = A change of your e-mail address for { $service }
email-change-asked-text = Somebody who is signed in to your account with { $service } wants to change its e-mail address to { $address }. The new address has to be confirmed first.
email-change-asked-note = If it was you, there is nothing to do here. If it was not, change your password and end your other sessions.

confirm-email-subject = Confirm your new e-mail address for { $service }
confirm-email-text = This e-mail address shall become the address of an account with { $service }. Confirm that it is yours within { $duration }.
confirm-email-button = Confirm the address
confirm-email-note = If it was not you, ignore this mail: nothing more happens.

email-changed-subject = Your e-mail address for { $service } was changed
email-changed-text = The e-mail address of your account with { $service } was changed to { $address }. You can undo this for { $duration }; all sessions end then.
email-changed-button = Undo the change
email-changed-note = If it was you, there is nothing to do.

email-is-yours-subject = This is now your e-mail address for { $service }
email-is-yours-text = The e-mail address of your account with { $service } was changed to this one. Sign in with it from now on.
email-is-yours-note = If it was not you, tell the people who run { $service }.

magic-link-subject = Sign in to { $service }
magic-link-text = Sign in to { $service } with this link within { $duration }; it works once.
magic-link-button = Sign in
magic-link-note = If it was not you, ignore this mail and give the code to nobody.

mailed-factor-subject = Your code for { $service }
mailed-factor-text = Somebody, most likely you, signs in to your account with { $service } and needs this code for the second step.
mailed-factor-note = If it was not you, somebody knows your password: change it. Give the code to nobody.

new-device-subject = A new sign-in to { $service }
new-device-text = Somebody has signed in to your account with { $service } from a device that was not known: { $device }, address { $ip }, at { $time }.
new-device-button = Look at your sessions
new-device-note = If it was you, there is nothing to do. If it was not, change your password and end that session.

factor-changed-subject = How you sign in to { $service } has changed
factor-changed-text = In your account with { $service }, at { $time }: { $change }
factor-changed-button = Look at your account
factor-changed-note = If it was you, there is nothing to do. If it was not, change your password and look at your factors.

change-totp-added = an authenticator app was added.
change-totp-removed = an authenticator app was removed.
change-passkey-added = a passkey was added.
change-passkey-removed = a passkey was removed.
change-identity-added = an account at another service was linked. It can be signed in with from now on.
change-identity-removed = the link to an account at another service was removed.
change-recovery-codes-made = new recovery codes were made; the former ones don't count any more.
change-recovery-code-used = a recovery code was used.
change-factor-switched-off = after too many wrong tries a second factor was switched off until it is set up again.
change-factors-removed = an administrator has removed the second factors.
change-password-removed = the password was removed.
