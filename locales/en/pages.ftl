# The words of the hosted pages. The other languages hold the same keys.

skip = Skip to the content
or = or
save = Save
account = Your account
to-account = Go to your account
title-fault = Error:

next = Continue
remove = Remove
rename = Rename
start-again = Start again
never-used = Never used

# Other services

provider-with = Continue with { $provider }
provider-going = On to { $provider }
provider-going-lead = You are being led there, and come back here afterwards.
provider-go = Go to { $provider }

# Signing in, up and out

sign-in = Sign in
sign-in-button = Sign in
to-sign-in = Sign in
to-sign-in-before = Have an account already?
sign-up = Create your account
sign-up-button = Create account
sign-up-closed = Sign-up is closed
to-sign-up = Create an account
to-sign-up-before = New here?
sign-out = Sign out
sign-out-lead = You will be signed out of { $service } on this device.
sign-out-button = Sign out
setup = Set up { $service }
setup-lead = Make the account of the first administrator. This link works once.
setup-button = Create the administrator

to-magic = Sign in by mail
to-password = Sign in with your password
magic = Sign in by mail
magic-lead = We send you a mail with a link and a code. They are good for 10 minutes.
magic-button = Send the mail
magic-again = Get another mail
magic-sent = If there is an account for this address and the address is confirmed, a mail is on its way. Open the link in it.
magic-sent-lead = If there is an account for { $email } whose address is confirmed, a mail is on its way. Open the link in it, or enter its code here.
magic-enter = You have come by the link in your mail. One press, and you are in.
to-forgot = Forgot your password?
verify = Confirm your address
verify-lead = Then we know that mails reach you.
verify-button = Confirm
verify-again = Get another mail
verify-code-lead = We have sent you a mail. Open the link in it, or enter its code here.
verify-later = Done already?
mail-again = Send the mail again
email-confirm = Confirm your new address
email-confirm-lead = From then on you sign in with it.
email-confirm-button = Confirm
email-confirm-again = Start again
email-undo = Take your old address back
email-undo-lead = Your account gets this address again, and all devices are signed out. You get a mail to set a new password.
email-undo-button = Take it back
email-undo-again = Set a new password
link-over = This link is not good any more
link-over-lead = It has been used already, is too old, or a newer one was sent after it.
forgot = Forgot your password?
forgot-lead = We send you a mail with a link to set a new one.
forgot-button = Send the mail
forgot-before = Remembered it?
forgot-again = Get another mail
forgot-sent = Look into your mail
forgot-sent-lead = If there is an account for { $email }, a link is on its way. It is good for 15 minutes.
reset = Set a new password
reset-lead = All devices will be signed out. Sign in with the new password then.
reset-button = Set password
second-factor = One more step
second-factor-none = Your account asks for a second step, and none of yours can be used just now. Ask the people who run the service.
step-up = Confirm that it’s you
step-up-none = Sign out and in again to go on.
prove-button = Continue
prove-password = Enter your password again.
prove-totp = Enter the code that your authenticator app shows.
prove-recovery_code = Enter one of your recovery codes. It can be used once.
prove-email = We can mail you a code. Enter it here.
prove-mail = Send me a code by mail
prove-by-email = Use a code by mail
prove-passkey = Use your passkey.
prove-by-password = Use your password
prove-by-totp = Use your authenticator app
prove-by-recovery_code = Use a recovery code
field-email = E-mail
field-new_email = New e-mail address
field-name = Name
field-password = Password
field-remember = Stay signed in
field-current_password = Current password
field-new_password = New password
field-consent = I understand that this can’t be undone.
field-code = Code
field-recovery_code = Recovery code
field-trust_device = Don’t ask again in this browser for 30 days
field-app_name = Name of the app
field-passkey_name = Name of the passkey
field-locale = Language
hint-app_name = So that you know it again, for example “Phone”.
hint-new-password = At least { $min } characters. A sentence that only you would think of is fine.

done-signed-up = Thank you. If the address was free, your account is ready.
done-mail-sent = If there is something to confirm, another mail is on its way.
done-verify = Your address is confirmed.
done-reset = Your new password is set. Sign in with it.
done-email-confirm = Your new address is confirmed.
done-email-undo = Your account has its old address again. Look into your mail to set a new password.
done-signed-out = You are signed out.
done-deleted = Your account is deleted.
done-set-up = { $service } is set up. Sign in as its administrator.
done-name = Your name is saved.
done-password = Your password is changed. All other devices are signed out.
done-password-removed = Your password is removed. All other devices are signed out.
done-session-ended = The device is signed out.
done-sessions-ended = All other devices are signed out.
done-session-gone = That device was signed out already.

done-code-sent = A code is on its way to your mailbox. It is good for 10 minutes.
done-email-step-on = A code by mail is asked for from now on.
done-email-step-off = No code by mail is asked for any more.
done-passkey-added = The passkey is added.
done-passkey-renamed = The passkey has its new name.
done-passkey-removed = The passkey is removed.
done-passkey-gone = That passkey was removed already.
done-identity-linked = The account is linked. You can sign in with it from now on.
done-identity-removed = The account is not linked any more.
done-identity-gone = That account was not linked any more.
done-language = Your language is saved.
done-needed = Your role asks for a second step. Set up an authenticator app to go on.
done-factor-added = The authenticator app is set up.
done-factor-renamed = The authenticator app has its new name.
done-factor-removed = The authenticator app is removed.
done-factor-gone = That authenticator app was removed already.
done-device-forgotten = The device is forgotten.
done-device-gone = That device was forgotten already.

# The account

group-profile = Profile
group-security = Signing in
group-data = Your data
name = Name
name-lead = This is how { $service } and the apps that use it call you.
email-change = Change your e-mail address
email-lead = Your address is { $email }. We send a mail to the new one, and tell the old one.
email-button = Continue
email-code-lead = We have sent a mail to the new address. Open the link in it, or enter its code here.
email-unverified = { $email }, not confirmed yet
language = Language
language-lead = In which language pages and mails speak to you.
language-browser = As the browser says
password = Password
password-change = Change your password
password-lead = All other devices will be signed out.
password-button = Change password
password-set = Set a password
password-set-lead = Your account has none yet. All other devices will be signed out.
password-remove = Remove your password
password-remove-lead = You sign in with a passkey or by mail from then on. All other devices will be signed out.
password-changed = Changed { $when }
password-none = Not set
sessions = Sessions
sessions-lead = Where you are signed in. If you don’t know one of them, end it and change your password.
sessions-count =
    { $count ->
        [one] Signed in on one device
       *[other] Signed in on { $count } devices
    }
sessions-current = This device
sessions-others = Other sessions
session-seen = Used { $when }
session-since = Signed in { $when }
session-end = Sign out
sessions-end-others = Sign out all other devices
device = { $program } on { $system }
device-unknown = Unknown device
factors = Second step
factors-on = On
factors-off = Off
factors-lead = Besides your password, a sign-in then asks for a code that only you can have.
factor-added = Added { $when }
identities = Linked accounts
identities-lead = Accounts at other services with which you sign in here.
identities-count =
    { $count ->
        [0] None
        [one] One account
       *[other] { $count } accounts
    }
identity-more = Link another account
identity-add = Link { $provider }
passkeys = Passkeys
passkeys-short = Sign in by fingerprint, face or PIN
passkeys-lead = With a passkey you sign in by your fingerprint, your face or the PIN of your device, without a password.
passkey-add = Add a passkey
passkey-rename = Rename the passkey
passkey-use = Use a passkey
passkey-name-usual = My passkey
passkey-cancelled = No passkey was chosen. Try again, or use another way.
passkey-refused = The passkey was not accepted.
passkey-exists = This device has a passkey for your account already.
passkey-address = Passkeys can’t be used at this address.
passkey-wait = There were too many attempts. Wait a little, then try again.
passkey-unsupported = This browser knows no passkeys.
passkey-no-script = Passkeys need JavaScript.

work-working = Your browser is solving a small puzzle first. This takes a moment.
work-still = Still working, for { $seconds } seconds now.
work-done = Solved. Sending the form.
work-failed = The puzzle could not be solved. Check your connection, then try again.
work-no-script = A script is needed here just now: it has your browser solve a small puzzle before the form is sent, which keeps programs out. Allow scripts for this page, then load it again.

apps = Authenticator apps
apps-none = None yet. Any app for one-time codes (TOTP) will do.
app-name-usual = Authenticator app
app-add = Add an authenticator app
app-rename = Rename the authenticator app
app-add-lead = You need an app for one-time codes on your phone or computer.
app-confirm = Connect your app
app-scan = Scan this picture with your app.
app-picture = QR code for your authenticator app
app-type = Or enter this key:
app-open = Open in an app on this device
app-confirm-lead = Then enter the code that the app shows. It counts from then on, and all other devices are signed out.
app-confirm-again = The app stays as you have set it up. Enter the newest code that it shows.
app-confirm-button = Confirm
email-step = Code by mail
email-step-is-on = A code by mail is asked for at every sign-in.
email-step-is-off = Better than nothing where you have no app. Your address has to be confirmed.
switch-on = Switch on
switch-off = Switch off
codes = Recovery codes
codes-left =
    { $count ->
        [one] One is left
       *[other] { $count } are left
    }
codes-lead = Each of these signs you in once when you don’t have your authenticator app.
codes-once = Print them or keep them in your password manager. They are not shown again.
codes-kept = I have kept them
codes-renew = Get new recovery codes
codes-renew-lead = The old ones are no good from then on.
devices = Known devices
devices-lead = Browsers in which you have signed in. One that you don’t know should be forgotten, and your password changed.
devices-count =
    { $count ->
        [one] One browser
       *[other] { $count } browsers
    }
device-seen = Last sign-in { $when }
device-trusted = Not asked for the second step until { $day }
device-untrusted = Asked for the second step, if there is one
device-forget = Forget
activity = Recent activity
activity-lead = The latest of what concerns the safety of your account. Was something not you?
activity-all = Show more
export = Download your data
export-short = A file with all that is stored about you
export-lead = You get a file (JSON) with your profile, your sessions, your roles and the events of your account.
export-button = Download
delete = Delete your account
delete-short = For good
delete-lead = The account { $email } will be deleted at once and for good, with its sessions and roles.
delete-lead-more = Apps in which you signed in with it may keep data of their own. Ask them.
delete-button = Delete account

# Events

event-setup-first_admin_created = The account was created as the first administrator
event-account-signed_up = You created your account
event-account-sign_up_refused = Somebody tried to create an account with your address
event-account-created = Your account was created
event-account-created-by-other = An administrator created your account
event-account-created-to-other = You created an account
event-account-imported = Your account was brought here from another service
event-account-updated = You changed your profile
event-account-updated-by-other = An administrator changed your account
event-account-updated-to-other = You changed an account
event-account-disabled = Your account was disabled
event-account-disabled-to-other = You disabled an account
event-account-enabled = Your account was enabled again
event-account-enabled-to-other = You enabled an account
event-account-deleted-to-other = You deleted an account
event-account-exported = Your data was downloaded
event-password-changed = Your password was changed
event-password-changed-by-other = An administrator changed your password
event-password-refused = A wrong current password was entered
event-password-reset_asked = A link to set a new password was asked for
event-password-reset = A new password was set with a link
event-password-removed = Your password was removed
event-password-link_made-by-other = An administrator made a link to set your password
event-password-link_made-to-other = You made a link to set somebody’s password
event-email-verification_asked = Another mail to confirm the address was asked for
event-email-verified = Your address was confirmed
event-email-change_asked = A change of the e-mail address was asked for
event-email-changed = Your e-mail address was changed
event-email-change_undone = The change of your e-mail address was undone
event-proof-refused = A link or code that was not good was used
event-sign_in-link_asked = A link to sign in by mail was asked for
event-sign_in-succeeded = Signed in
event-sign_in-refused = A sign-in failed
event-sign_in-second_factor_asked = A sign-in got to the second step
event-sign_in-second_factor_refused = A wrong code was entered at a sign-in
event-session-stepped_up = You proved again that it’s you
event-session-step_up_refused = A wrong proof was given in a running session
event-factor-added = A second step was added
event-factor-refused = A wrong code was entered for a new authenticator app
event-factor-removed = A second step was removed
event-factor-renamed = A passkey or an authenticator app got another name
event-factor-passkey_cloned = A copy of a passkey was refused
event-factor-all_reset-by-other = An administrator removed your second step
event-factor-all_reset-to-other = You removed somebody’s second step
event-factor-recovery_codes_made = New recovery codes were made
event-device-forgotten = A device was forgotten
event-session-signed_out = Signed out
event-session-revoked = A session was ended
event-session-revoked-by-other = An administrator signed you out on a device
event-session-revoked-to-other = You signed somebody out on a device
event-session-all_revoked = All other devices were signed out
event-session-all_revoked-by-other = An administrator signed you out everywhere
event-session-all_revoked-to-other = You signed somebody out everywhere
event-role-created = You created a role
event-role-updated = You changed a role
event-role-deleted = You deleted a role
event-permission-created = You created a permission
event-grant-created = You were given a role
event-grant-created-to-other = You gave somebody a role
event-grant-revoked = A role was taken from you
event-grant-revoked-to-other = You took a role from somebody
event-api_key-created = You made an API key
event-api_key-created-by-other = An administrator made an API key for the account
event-api_key-created-to-other = You made an API key for a service account
event-api_key-revoked = You ended an API key
event-api_key-revoked-by-other = An administrator ended an API key of yours
event-api_key-revoked-to-other = You ended an API key of another account
event-client-created-to-other = You made a client for a service account
event-client-secret_rotated-to-other = You gave a client of a service account another secret
event-client-disabled-to-other = You disabled a client of a service account
event-client-enabled-to-other = You enabled a client of a service account
event-client-deleted-to-other = You deleted a client of a service account
event-token-issued = Your apps got tokens
event-refresh-refused = A refresh token that does not count was used
event-refresh-replayed = A used refresh token came back, and its tokens were ended
event-token-revoked = Tokens of yours were ended
event-identity-linked = An account at another service was linked
event-identity-refused = Linking an account at another service failed
event-identity-unlinked = An account at another service was unlinked
event-identity-token_given = A token of another service was handed out
event-other = Something was changed

# Time

ago-now = just now
ago-minutes =
    { $count ->
        [one] a minute ago
       *[other] { $count } minutes ago
    }
ago-hours =
    { $count ->
        [one] an hour ago
       *[other] { $count } hours ago
    }
ago-days =
    { $count ->
        [one] yesterday
       *[other] { $count } days ago
    }
date = { $day } { $month } { $year }
date-time = { $day }, { $time } UTC
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

# What is wrong with a field: error-FIELD-CODE, or error-CODE for every field

error-email_invalid = Enter an e-mail address, such as ann@example.com.
error-name-too_short = Enter your name.
error-too_short = Use at least { $min } characters.
error-too_long = This is too long.
error-too_common = This password is among the first that others would guess. Choose another.
error-breached = This password has turned up in a data breach, so others may know it. Choose another.
error-too_guessable = This password is too close to your name, your address or the name of { $service }. Choose another.
error-control_character = This holds a character that can’t be used here.
error-code_invalid = A code has six digits.
error-same = This is your address already.
error-consent-required = Confirm that you understand this.
error-token-too_short = This link is not complete. Open it as it was printed.
error-token-too_long = This link is not complete. Open it as it was printed.

# Why something was refused: problem-CODE

problem-other = This did not work. Try it again.
problem-auth-invalid_credentials = The e-mail address or the password is not right.
problem-auth-account_disabled = This account is disabled. Ask the people who run { $service }.
problem-passwords-current_wrong = This is not your current password.
problem-auth-email_unverified = Your address is not confirmed yet. Open the link in the mail that we sent you.
problem-auth-pending_invalid = This sign-in took too long or failed too often. Sign in again.
problem-factors-refused = This code is wrong, used or too old. Enter the newest one.
problem-factors-exists = You have as many of them as one can have. Remove one first.
problem-factors-not_found = It was removed meanwhile. Start again.
problem-factors-missing = Set up an authenticator app first.
problem-proofs-invalid = This code is wrong, used or too old. Ask for another mail.
problem-accounts-email_taken = Another account has this address by now.
problem-accounts-sign_up_closed = New accounts are made by the people who run { $service }. Ask them for one.
problem-providers-not_found = This service can’t be used here any more. Choose another way.
problem-providers-unavailable = The other service does not answer just now. Try again in a moment, or use another way.
problem-providers-flow_invalid = This took too long, was finished already, or was begun in another browser. Begin again.
problem-providers-denied = You have not agreed there, so nothing was done here.
problem-providers-refused = What the other service answered can’t be accepted. Try it again.
problem-providers-email_unverified = The other service does not say that your e-mail address is confirmed. Confirm it there; or sign in another way, and link the account then.
problem-providers-account_exists = There is an account with your address already. Sign in to it as you did before, and link this one there. If you don’t know its password, set a new one by mail.
problem-identities-taken = Somebody else’s account here is linked with it already.
problem-identities-too_many = You have linked as many accounts as one can. Remove one first.
problem-factors-last_way_in = You could not sign in any more without it. Add another way to sign in first.
problem-grants-last_admin = You are the only administrator. Make somebody else an administrator first.
problem-precondition-stale = Your account was changed meanwhile. Try it again.
problem-challenge-required = The puzzle that goes with the form was not solved. Allow scripts for this page, load it again, and send the form once more.
problem-challenge-invalid = The puzzle that goes with the form was solved too late. Send the form once more.
problem-rate_limit-exceeded =
    { $count ->
        [one] There were too many attempts. Try again in a minute.
       *[other] There were too many attempts. Try again in { $count } minutes.
    }
problem-setup-token_invalid = This link is not good any more. The service prints a new one when it starts.
problem-setup-already_done = { $service } has an administrator already.
problem-request-not_found = The address may be misspelt, or the page has moved.
problem-request-form_malformed = The form could not be read. Go back, reload the page and try again.
problem-request-body_too_large = That was too much text. Go back and shorten it.
problem-request-timeout = The form took too long to arrive. Try it again.
problem-csrf-origin_refused = The form was sent from a page of another site. Nothing was changed.
problem-server-busy = There is a lot going on just now. Try again in a moment.
problem-server-unavailable = We can’t reach our records just now. Try again in a moment.
problem-server-not_ready = The service is starting. Try again in a moment.
problem-server-internal = It is not your fault. Try again; if it stays like this, tell the people who run { $service }.

refused = This did not work
refused-not-found = There is no such page
refused-too-often = Too many attempts
refused-origin = This came from somewhere else
refused-busy = One moment, please
refused-fault = Something went wrong
refused-reference = If you ask for help, name this: { $id }
