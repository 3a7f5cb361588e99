# The words of the hosted pages. The other languages hold the same keys.

skip = Skip to the content
save = Save
account = Your account
to-account = Go to your account
title-fault = Error:

# Signing in, up and out

sign-in = Sign in
sign-in-button = Sign in
sign-in-again = Confirm that it’s you
sign-in-again-lead = For this step, enter your password again.
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

field-email = E-mail
field-name = Name
field-password = Password
field-remember = Stay signed in
field-current_password = Current password
field-new_password = New password
field-consent = I understand that this can’t be undone.
hint-new-password = At least { $min } characters. A sentence that only you would think of is fine.

done-signed-up = Thank you. If the address was free, your account is ready: sign in to it now.
done-signed-out = You are signed out.
done-deleted = Your account is deleted.
done-set-up = { $service } is set up. Sign in as its administrator.
done-name = Your name is saved.
done-password = Your password is changed. All other devices are signed out.
done-session-ended = The device is signed out.
done-sessions-ended = All other devices are signed out.
done-session-gone = That device was signed out already.

# The account

group-profile = Profile
group-security = Signing in
group-data = Your data
name = Name
name-lead = This is how { $service } and the apps that use it call you.
password = Password
password-change = Change your password
password-lead = All other devices will be signed out.
password-button = Change password
password-changed = Changed { $when }
password-none = Not set
sessions = Devices
sessions-lead = Where you are signed in. If you don’t know a device, sign it out and change your password.
sessions-count =
    { $n ->
        [one] Signed in on one device
       *[other] Signed in on { $n } devices
    }
sessions-current = This device
sessions-others = Other devices
session-seen = Used { $when }
session-since = Signed in { $when }
session-end = Sign out
sessions-end-others = Sign out all other devices
device = { $program } on { $system }
device-unknown = Unknown device
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
event-sign_in-succeeded = Signed in
event-sign_in-refused = A sign-in failed
event-session-signed_out = Signed out
event-session-revoked = A device was signed out
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
event-other = Something was changed

# Time

ago-now = just now
ago-minutes =
    { $n ->
        [one] a minute ago
       *[other] { $n } minutes ago
    }
ago-hours =
    { $n ->
        [one] an hour ago
       *[other] { $n } hours ago
    }
ago-days =
    { $n ->
        [one] yesterday
       *[other] { $n } days ago
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
error-too_guessable = This password is too close to your name, your address or the name of { $service }. Choose another.
error-control_character = This holds a character that can’t be used here.
error-consent-required = Confirm that you understand this.
error-token-too_short = This link is not complete. Open it as it was printed.
error-token-too_long = This link is not complete. Open it as it was printed.

# Why something was refused: problem-CODE

problem-other = This did not work. Try it again.
problem-auth-invalid_credentials = The e-mail address or the password is not right.
problem-auth-account_disabled = This account is disabled. Ask the people who run { $service }.
problem-passwords-current_wrong = This is not your current password.
problem-accounts-sign_up_closed = New accounts are made by the people who run { $service }. Ask them for one.
problem-grants-last_admin = You are the only administrator. Make somebody else an administrator first.
problem-precondition-stale = Your account was changed meanwhile. Try it again.
problem-rate_limit-exceeded =
    { $n ->
        [one] There were too many attempts. Try again in a minute.
       *[other] There were too many attempts. Try again in { $n } minutes.
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
