# Die Worte der Seiten. Jede Sprache hat dieselben Schlüssel.

skip = Zum Inhalt springen
save = Speichern
account = Ihr Konto
to-account = Zu Ihrem Konto
title-fault = Fehler:

# Anmelden, registrieren, abmelden

sign-in = Anmelden
sign-in-button = Anmelden
sign-in-again = Bestätigen Sie, dass Sie es sind
sign-in-again-lead = Geben Sie für diesen Schritt Ihr Passwort noch einmal ein.
to-sign-in = Anmelden
to-sign-in-before = Haben Sie schon ein Konto?
sign-up = Konto erstellen
sign-up-button = Konto erstellen
sign-up-closed = Die Registrierung ist geschlossen
to-sign-up = Konto erstellen
to-sign-up-before = Neu hier?
sign-out = Abmelden
sign-out-lead = Sie werden auf diesem Gerät von { $service } abgemeldet.
sign-out-button = Abmelden
setup = { $service } einrichten
setup-lead = Legen Sie das Konto der ersten Administratorin oder des ersten Administrators an. Dieser Link gilt einmal.
setup-button = Konto anlegen

field-email = E-Mail-Adresse
field-name = Name
field-password = Passwort
field-remember = Angemeldet bleiben
field-current_password = Bisheriges Passwort
field-new_password = Neues Passwort
field-consent = Ich weiß, dass sich das nicht rückgängig machen lässt.
hint-new-password = Mindestens { $min } Zeichen. Ein Satz, auf den nur Sie kommen, ist gut.

done-signed-up = Vielen Dank. Wenn die Adresse frei war, ist Ihr Konto bereit: Melden Sie sich jetzt an.
done-signed-out = Sie sind abgemeldet.
done-deleted = Ihr Konto ist gelöscht.
done-set-up = { $service } ist eingerichtet. Melden Sie sich zum Verwalten an.
done-name = Ihr Name ist gespeichert.
done-password = Ihr Passwort ist geändert. Alle anderen Geräte sind abgemeldet.
done-session-ended = Das Gerät ist abgemeldet.
done-sessions-ended = Alle anderen Geräte sind abgemeldet.
done-session-gone = Dieses Gerät war schon abgemeldet.

# Das Konto

group-profile = Profil
group-security = Anmeldung
group-data = Ihre Daten
name = Name
name-lead = So nennen Sie { $service } und die Apps, die es nutzen.
password = Passwort
password-change = Passwort ändern
password-lead = Alle anderen Geräte werden abgemeldet.
password-button = Passwort ändern
password-changed = Geändert: { $when }
password-none = Nicht gesetzt
sessions = Geräte
sessions-lead = Hier sind Sie angemeldet. Wenn Sie ein Gerät nicht kennen, melden Sie es ab und ändern Sie Ihr Passwort.
sessions-count =
    { $n ->
        [one] Auf einem Gerät angemeldet
       *[other] Auf { $n } Geräten angemeldet
    }
sessions-current = Dieses Gerät
sessions-others = Andere Geräte
session-seen = Benutzt: { $when }
session-since = Angemeldet: { $when }
session-end = Abmelden
sessions-end-others = Alle anderen Geräte abmelden
device = { $program } auf { $system }
device-unknown = Unbekanntes Gerät
activity = Letzte Ereignisse
activity-lead = Was zuletzt die Sicherheit Ihres Kontos betraf. Waren Sie das nicht?
activity-all = Mehr anzeigen
export = Ihre Daten herunterladen
export-short = Eine Datei mit allem, was über Sie gespeichert ist
export-lead = Sie erhalten eine Datei (JSON) mit Ihrem Profil, Ihren Sitzungen, Ihren Rollen und den Ereignissen Ihres Kontos.
export-button = Herunterladen
delete = Konto löschen
delete-short = Endgültig
delete-lead = Das Konto { $email } wird sofort und endgültig gelöscht, mit seinen Sitzungen und Rollen.
delete-lead-more = Apps, bei denen Sie sich damit angemeldet haben, können eigene Daten behalten. Wenden Sie sich an diese.
delete-button = Konto löschen

# Ereignisse

event-setup-first_admin_created = Das Konto wurde für die erste Verwaltung angelegt
event-account-signed_up = Sie haben Ihr Konto erstellt
event-account-sign_up_refused = Jemand wollte mit Ihrer Adresse ein Konto erstellen
event-account-created = Ihr Konto wurde angelegt
event-account-created-by-other = Die Verwaltung hat Ihr Konto angelegt
event-account-created-to-other = Sie haben ein Konto angelegt
event-account-updated = Sie haben Ihr Profil geändert
event-account-updated-by-other = Die Verwaltung hat Ihr Konto geändert
event-account-updated-to-other = Sie haben ein Konto geändert
event-account-disabled = Ihr Konto wurde gesperrt
event-account-disabled-to-other = Sie haben ein Konto gesperrt
event-account-enabled = Ihr Konto wurde wieder freigegeben
event-account-enabled-to-other = Sie haben ein Konto freigegeben
event-account-deleted-to-other = Sie haben ein Konto gelöscht
event-account-exported = Ihre Daten wurden heruntergeladen
event-password-changed = Ihr Passwort wurde geändert
event-password-changed-by-other = Die Verwaltung hat Ihr Passwort geändert
event-password-refused = Ein falsches bisheriges Passwort wurde eingegeben
event-sign_in-succeeded = Angemeldet
event-sign_in-refused = Eine Anmeldung ist gescheitert
event-session-signed_out = Abgemeldet
event-session-revoked = Ein Gerät wurde abgemeldet
event-session-revoked-by-other = Die Verwaltung hat eines Ihrer Geräte abgemeldet
event-session-revoked-to-other = Sie haben das Gerät eines anderen Kontos abgemeldet
event-session-all_revoked = Alle anderen Geräte wurden abgemeldet
event-session-all_revoked-by-other = Die Verwaltung hat Sie überall abgemeldet
event-session-all_revoked-to-other = Sie haben ein anderes Konto überall abgemeldet
event-role-created = Sie haben eine Rolle angelegt
event-role-updated = Sie haben eine Rolle geändert
event-role-deleted = Sie haben eine Rolle gelöscht
event-permission-created = Sie haben eine Berechtigung angelegt
event-grant-created = Sie haben eine Rolle erhalten
event-grant-created-to-other = Sie haben eine Rolle vergeben
event-grant-revoked = Ihnen wurde eine Rolle entzogen
event-grant-revoked-to-other = Sie haben eine Rolle entzogen
event-other = Etwas wurde geändert

# Zeit

ago-now = gerade eben
ago-minutes =
    { $n ->
        [one] vor einer Minute
       *[other] vor { $n } Minuten
    }
ago-hours =
    { $n ->
        [one] vor einer Stunde
       *[other] vor { $n } Stunden
    }
ago-days =
    { $n ->
        [one] gestern
       *[other] vor { $n } Tagen
    }
date = { $day }. { $month } { $year }
date-time = { $day }, { $time } UTC
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

# Was an einem Feld falsch ist: error-FELD-CODE, oder error-CODE für alle Felder

error-email_invalid = Geben Sie eine E-Mail-Adresse ein, etwa anna@example.com.
error-name-too_short = Geben Sie Ihren Namen ein.
error-too_short = Nehmen Sie mindestens { $min } Zeichen.
error-too_long = Das ist zu lang.
error-too_common = Dieses Passwort würden andere sehr früh raten. Wählen Sie ein anderes.
error-too_guessable = Dieses Passwort ist Ihrem Namen, Ihrer Adresse oder { $service } zu ähnlich. Wählen Sie ein anderes.
error-control_character = Darin steht ein Zeichen, das hier nicht geht.
error-consent-required = Bestätigen Sie, dass Sie das wissen.
error-token-too_short = Der Link ist nicht vollständig. Öffnen Sie ihn so, wie er ausgegeben wurde.
error-token-too_long = Der Link ist nicht vollständig. Öffnen Sie ihn so, wie er ausgegeben wurde.

# Warum etwas abgelehnt wurde: problem-CODE

problem-other = Das hat nicht geklappt. Versuchen Sie es noch einmal.
problem-auth-invalid_credentials = Die E-Mail-Adresse oder das Passwort stimmt nicht.
problem-auth-account_disabled = Dieses Konto ist gesperrt. Wenden Sie sich an die Betreiber von { $service }.
problem-passwords-current_wrong = Das ist nicht Ihr bisheriges Passwort.
problem-accounts-sign_up_closed = Neue Konten legen die Betreiber von { $service } an. Wenden Sie sich an sie.
problem-grants-last_admin = Niemand sonst verwaltet den Dienst. Geben Sie zuerst jemand anderem die Verwaltung.
problem-precondition-stale = Ihr Konto wurde inzwischen geändert. Versuchen Sie es noch einmal.
problem-rate_limit-exceeded =
    { $n ->
        [one] Das waren zu viele Versuche. Probieren Sie es in einer Minute wieder.
       *[other] Das waren zu viele Versuche. Probieren Sie es in { $n } Minuten wieder.
    }
problem-setup-token_invalid = Dieser Link gilt nicht mehr. Beim Start gibt der Dienst einen neuen aus.
problem-setup-already_done = { $service } hat schon eine Verwaltung.
problem-request-not_found = Vielleicht ist die Adresse falsch geschrieben, oder die Seite ist umgezogen.
problem-request-form_malformed = Das Formular war nicht zu lesen. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
problem-request-body_too_large = Das war zu viel Text. Gehen Sie zurück und kürzen Sie ihn.
problem-request-timeout = Das Formular kam zu langsam an. Versuchen Sie es noch einmal.
problem-csrf-origin_refused = Das Formular kam von der Seite eines anderen Anbieters. Nichts wurde geändert.
problem-server-busy = Gerade ist viel los. Versuchen Sie es gleich noch einmal.
problem-server-unavailable = Unsere Daten sind gerade nicht erreichbar. Versuchen Sie es gleich noch einmal.
problem-server-not_ready = Der Dienst startet gerade. Versuchen Sie es gleich noch einmal.
problem-server-internal = Das liegt nicht an Ihnen. Versuchen Sie es noch einmal; wenn es so bleibt, sagen Sie es den Betreibern von { $service }.

refused = Das hat nicht geklappt
refused-not-found = Diese Seite gibt es nicht
refused-too-often = Zu viele Versuche
refused-origin = Das kam von woanders
refused-busy = Einen Moment bitte
refused-fault = Etwas ist schiefgegangen
refused-reference = Wenn Sie um Hilfe bitten, nennen Sie dies: { $id }
