# Die Worte der Seiten. Jede Sprache hat dieselben Schlüssel.

skip = Zum Inhalt springen
or = oder
save = Speichern
account = Ihr Konto
to-account = Zu Ihrem Konto
title-fault = Fehler:

next = Weiter
remove = Entfernen
rename = Umbenennen
start-again = Von vorn beginnen
never-used = Nie benutzt

# Andere Dienste

provider-with = Weiter mit { $provider }
provider-going = Weiter zu { $provider }
provider-going-lead = Sie werden dorthin geleitet und kommen danach hierher zurück.
provider-go = Zu { $provider } gehen

# Anmelden, registrieren, abmelden

sign-in = Anmelden
sign-in-button = Anmelden
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

to-magic = Mit einer Mail anmelden
to-password = Mit dem Passwort anmelden
magic = Mit einer Mail anmelden
magic-lead = Wir schicken Ihnen eine Mail mit einem Link und einem Code. Sie gelten 10 Minuten.
magic-button = Mail senden
magic-again = Noch eine Mail anfordern
magic-sent = Wenn es für diese Adresse ein Konto gibt und sie bestätigt ist, ist eine Mail unterwegs. Öffnen Sie den Link darin.
magic-sent-lead = Wenn es für { $email } ein Konto mit bestätigter Adresse gibt, ist eine Mail unterwegs. Öffnen Sie den Link darin, oder geben Sie hier ihren Code ein.
magic-enter = Sie kommen über den Link aus Ihrer Mail. Ein Druck, und Sie sind drin.
to-forgot = Passwort vergessen?
verify = Adresse bestätigen
verify-lead = Dann wissen wir, dass Mails Sie erreichen.
verify-button = Bestätigen
verify-again = Noch eine Mail anfordern
verify-code-lead = Wir haben Ihnen eine Mail geschickt. Öffnen Sie den Link darin, oder geben Sie hier ihren Code ein.
verify-later = Schon erledigt?
mail-again = Mail noch einmal senden
email-confirm = Neue Adresse bestätigen
email-confirm-lead = Von da an melden Sie sich mit ihr an.
email-confirm-button = Bestätigen
email-confirm-again = Von vorn beginnen
email-undo = Alte Adresse zurückholen
email-undo-lead = Ihr Konto bekommt diese Adresse wieder, und alle Geräte werden abgemeldet. Sie erhalten eine Mail, um ein neues Passwort zu setzen.
email-undo-button = Zurückholen
email-undo-again = Neues Passwort setzen
link-over = Dieser Link gilt nicht mehr
link-over-lead = Er wurde schon benutzt, ist zu alt, oder nach ihm kam ein neuerer.
forgot = Passwort vergessen?
forgot-lead = Wir schicken Ihnen eine Mail mit einem Link, um ein neues zu setzen.
forgot-button = Mail senden
forgot-before = Wieder eingefallen?
forgot-again = Noch eine Mail anfordern
forgot-sent = Sehen Sie in Ihre Mails
forgot-sent-lead = Wenn es für { $email } ein Konto gibt, ist ein Link unterwegs. Er gilt 15 Minuten.
reset = Neues Passwort setzen
reset-lead = Alle Geräte werden abgemeldet. Melden Sie sich dann mit dem neuen Passwort an.
reset-button = Passwort setzen
second-factor = Noch ein Schritt
second-factor-none = Ihr Konto verlangt einen zweiten Schritt, und keiner der Ihren ist gerade möglich. Wenden Sie sich an die Betreiber.
step-up = Bestätigen Sie, dass Sie es sind
step-up-none = Melden Sie sich ab und wieder an, um fortzufahren.
prove-button = Weiter
prove-password = Geben Sie Ihr Passwort noch einmal ein.
prove-totp = Geben Sie den Code ein, den Ihre Authenticator-App zeigt.
prove-recovery_code = Geben Sie einen Ihrer Wiederherstellungscodes ein. Er gilt einmal.
prove-email = Wir können Ihnen einen Code mailen. Geben Sie ihn hier ein.
prove-mail = Code per Mail senden
prove-by-email = Code per Mail verwenden
prove-passkey = Verwenden Sie Ihren Passkey.
prove-by-password = Passwort verwenden
prove-by-totp = Authenticator-App verwenden
prove-by-recovery_code = Wiederherstellungscode verwenden
field-email = E-Mail-Adresse
field-new_email = Neue E-Mail-Adresse
field-name = Name
field-password = Passwort
field-remember = Angemeldet bleiben
field-current_password = Bisheriges Passwort
field-new_password = Neues Passwort
field-consent = Ich weiß, dass sich das nicht rückgängig machen lässt.
field-code = Einmalcode
field-recovery_code = Wiederherstellungscode
field-trust_device = In diesem Browser 30 Tage lang nicht mehr fragen
field-app_name = Name der App
field-passkey_name = Name des Passkeys
field-locale = Sprache
hint-app_name = Damit Sie sie wiedererkennen, zum Beispiel „Handy“.
hint-new-password = Mindestens { $min } Zeichen. Ein Satz, auf den nur Sie kommen, ist gut.

done-signed-up = Vielen Dank. Wenn die Adresse frei war, ist Ihr Konto bereit.
done-mail-sent = Wenn es etwas zu bestätigen gibt, ist noch eine Mail unterwegs.
done-verify = Ihre Adresse ist bestätigt.
done-reset = Ihr neues Passwort ist gesetzt. Melden Sie sich damit an.
done-email-confirm = Ihre neue Adresse ist bestätigt.
done-email-undo = Ihr Konto hat wieder seine alte Adresse. Sehen Sie in Ihre Mails, um ein neues Passwort zu setzen.
done-signed-out = Sie sind abgemeldet.
done-deleted = Ihr Konto ist gelöscht.
done-set-up = { $service } ist eingerichtet. Melden Sie sich zum Verwalten an.
done-name = Ihr Name ist gespeichert.
done-password = Ihr Passwort ist geändert. Alle anderen Geräte sind abgemeldet.
done-password-removed = Ihr Passwort ist entfernt. Alle anderen Geräte sind abgemeldet.
done-session-ended = Das Gerät ist abgemeldet.
done-sessions-ended = Alle anderen Geräte sind abgemeldet.
done-session-gone = Dieses Gerät war schon abgemeldet.

done-code-sent = Ein Code ist unterwegs in Ihr Postfach. Er gilt 10 Minuten.
done-email-step-on = Von jetzt an wird nach einem Code per Mail gefragt.
done-email-step-off = Nach einem Code per Mail wird nicht mehr gefragt.
done-passkey-added = Der Passkey ist hinzugefügt.
done-passkey-renamed = Der Passkey hat seinen neuen Namen.
done-passkey-removed = Der Passkey ist entfernt.
done-passkey-gone = Dieser Passkey war schon entfernt.
done-identity-linked = Das Konto ist verknüpft. Sie können sich ab jetzt damit anmelden.
done-identity-removed = Das Konto ist nicht mehr verknüpft.
done-identity-gone = Dieses Konto war nicht mehr verknüpft.
done-language = Ihre Sprache ist gespeichert.
done-needed = Ihre Rolle verlangt einen zweiten Schritt. Richten Sie eine Authenticator-App ein, um fortzufahren.
done-factor-added = Die Authenticator-App ist eingerichtet.
done-factor-renamed = Die Authenticator-App hat ihren neuen Namen.
done-factor-removed = Die Authenticator-App ist entfernt.
done-factor-gone = Diese Authenticator-App war schon entfernt.
done-device-forgotten = Das Gerät ist vergessen.
done-device-gone = Dieses Gerät war schon vergessen.

# Das Konto

group-profile = Profil
group-security = Anmeldung
group-data = Ihre Daten
name = Name
name-lead = So nennen Sie { $service } und die Apps, die es nutzen.
email-change = E-Mail-Adresse ändern
email-lead = Ihre Adresse ist { $email }. Wir schicken der neuen eine Mail und sagen der alten Bescheid.
email-button = Weiter
email-code-lead = Wir haben der neuen Adresse eine Mail geschickt. Öffnen Sie den Link darin, oder geben Sie hier ihren Code ein.
email-unverified = { $email }, noch nicht bestätigt
language = Sprache
language-lead = In welcher Sprache Seiten und Mails zu Ihnen sprechen.
language-browser = Wie im Browser eingestellt
password = Passwort
password-change = Passwort ändern
password-lead = Alle anderen Geräte werden abgemeldet.
password-button = Passwort ändern
password-set = Passwort wählen
password-set-lead = Ihr Konto hat noch keines. Alle anderen Geräte werden abgemeldet.
password-remove = Passwort entfernen
password-remove-lead = Von da an melden Sie sich mit einem Passkey oder mit einer Mail an. Alle anderen Geräte werden abgemeldet.
password-changed = Geändert: { $when }
password-none = Nicht gesetzt
sessions = Sitzungen
sessions-lead = Hier sind Sie angemeldet. Wenn Sie eine Sitzung nicht kennen, beenden Sie sie und ändern Sie Ihr Passwort.
sessions-count =
    { $count ->
        [one] Auf einem Gerät angemeldet
       *[other] Auf { $count } Geräten angemeldet
    }
sessions-current = Dieses Gerät
sessions-others = Andere Sitzungen
session-seen = Benutzt: { $when }
session-since = Angemeldet: { $when }
session-end = Abmelden
sessions-end-others = Alle anderen Geräte abmelden
device = { $program } auf { $system }
device-unknown = Unbekanntes Gerät
factors = Zweiter Schritt
factors-on = Eingeschaltet
factors-off = Ausgeschaltet
factors-lead = Eine Anmeldung fragt dann außer nach dem Passwort nach einem Code, den nur Sie haben können.
factor-added = Hinzugefügt: { $when }
identities = Verknüpfte Konten
identities-lead = Konten bei anderen Diensten, mit denen Sie sich hier anmelden.
identities-count =
    { $count ->
        [0] Keine
        [one] Ein Konto
       *[other] { $count } Konten
    }
identity-more = Ein weiteres Konto verknüpfen
identity-add = { $provider } verknüpfen
passkeys = Ihre Passkeys
passkeys-short = Anmelden mit Fingerabdruck, Gesicht oder PIN
passkeys-lead = Mit einem Passkey melden Sie sich per Fingerabdruck, Gesicht oder der PIN Ihres Geräts an, ohne Passwort.
passkey-add = Passkey hinzufügen
passkey-rename = Passkey umbenennen
passkey-use = Passkey verwenden
passkey-name-usual = Mein Passkey
passkey-cancelled = Es wurde kein Passkey gewählt. Versuchen Sie es noch einmal oder auf andere Weise.
passkey-refused = Der Passkey wurde nicht angenommen.
passkey-exists = Dieses Gerät hat schon einen Passkey für Ihr Konto.
passkey-address = Unter dieser Adresse gehen keine Passkeys.
passkey-wait = Das waren zu viele Versuche. Warten Sie etwas, dann probieren Sie es wieder.
passkey-unsupported = Dieser Browser kennt keine Passkeys.
passkey-no-script = Passkeys brauchen JavaScript.

work-working = Ihr Browser löst zuerst ein kleines Rätsel. Das dauert einen Augenblick.
work-still = Noch nicht fertig, seit { $seconds } Sekunden.
work-done = Gelöst. Das Formular wird abgeschickt.
work-failed = Das Rätsel konnte nicht gelöst werden. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.
work-no-script = Hier wird gerade ein Skript gebraucht: Damit löst Ihr Browser ein kleines Rätsel, bevor das Formular abgeschickt wird. Das hält Programme fern. Erlauben Sie Skripte für diese Seite, und laden Sie sie neu.

apps = Authenticator-Apps
apps-none = Noch keine. Jede App für Einmalcodes (TOTP) ist geeignet.
app-name-usual = Authenticator-App
app-add = Authenticator-App hinzufügen
app-rename = Authenticator-App umbenennen
app-add-lead = Sie brauchen eine App für Einmalcodes auf dem Handy oder Computer.
app-confirm = App verbinden
app-scan = Erfassen Sie dieses Bild mit Ihrer App.
app-picture = QR-Code für Ihre Authenticator-App
app-type = Oder geben Sie diesen Schlüssel ein:
app-open = In einer App auf diesem Gerät öffnen
app-confirm-lead = Geben Sie dann den Code ein, den die App zeigt. Von da an gilt sie, und alle anderen Geräte werden abgemeldet.
app-confirm-again = Die App bleibt, wie Sie sie eingerichtet haben. Geben Sie den neuesten Code ein, den sie zeigt.
app-confirm-button = Bestätigen
email-step = Code per Mail
email-step-is-on = Bei jeder Anmeldung wird nach einem Code per Mail gefragt.
email-step-is-off = Besser als nichts, wenn Sie keine App haben. Ihre Adresse muss bestätigt sein.
switch-on = Einschalten
switch-off = Ausschalten
codes = Wiederherstellungscodes
codes-left =
    { $count ->
        [one] Einer ist übrig
       *[other] { $count } sind übrig
    }
codes-lead = Jeder davon meldet Sie einmal an, wenn Sie Ihre Authenticator-App nicht haben.
codes-once = Drucken Sie sie aus oder heben Sie sie in Ihrem Passwortmanager auf. Sie werden nicht noch einmal gezeigt.
codes-kept = Ich habe sie aufgehoben
codes-renew = Neue Wiederherstellungscodes holen
codes-renew-lead = Die alten gelten von da an nicht mehr.
devices = Bekannte Geräte
devices-lead = Browser, in denen Sie sich angemeldet haben. Wenn Sie einen nicht kennen, lassen Sie ihn vergessen und ändern Sie Ihr Passwort.
devices-count =
    { $count ->
        [one] Ein Browser
       *[other] { $count } Browser
    }
device-seen = Letzte Anmeldung: { $when }
device-trusted = Bis { $day } ohne zweiten Schritt
device-untrusted = Mit zweitem Schritt, wenn es einen gibt
device-forget = Vergessen
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
event-account-imported = Ihr Konto wurde von einem anderen Dienst übernommen
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
event-password-reset_asked = Ein Link für ein neues Passwort wurde angefordert
event-password-reset = Mit einem Link wurde ein neues Passwort gesetzt
event-password-removed = Ihr Passwort wurde entfernt
event-password-link_made-by-other = Die Verwaltung hat einen Link für Ihr Passwort gemacht
event-password-link_made-to-other = Sie haben einen Link für das Passwort eines Kontos gemacht
event-email-verification_asked = Noch eine Mail zum Bestätigen der Adresse wurde angefordert
event-email-verified = Ihre Adresse wurde bestätigt
event-email-change_asked = Eine andere E-Mail-Adresse wurde gewünscht
event-email-changed = Ihre E-Mail-Adresse wurde geändert
event-email-change_undone = Die Änderung Ihrer E-Mail-Adresse wurde rückgängig gemacht
event-proof-refused = Ein Link oder Code, der nicht galt, wurde benutzt
event-sign_in-link_asked = Ein Link zum Anmelden per Mail wurde angefordert
event-sign_in-succeeded = Angemeldet
event-sign_in-refused = Eine Anmeldung ist gescheitert
event-sign_in-second_factor_asked = Eine Anmeldung kam bis zum zweiten Schritt
event-sign_in-second_factor_refused = Bei einer Anmeldung wurde ein falscher Code eingegeben
event-session-stepped_up = Sie haben noch einmal bestätigt, dass Sie es sind
event-session-step_up_refused = In einer laufenden Sitzung schlug eine Bestätigung fehl
event-factor-added = Ein zweiter Schritt kam hinzu
event-factor-refused = Für eine neue Authenticator-App wurde ein falscher Code eingegeben
event-factor-removed = Ein zweiter Schritt wurde entfernt
event-factor-renamed = Ein Passkey oder eine Authenticator-App hat einen anderen Namen bekommen
event-factor-passkey_cloned = Die Kopie eines Passkeys wurde abgewiesen
event-factor-all_reset-by-other = Die Verwaltung hat Ihren zweiten Schritt entfernt
event-factor-all_reset-to-other = Sie haben den zweiten Schritt eines Kontos entfernt
event-factor-recovery_codes_made = Neue Wiederherstellungscodes wurden gemacht
event-device-forgotten = Ein Gerät wurde vergessen
event-session-signed_out = Abgemeldet
event-session-revoked = Eine Sitzung wurde beendet
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
event-api_key-created = Sie haben einen API-Schlüssel angelegt
event-api_key-created-by-other = Für das Konto wurde ein API-Schlüssel angelegt
event-api_key-created-to-other = Sie haben einen API-Schlüssel für ein Dienstkonto angelegt
event-api_key-revoked = Sie haben einen API-Schlüssel beendet
event-api_key-revoked-by-other = Ein Administrator hat einen Ihrer API-Schlüssel beendet
event-api_key-revoked-to-other = Sie haben einen API-Schlüssel eines anderen Kontos beendet
event-client-created-to-other = Sie haben einen Client für ein Dienstkonto angelegt
event-client-secret_rotated-to-other = Sie haben einem Client eines Dienstkontos ein neues Geheimnis gegeben
event-client-disabled-to-other = Sie haben einen Client eines Dienstkontos gesperrt
event-client-enabled-to-other = Sie haben einen Client eines Dienstkontos wieder freigegeben
event-client-deleted-to-other = Sie haben einen Client eines Dienstkontos gelöscht
event-token-issued = Ihre Apps haben Token erhalten
event-refresh-refused = Ein Refresh-Token, das nicht gilt, wurde benutzt
event-refresh-replayed = Ein benutztes Refresh-Token kam noch einmal, und seine Token wurden beendet
event-token-revoked = Token von Ihnen wurden beendet
event-identity-linked = Ein Konto bei einem anderen Dienst wurde verknüpft
event-identity-refused = Das Verknüpfen eines Kontos bei einem anderen Dienst ist gescheitert
event-identity-unlinked = Die Verknüpfung mit einem anderen Dienst wurde entfernt
event-identity-token_given = Ein Token eines anderen Dienstes wurde herausgegeben
event-other = Etwas wurde geändert

# Zeit

ago-now = gerade eben
ago-minutes =
    { $count ->
        [one] vor einer Minute
       *[other] vor { $count } Minuten
    }
ago-hours =
    { $count ->
        [one] vor einer Stunde
       *[other] vor { $count } Stunden
    }
ago-days =
    { $count ->
        [one] gestern
       *[other] vor { $count } Tagen
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
error-breached = Dieses Passwort ist bei einem Datenleck aufgetaucht, andere können es kennen. Wählen Sie ein anderes.
error-too_guessable = Dieses Passwort ist Ihrem Namen, Ihrer Adresse oder { $service } zu ähnlich. Wählen Sie ein anderes.
error-control_character = Darin steht ein Zeichen, das hier nicht geht.
error-code_invalid = Ein Code hat sechs Ziffern.
error-same = Das ist schon Ihre Adresse.
error-consent-required = Bestätigen Sie, dass Sie das wissen.
error-token-too_short = Der Link ist nicht vollständig. Öffnen Sie ihn so, wie er ausgegeben wurde.
error-token-too_long = Der Link ist nicht vollständig. Öffnen Sie ihn so, wie er ausgegeben wurde.

# Warum etwas abgelehnt wurde: problem-CODE

problem-other = Das hat nicht geklappt. Versuchen Sie es noch einmal.
problem-auth-invalid_credentials = Die E-Mail-Adresse oder das Passwort stimmt nicht.
problem-auth-account_disabled = Dieses Konto ist gesperrt. Wenden Sie sich an die Betreiber von { $service }.
problem-passwords-current_wrong = Das ist nicht Ihr bisheriges Passwort.
problem-auth-email_unverified = Ihre Adresse ist noch nicht bestätigt. Öffnen Sie den Link in der Mail, die wir Ihnen geschickt haben.
problem-auth-pending_invalid = Diese Anmeldung hat zu lange gedauert oder ist zu oft gescheitert. Melden Sie sich neu an.
problem-factors-refused = Dieser Code ist falsch, verbraucht oder zu alt. Geben Sie den neuesten ein.
problem-factors-exists = Mehr davon kann man nicht haben. Entfernen Sie zuerst einen.
problem-factors-not_found = Das wurde inzwischen entfernt. Beginnen Sie von vorn.
problem-factors-missing = Richten Sie zuerst eine Authenticator-App ein.
problem-proofs-invalid = Dieser Code ist falsch, verbraucht oder zu alt. Fordern Sie noch eine Mail an.
problem-accounts-email_taken = Inzwischen hat ein anderes Konto diese Adresse.
problem-accounts-sign_up_closed = Neue Konten legen die Betreiber von { $service } an. Wenden Sie sich an sie.
problem-providers-not_found = Dieser Dienst kann hier nicht mehr benutzt werden. Wählen Sie einen anderen Weg.
problem-providers-unavailable = Der andere Dienst antwortet gerade nicht. Versuchen Sie es gleich noch einmal, oder wählen Sie einen anderen Weg.
problem-providers-flow_invalid = Es hat zu lange gedauert, war schon abgeschlossen oder wurde in einem anderen Browser begonnen. Beginnen Sie neu.
problem-providers-denied = Sie haben dort nicht zugestimmt, also ist hier nichts geschehen.
problem-providers-refused = Die Antwort des anderen Dienstes kann nicht angenommen werden. Versuchen Sie es noch einmal.
problem-providers-email_unverified = Der andere Dienst sagt nicht, dass Ihre E-Mail-Adresse bestätigt ist. Bestätigen Sie sie dort; oder melden Sie sich anders an und verknüpfen Sie das Konto dann.
problem-providers-account_exists = Es gibt schon ein Konto mit Ihrer Adresse. Melden Sie sich dort wie bisher an und verknüpfen Sie dieses dann. Wenn Sie das Passwort nicht wissen, setzen Sie per Mail ein neues.
problem-identities-taken = Das Konto von jemand anderem ist hier schon damit verknüpft.
problem-identities-too_many = Sie haben so viele Konten verknüpft, wie es geht. Entfernen Sie zuerst eines.
problem-factors-last_way_in = Ohne das könnten Sie sich nicht mehr anmelden. Fügen Sie zuerst einen anderen Weg hinzu.
problem-grants-last_admin = Niemand sonst verwaltet den Dienst. Geben Sie zuerst jemand anderem die Verwaltung.
problem-precondition-stale = Ihr Konto wurde inzwischen geändert. Versuchen Sie es noch einmal.
problem-challenge-required = Das Rätsel zum Formular wurde nicht gelöst. Erlauben Sie Skripte für diese Seite, laden Sie sie neu, und schicken Sie das Formular noch einmal ab.
problem-challenge-invalid = Das Rätsel zum Formular wurde zu spät gelöst. Schicken Sie das Formular noch einmal ab.
problem-rate_limit-exceeded =
    { $count ->
        [one] Das waren zu viele Versuche. Probieren Sie es in einer Minute wieder.
       *[other] Das waren zu viele Versuche. Probieren Sie es in { $count } Minuten wieder.
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
