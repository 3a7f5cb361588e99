# Mails auf Deutsch. Zu jeder Art von Mail: Betreff, Text, ein Hinweis am Ende und die Worte auf dem
# Knopf, wo es einen Link gibt.

duration-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
duration-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
duration-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}

mail-code = Oder geben Sie diesen Code ein (gültig: { $duration }):
mail-code-alone = Ihr Code (gültig: { $duration }):
mail-link = Falls der Knopf nicht funktioniert, öffnen Sie diese Adresse im Browser:
mail-footer = Diese Mail kommt von { $service } ({ $address }).

verify-email-subject = Bestätigen Sie Ihre E-Mail-Adresse für { $service }
verify-email-text = Jemand, vermutlich Sie selbst, hat sich mit dieser E-Mail-Adresse bei { $service } registriert. Bestätigen Sie, dass die Adresse Ihnen gehört. Der Link gilt so lange: { $duration }.
verify-email-button = Adresse bestätigen
verify-email-note = Wenn Sie das nicht waren, ignorieren Sie diese Mail: Es geschieht nichts weiter.

address-in-use-subject = Sie haben bereits ein Konto bei { $service }
address-in-use-text = Jemand, vielleicht Sie selbst, wollte diese E-Mail-Adresse für ein Konto bei { $service } verwenden. Es gibt schon eines: Ihres, und es wurde nicht verändert.
address-in-use-button = Anmelden
address-in-use-note = Wenn Sie das nicht waren, ignorieren Sie diese Mail. Falls Sie Ihr Passwort vergessen haben, können Sie auf der Anmeldeseite ein neues setzen.

reset-password-subject = Ein neues Passwort für { $service }
reset-password-text = Für Ihr Konto bei { $service } wurde ein neues Passwort angefordert. Der Link gilt einmal und so lange: { $duration }. Mit dem alten Passwort enden alle Ihre Sitzungen.
reset-password-button = Neues Passwort setzen
reset-password-note = Wenn Sie das nicht waren, ignorieren Sie diese Mail: Ihr Passwort bleibt, wie es ist.

account-made-subject = Ihr Konto bei { $service }
account-made-text = Die Verwaltung von { $service } hat ein Konto für diese E-Mail-Adresse angelegt. Wählen Sie ein Passwort dafür. Der Link gilt einmal und so lange: { $duration }.
account-made-button = Passwort wählen
account-made-note = Später bekommen Sie auf der Anmeldeseite einen neuen Link. Wenn Sie diese Mail nicht erwartet haben, fragen Sie die Betreiber von { $service }.

account-ready-subject = Ihr Konto bei { $service }
account-ready-text = Die Verwaltung von { $service } hat ein Konto für diese E-Mail-Adresse angelegt, mit einem Passwort, das Sie von ihr selbst bekommen. Ändern Sie es, sobald Sie angemeldet sind.
account-ready-button = Anmelden
account-ready-note = Wenn Sie diese Mail nicht erwartet haben, fragen Sie die Betreiber von { $service }.

choose-password-subject = Wählen Sie ein Passwort für { $service }
choose-password-text = Die Verwaltung von { $service } bittet Sie, ein Passwort für Ihr Konto zu wählen. Der Link gilt einmal und so lange: { $duration }.
choose-password-button = Passwort wählen
choose-password-note = Wenn Sie diese Mail nicht erwartet haben, fragen Sie die Betreiber von { $service }.

password-changed-subject = Ihr Passwort für { $service } wurde geändert
password-changed-text = Das Passwort Ihres Kontos bei { $service } wurde geändert: { $time }. Alle anderen Sitzungen sind beendet.
password-changed-button = Das war ich nicht
password-changed-note = Wenn Sie das waren, ist nichts zu tun. Wenn nicht, setzen Sie sofort ein neues Passwort.

email-change-asked-subject = Änderung Ihrer E-Mail-Adresse für { $service }
email-change-asked-text = Jemand, der in Ihrem Konto bei { $service } angemeldet ist, möchte dessen E-Mail-Adresse ändern in { $address }. Die neue Adresse muss zuerst bestätigt werden.
email-change-asked-note = Wenn Sie das waren, ist hier nichts zu tun. Wenn nicht, ändern Sie Ihr Passwort und beenden Sie Ihre anderen Sitzungen.

confirm-email-subject = Bestätigen Sie Ihre neue E-Mail-Adresse für { $service }
confirm-email-text = Diese E-Mail-Adresse soll die Adresse eines Kontos bei { $service } werden. Bestätigen Sie, dass sie Ihnen gehört. Der Link gilt so lange: { $duration }.
confirm-email-button = Adresse bestätigen
confirm-email-note = Wenn Sie das nicht waren, ignorieren Sie diese Mail: Es geschieht nichts weiter.

email-changed-subject = Ihre E-Mail-Adresse für { $service } wurde geändert
email-changed-text = Die E-Mail-Adresse Ihres Kontos bei { $service } wurde geändert in { $address }. Sie können das rückgängig machen; dann enden alle Sitzungen. Der Link gilt so lange: { $duration }.
email-changed-button = Änderung rückgängig machen
email-changed-note = Wenn Sie das waren, ist nichts zu tun.

email-is-yours-subject = Dies ist nun Ihre E-Mail-Adresse für { $service }
email-is-yours-text = Die E-Mail-Adresse Ihres Kontos bei { $service } wurde in diese geändert. Melden Sie sich von nun an mit ihr an.
email-is-yours-note = Wenn Sie das nicht waren, sagen Sie es den Betreibern von { $service }.

magic-link-subject = Anmelden bei { $service }
magic-link-text = Melden Sie sich mit diesem Link bei { $service } an. Er gilt einmal und so lange: { $duration }.
magic-link-button = Anmelden
magic-link-note = Wenn Sie das nicht waren, ignorieren Sie diese Mail und geben Sie den Code niemandem.

mailed-factor-subject = Ihr Code für { $service }
mailed-factor-text = Jemand, vermutlich Sie selbst, meldet sich in Ihrem Konto bei { $service } an und braucht diesen Code für den zweiten Schritt.
mailed-factor-note = Wenn Sie das nicht waren, kennt jemand Ihr Passwort: Ändern Sie es. Geben Sie den Code niemandem.

new-device-subject = Eine neue Anmeldung bei { $service }
new-device-text = Jemand hat sich in Ihrem Konto bei { $service } mit einem bisher unbekannten Gerät angemeldet: { $device }, Adresse { $ip }, { $time }.
new-device-button = Sitzungen ansehen
new-device-note = Wenn Sie das waren, ist nichts zu tun. Wenn nicht, ändern Sie Ihr Passwort und beenden Sie jene Sitzung.

factor-changed-subject = Ihre Anmeldung bei { $service } hat sich geändert
factor-changed-text = In Ihrem Konto bei { $service }, { $time }: { $change }
factor-changed-button = Konto ansehen
factor-changed-note = Wenn Sie das waren, ist nichts zu tun. Wenn nicht, ändern Sie Ihr Passwort und prüfen Sie Ihre Faktoren.

change-totp-added = Eine Authenticator-App wurde hinzugefügt.
change-totp-removed = Eine Authenticator-App wurde entfernt.
change-passkey-added = Ein Passkey wurde hinzugefügt.
change-passkey-removed = Ein Passkey wurde entfernt.
change-identity-added = Ein Konto bei einem anderen Dienst wurde verknüpft. Damit kann man sich ab jetzt anmelden.
change-identity-removed = Die Verknüpfung mit einem Konto bei einem anderen Dienst wurde entfernt.
change-recovery-codes-made = Neue Wiederherstellungscodes wurden erzeugt; die früheren gelten nicht mehr.
change-recovery-code-used = Ein Wiederherstellungscode wurde verwendet.
change-factor-switched-off = Nach zu vielen falschen Versuchen wurde ein zweiter Faktor abgeschaltet, bis er neu eingerichtet wird.
change-factors-removed = Die Verwaltung hat die zweiten Faktoren entfernt.
change-password-removed = das Passwort wurde entfernt.
