# Les courriels en français. Pour chaque sorte : un objet, un texte, une note à la fin et les mots du
# bouton lorsqu'il y a un lien.

duration-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
duration-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
duration-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}

mail-code = Ou saisissez ce code, valable { $duration } :
mail-code-alone = Votre code, valable { $duration } :
mail-link = Si le bouton ne fonctionne pas, ouvrez cette adresse dans votre navigateur :
mail-footer = Ce message a été envoyé par { $service } ({ $address }).

verify-email-subject = Confirmez votre adresse e-mail pour { $service }
verify-email-text = Quelqu'un, sans doute vous, s'est inscrit à { $service } avec cette adresse e-mail. Confirmez qu'elle est bien la vôtre. Le lien est valable { $duration }.
verify-email-button = Confirmer l'adresse
verify-email-note = Si ce n'était pas vous, ignorez ce message : il ne se passera rien d'autre.

address-in-use-subject = Vous avez déjà un compte { $service }
address-in-use-text = Quelqu'un, peut-être vous, a voulu utiliser cette adresse e-mail pour un compte { $service }. Il en existe déjà un : le vôtre, qui n'a pas été modifié.
address-in-use-button = Se connecter
address-in-use-note = Si ce n'était pas vous, ignorez ce message. Si vous avez oublié votre mot de passe, vous pouvez en choisir un autre depuis la page de connexion.

reset-password-subject = Un nouveau mot de passe pour { $service }
reset-password-text = Un nouveau mot de passe a été demandé pour votre compte { $service }. Le lien sert une seule fois et reste valable { $duration }. Toutes vos sessions prennent fin avec l'ancien mot de passe.
reset-password-button = Choisir un nouveau mot de passe
reset-password-note = Si ce n'était pas vous, ignorez ce message : votre mot de passe reste inchangé.

account-made-subject = Votre compte chez { $service }
account-made-text = Un administrateur de { $service } a créé un compte pour cette adresse e-mail. Choisissez-lui un mot de passe. Le lien sert une seule fois et reste valable { $duration }.
account-made-button = Choisir un mot de passe
account-made-note = Plus tard, la page de connexion vous donne un autre lien. Si vous n'attendiez pas ce message, adressez-vous aux responsables de { $service }.

account-ready-subject = Votre compte chez { $service }
account-ready-text = Un administrateur de { $service } a créé un compte pour cette adresse e-mail, avec un mot de passe qu'il vous donne lui-même. Changez-le après la première connexion.
account-ready-button = Se connecter
account-ready-note = Si vous n'attendiez pas ce message, adressez-vous aux responsables de { $service }.

choose-password-subject = Choisissez un mot de passe pour { $service }
choose-password-text = Un administrateur de { $service } vous demande de choisir un mot de passe pour votre compte. Le lien sert une seule fois et reste valable { $duration }.
choose-password-button = Choisir un mot de passe
choose-password-note = Si vous n'attendiez pas ce message, adressez-vous aux responsables de { $service }.

password-changed-subject = Votre mot de passe { $service } a été modifié
password-changed-text = Le mot de passe de votre compte { $service } a été modifié : { $time }. Toutes les autres sessions ont pris fin.
password-changed-button = Ce n'était pas moi
password-changed-note = Si c'était vous, il n'y a rien à faire. Sinon, choisissez aussitôt un nouveau mot de passe.

email-change-asked-subject = Changement de votre adresse e-mail { $service }
email-change-asked-text = Quelqu'un qui est connecté à votre compte { $service } veut remplacer son adresse e-mail par { $address }. La nouvelle adresse doit d'abord être confirmée.
email-change-asked-note = Si c'était vous, il n'y a rien à faire ici. Sinon, changez votre mot de passe et mettez fin à vos autres sessions.

confirm-email-subject = Confirmez votre nouvelle adresse e-mail pour { $service }
confirm-email-text = Cette adresse e-mail doit devenir celle d'un compte { $service }. Confirmez qu'elle est bien la vôtre. Le lien est valable { $duration }.
confirm-email-button = Confirmer l'adresse
confirm-email-note = Si ce n'était pas vous, ignorez ce message : il ne se passera rien d'autre.

email-changed-subject = Votre adresse e-mail { $service } a été modifiée
email-changed-text = L'adresse e-mail de votre compte { $service } a été remplacée par { $address }. Vous pouvez annuler ce changement pendant { $duration } ; toutes les sessions prendront alors fin.
email-changed-button = Annuler le changement
email-changed-note = Si c'était vous, il n'y a rien à faire.

email-is-yours-subject = Voici désormais votre adresse e-mail pour { $service }
email-is-yours-text = L'adresse e-mail de votre compte { $service } a été remplacée par celle-ci. Utilisez-la désormais pour vous connecter.
email-is-yours-note = Si ce n'était pas vous, prévenez les responsables de { $service }.

magic-link-subject = Connexion à { $service }
magic-link-text = Connectez-vous à { $service } avec ce lien. Il sert une seule fois et reste valable { $duration }.
magic-link-button = Se connecter
magic-link-note = Si ce n'était pas vous, ignorez ce message et ne donnez le code à personne.

mailed-factor-subject = Votre code pour { $service }
mailed-factor-text = Quelqu'un, sans doute vous, se connecte à votre compte { $service } et a besoin de ce code pour la deuxième étape.
mailed-factor-note = Si ce n'était pas vous, quelqu'un connaît votre mot de passe : changez-le. Ne donnez le code à personne.

new-device-subject = Une nouvelle connexion à { $service }
new-device-text = Quelqu'un s'est connecté à votre compte { $service } depuis un appareil inconnu jusqu'ici : { $device }, adresse { $ip }, { $time }.
new-device-button = Voir les sessions
new-device-note = Si c'était vous, il n'y a rien à faire. Sinon, changez votre mot de passe et mettez fin à cette session.

factor-changed-subject = Votre façon de vous connecter à { $service } a changé
factor-changed-text = Dans votre compte { $service }, { $time } : { $change }
factor-changed-button = Voir le compte
factor-changed-note = Si c'était vous, il n'y a rien à faire. Sinon, changez votre mot de passe et vérifiez vos facteurs.

change-totp-added = une application d'authentification a été ajoutée.
change-totp-removed = une application d'authentification a été supprimée.
change-passkey-added = une clé d'accès a été ajoutée.
change-passkey-removed = une clé d'accès a été supprimée.
change-identity-added = un compte d'un autre service a été lié. Il permet désormais de se connecter.
change-identity-removed = le lien avec un compte d'un autre service a été supprimé.
change-recovery-codes-made = de nouveaux codes de secours ont été créés ; les anciens ne sont plus valables.
change-recovery-code-used = un code de secours a été utilisé.
change-factor-switched-off = après trop d'essais erronés, un second facteur a été désactivé jusqu'à ce qu'il soit configuré à nouveau.
change-factors-removed = un administrateur a supprimé les seconds facteurs.
change-password-removed = le mot de passe a été supprimé.
