# Les mots des pages. Chaque langue a les mêmes clés.

skip = Aller au contenu
or = ou
save = Enregistrer
account = Votre compte
to-account = Aller à votre compte
title-fault = Erreur :

next = Continuer
remove = Retirer
rename = Renommer
start-again = Recommencer
never-used = Jamais utilisé

# Autres services

provider-with = Continuer avec { $provider }
provider-going = Vers { $provider }
provider-going-lead = Vous y êtes conduit, et revenez ici ensuite.
provider-go = Aller vers { $provider }

# Se connecter, s’inscrire, se déconnecter

sign-in = Connexion
sign-in-button = Se connecter
to-sign-in = Se connecter
to-sign-in-before = Vous avez déjà un compte ?
sign-up = Créez votre compte
sign-up-button = Créer le compte
sign-up-closed = Les inscriptions sont fermées
to-sign-up = Créer un compte
to-sign-up-before = Première visite ?
sign-out = Se déconnecter
sign-out-lead = Vous serez déconnecté de { $service } sur cet appareil.
sign-out-button = Se déconnecter
setup = Installer { $service }
setup-lead = Créez le compte de la première personne qui administre le service. Ce lien ne sert qu’une fois.
setup-button = Créer le compte

to-magic = Se connecter par e-mail
to-password = Se connecter avec le mot de passe
magic = Se connecter par e-mail
magic-lead = Nous vous envoyons un e-mail avec un lien et un code. Ils sont valables 10 minutes.
magic-button = Envoyer l’e-mail
magic-again = Recevoir un autre e-mail
magic-sent = S’il existe un compte pour cette adresse et qu’elle est confirmée, un e-mail est en route. Ouvrez le lien qu’il contient.
magic-sent-lead = S’il existe pour { $email } un compte dont l’adresse est confirmée, un e-mail est en route. Ouvrez le lien qu’il contient, ou saisissez ici son code.
magic-enter = Vous venez par le lien de votre e-mail. Appuyez, et vous y êtes.
to-forgot = Mot de passe oublié ?
verify = Confirmez votre adresse
verify-lead = Nous saurons alors que nos e-mails vous parviennent.
verify-button = Confirmer
verify-again = Recevoir un autre e-mail
verify-code-lead = Nous vous avons envoyé un e-mail. Ouvrez le lien qu’il contient, ou saisissez ici son code.
verify-later = C’est déjà fait ?
mail-again = Renvoyer l’e-mail
email-confirm = Confirmez votre nouvelle adresse
email-confirm-lead = Dès lors, vous vous connecterez avec elle.
email-confirm-button = Confirmer
email-confirm-again = Recommencer
email-undo = Reprendre votre ancienne adresse
email-undo-lead = Votre compte retrouve cette adresse, et tous les appareils sont déconnectés. Vous recevrez un e-mail pour choisir un nouveau mot de passe.
email-undo-button = La reprendre
email-undo-again = Choisir un nouveau mot de passe
link-over = Ce lien n’est plus valable
link-over-lead = Il a déjà servi, il est trop ancien, ou un plus récent a été envoyé après lui.
forgot = Mot de passe oublié ?
forgot-lead = Nous vous envoyons un e-mail avec un lien pour en choisir un nouveau.
forgot-button = Envoyer l’e-mail
forgot-before = Il vous est revenu ?
forgot-again = Recevoir un autre e-mail
forgot-sent = Regardez vos e-mails
forgot-sent-lead = S’il existe un compte pour { $email }, un lien est en route. Il est valable 15 minutes.
reset = Choisissez un nouveau mot de passe
reset-lead = Tous les appareils seront déconnectés. Connectez-vous ensuite avec le nouveau mot de passe.
reset-button = Enregistrer
second-factor = Encore une étape
second-factor-none = Votre compte demande une seconde étape, et aucune des vôtres n’est possible en ce moment. Adressez-vous aux responsables.
step-up = Confirmez que c’est bien vous
step-up-none = Déconnectez-vous et reconnectez-vous pour continuer.
prove-button = Continuer
prove-password = Saisissez de nouveau votre mot de passe.
prove-totp = Saisissez le code qu’affiche votre application d’authentification.
prove-recovery_code = Saisissez un de vos codes de secours. Il ne sert qu’une fois.
prove-email = Nous pouvons vous envoyer un code par e-mail. Saisissez-le ici.
prove-mail = M’envoyer un code par e-mail
prove-by-email = Utiliser un code par e-mail
prove-passkey = Utilisez votre clé d’accès.
prove-by-password = Utiliser le mot de passe
prove-by-totp = Utiliser l’application d’authentification
prove-by-recovery_code = Utiliser un code de secours
field-email = Adresse e-mail
field-new_email = Nouvelle adresse e-mail
field-name = Nom
field-password = Mot de passe
field-remember = Rester connecté
field-current_password = Mot de passe actuel
field-new_password = Nouveau mot de passe
field-consent = Je comprends que c’est irréversible.
field-code = Code à usage unique
field-recovery_code = Code de secours
field-trust_device = Ne plus demander dans ce navigateur pendant 30 jours
field-app_name = Nom de l’application
field-passkey_name = Nom de la clé d’accès
field-locale = Langue
hint-app_name = Pour la reconnaître, par exemple « Téléphone ».
hint-new-password = Au moins { $min } caractères. Une phrase à laquelle vous seul penseriez convient.

done-signed-up = Merci. Si l’adresse était libre, votre compte est prêt.
done-mail-sent = S’il y a quelque chose à confirmer, un autre e-mail est en route.
done-verify = Votre adresse est confirmée.
done-reset = Votre nouveau mot de passe est enregistré. Connectez-vous avec lui.
done-email-confirm = Votre nouvelle adresse est confirmée.
done-email-undo = Votre compte a retrouvé son ancienne adresse. Regardez vos e-mails pour choisir un nouveau mot de passe.
done-signed-out = Vous êtes déconnecté.
done-deleted = Votre compte est supprimé.
done-set-up = { $service } est installé. Connectez-vous pour l’administrer.
done-name = Votre nom est enregistré.
done-password = Votre mot de passe est changé. Tous les autres appareils sont déconnectés.
done-password-removed = Votre mot de passe est supprimé. Tous les autres appareils sont déconnectés.
done-session-ended = L’appareil est déconnecté.
done-sessions-ended = Tous les autres appareils sont déconnectés.
done-session-gone = Cet appareil était déjà déconnecté.

done-code-sent = Un code est en route vers votre boîte. Il est valable 10 minutes.
done-email-step-on = Un code par e-mail est désormais demandé.
done-email-step-off = Aucun code par e-mail n’est plus demandé.
done-passkey-added = La clé d’accès est ajoutée.
done-passkey-renamed = La clé d’accès a son nouveau nom.
done-passkey-removed = La clé d’accès est retirée.
done-passkey-gone = Cette clé d’accès était déjà retirée.
done-identity-linked = Le compte est lié. Vous pouvez désormais vous connecter avec lui.
done-identity-removed = Le compte n’est plus lié.
done-identity-gone = Ce compte n’était déjà plus lié.
done-language = Votre langue est enregistrée.
done-needed = Votre rôle demande une seconde étape. Installez une application d’authentification pour continuer.
done-factor-added = L’application d’authentification est installée.
done-factor-renamed = L’application d’authentification a son nouveau nom.
done-factor-removed = L’application d’authentification est retirée.
done-factor-gone = Cette application était déjà retirée.
done-device-forgotten = L’appareil est oublié.
done-device-gone = Cet appareil était déjà oublié.

# Le compte

group-profile = Profil
group-security = Connexion
group-data = Vos données
name = Nom
name-lead = C’est ainsi que { $service } et les applications qui l’utilisent vous appellent.
email-change = Changer d’adresse e-mail
email-lead = Votre adresse est { $email }. Nous écrivons à la nouvelle et prévenons l’ancienne.
email-button = Continuer
email-code-lead = Nous avons écrit à la nouvelle adresse. Ouvrez le lien de l’e-mail, ou saisissez ici son code.
email-unverified = { $email }, pas encore confirmée
language = Langue
language-lead = La langue dans laquelle les pages et les e-mails vous parlent.
language-browser = Celle du navigateur
password = Mot de passe
password-change = Changer le mot de passe
password-lead = Tous les autres appareils seront déconnectés.
password-button = Changer le mot de passe
password-set = Choisir un mot de passe
password-set-lead = Votre compte n’en a pas encore. Tous les autres appareils seront déconnectés.
password-remove = Supprimer votre mot de passe
password-remove-lead = Vous vous connecterez alors avec une clé d’accès ou par e-mail. Tous les autres appareils seront déconnectés.
password-changed = Changé { $when }
password-none = Non défini
sessions = Vos sessions
sessions-lead = Là où vous êtes connecté. Si vous ne connaissez pas une session, terminez-la et changez votre mot de passe.
sessions-count =
    { $count ->
        [one] Connecté sur un appareil
       *[other] Connecté sur { $count } appareils
    }
sessions-current = Cet appareil
sessions-others = Autres sessions
session-seen = Utilisé { $when }
session-since = Connecté { $when }
session-end = Déconnecter
sessions-end-others = Déconnecter tous les autres appareils
device = { $program } sur { $system }
device-unknown = Appareil inconnu
factors = Seconde étape
factors-on = Activée
factors-off = Désactivée
factors-lead = Une connexion demande alors, en plus du mot de passe, un code que vous seul pouvez avoir.
factor-added = Ajoutée { $when }
identities = Comptes liés
identities-lead = Les comptes d’autres services avec lesquels vous vous connectez ici.
identities-count =
    { $count ->
        [0] Aucun
        [one] Un compte
       *[other] { $count } comptes
    }
identity-more = Lier un autre compte
identity-add = Lier { $provider }
passkeys = Clés d’accès
passkeys-short = Connexion par empreinte, visage ou code
passkeys-lead = Avec une clé d’accès, vous vous connectez par votre empreinte, votre visage ou le code de votre appareil, sans mot de passe.
passkey-add = Ajouter une clé d’accès
passkey-rename = Renommer la clé d’accès
passkey-use = Utiliser une clé d’accès
passkey-name-usual = Ma clé d’accès
passkey-cancelled = Aucune clé d’accès n’a été choisie. Réessayez, ou prenez un autre moyen.
passkey-refused = La clé d’accès n’a pas été acceptée.
passkey-exists = Cet appareil a déjà une clé d’accès pour votre compte.
passkey-address = Les clés d’accès ne marchent pas à cette adresse.
passkey-wait = Il y a eu trop d’essais. Attendez un peu, puis réessayez.
passkey-unsupported = Ce navigateur ne connaît pas les clés d’accès.
passkey-no-script = Les clés d’accès ont besoin de JavaScript.

work-working = Votre navigateur résout d’abord une petite énigme. Cela prend un instant.
work-still = Toujours en cours, depuis { $seconds } secondes.
work-done = Résolue. Le formulaire est envoyé.
work-failed = L’énigme n’a pas pu être résolue. Vérifiez votre connexion, puis réessayez.
work-no-script = Un script est nécessaire ici pour l’instant : votre navigateur résout ainsi une petite énigme avant l’envoi du formulaire, ce qui tient les programmes à l’écart. Autorisez les scripts pour cette page, puis rechargez-la.

apps = Applications d’authentification
apps-none = Aucune encore. Toute application de codes à usage unique (TOTP) convient.
app-name-usual = Application
app-add = Ajouter une application d’authentification
app-rename = Renommer l’application d’authentification
app-add-lead = Il vous faut une application de codes à usage unique sur votre téléphone ou votre ordinateur.
app-confirm = Reliez votre application
app-scan = Scannez cette image avec votre application.
app-picture = Code QR pour votre application d’authentification
app-type = Ou saisissez cette clé :
app-open = Ouvrir dans une application de cet appareil
app-confirm-lead = Saisissez ensuite le code qu’elle affiche. Elle compte dès lors, et tous les autres appareils sont déconnectés.
app-confirm-again = L’application reste telle que vous l’avez installée. Saisissez le code le plus récent.
app-confirm-button = Confirmer
email-step = Code par e-mail
email-step-is-on = Un code par e-mail est demandé à chaque connexion.
email-step-is-off = Mieux que rien si vous n’avez pas d’application. Votre adresse doit être confirmée.
switch-on = Activer
switch-off = Désactiver
codes = Codes de secours
codes-left =
    { $count ->
        [one] Il en reste un
       *[other] Il en reste { $count }
    }
codes-lead = Chacun vous connecte une fois quand vous n’avez pas votre application d’authentification.
codes-once = Imprimez-les ou gardez-les dans votre gestionnaire de mots de passe. Ils ne seront plus affichés.
codes-kept = Je les ai gardés
codes-renew = Obtenir de nouveaux codes de secours
codes-renew-lead = Les anciens ne vaudront plus rien.
devices = Appareils connus
devices-lead = Les navigateurs dans lesquels vous vous êtes connecté. Si vous n’en connaissez pas un, faites-le oublier et changez votre mot de passe.
devices-count =
    { $count ->
        [one] Un navigateur
       *[other] { $count } navigateurs
    }
device-seen = Dernière connexion { $when }
device-trusted = Sans seconde étape jusqu’au { $day }
device-untrusted = Avec la seconde étape, s’il y en a une
device-forget = Oublier
activity = Activité récente
activity-lead = Ce qui a concerné en dernier la sécurité de votre compte. Ce n’était pas vous ?
activity-all = Afficher plus
export = Télécharger vos données
export-short = Un fichier avec tout ce qui est enregistré sur vous
export-lead = Vous recevez un fichier (JSON) avec votre profil, vos sessions, vos rôles et les événements de votre compte.
export-button = Télécharger
delete = Supprimer votre compte
delete-short = Définitivement
delete-lead = Le compte { $email } sera supprimé tout de suite et pour toujours, avec ses sessions et ses rôles.
delete-lead-more = Les applications où vous vous êtes connecté peuvent garder leurs propres données. Adressez-vous à elles.
delete-button = Supprimer le compte

# Événements

event-setup-first_admin_created = Le compte a été créé pour administrer le service
event-account-signed_up = Vous avez créé votre compte
event-account-sign_up_refused = Quelqu’un a voulu créer un compte avec votre adresse
event-account-created = Votre compte a été créé
event-account-created-by-other = L’administration a créé votre compte
event-account-created-to-other = Vous avez créé un compte
event-account-imported = Votre compte a été repris d’un autre service
event-account-updated = Vous avez modifié votre profil
event-account-updated-by-other = L’administration a modifié votre compte
event-account-updated-to-other = Vous avez modifié un compte
event-account-disabled = Votre compte a été désactivé
event-account-disabled-to-other = Vous avez désactivé un compte
event-account-enabled = Votre compte a été réactivé
event-account-enabled-to-other = Vous avez réactivé un compte
event-account-deleted-to-other = Vous avez supprimé un compte
event-account-exported = Vos données ont été téléchargées
event-password-changed = Votre mot de passe a été changé
event-password-changed-by-other = L’administration a changé votre mot de passe
event-password-refused = Un mot de passe actuel erroné a été saisi
event-password-reset_asked = Un lien pour un nouveau mot de passe a été demandé
event-password-reset = Un nouveau mot de passe a été choisi avec un lien
event-password-removed = Votre mot de passe a été supprimé
event-password-link_made-by-other = L’administration a créé un lien pour votre mot de passe
event-password-link_made-to-other = Vous avez créé un lien pour le mot de passe d’un compte
event-email-verification_asked = Un autre e-mail pour confirmer l’adresse a été demandé
event-email-verified = Votre adresse a été confirmée
event-email-change_asked = Un changement d’adresse e-mail a été demandé
event-email-changed = Votre adresse e-mail a été changée
event-email-change_undone = Le changement de votre adresse e-mail a été annulé
event-proof-refused = Un lien ou un code non valable a été utilisé
event-sign_in-link_asked = Un lien pour se connecter par e-mail a été demandé
event-sign_in-succeeded = Connexion
event-sign_in-refused = Une connexion a échoué
event-sign_in-second_factor_asked = Une connexion est arrivée à la seconde étape
event-sign_in-second_factor_refused = Un code erroné a été saisi pendant une connexion
event-session-stepped_up = Vous avez confirmé de nouveau que c’est vous
event-session-step_up_refused = Une confirmation a échoué pendant une session
event-factor-added = Une seconde étape a été ajoutée
event-factor-refused = Un code erroné a été saisi pour une nouvelle application
event-factor-removed = Une seconde étape a été supprimée
event-factor-renamed = Une clé d’accès ou une application d’authentification a changé de nom
event-factor-passkey_cloned = La copie d’une clé d’accès a été refusée
event-factor-all_reset-by-other = L’administration a retiré votre seconde étape
event-factor-all_reset-to-other = Vous avez retiré la seconde étape d’un compte
event-factor-recovery_codes_made = De nouveaux codes de secours ont été créés
event-device-forgotten = Un appareil a été oublié
event-session-signed_out = Déconnexion
event-session-revoked = Une session a été terminée
event-session-revoked-by-other = L’administration a déconnecté un de vos appareils
event-session-revoked-to-other = Vous avez déconnecté l’appareil d’un autre compte
event-session-all_revoked = Tous les autres appareils ont été déconnectés
event-session-all_revoked-by-other = L’administration vous a déconnecté partout
event-session-all_revoked-to-other = Vous avez déconnecté un autre compte partout
event-role-created = Vous avez créé un rôle
event-role-updated = Vous avez modifié un rôle
event-role-deleted = Vous avez supprimé un rôle
event-permission-created = Vous avez créé une permission
event-grant-created = Vous avez reçu un rôle
event-grant-created-to-other = Vous avez donné un rôle
event-grant-revoked = Un rôle vous a été retiré
event-grant-revoked-to-other = Vous avez retiré un rôle
event-api_key-created = Vous avez créé une clé d’API
event-api_key-created-by-other = Un administrateur a créé une clé d’API pour le compte
event-api_key-created-to-other = Vous avez créé une clé d’API pour un compte de service
event-api_key-revoked = Vous avez révoqué une clé d’API
event-api_key-revoked-by-other = Un administrateur a révoqué une de vos clés d’API
event-api_key-revoked-to-other = Vous avez révoqué une clé d’API d’un autre compte
event-client-created-to-other = Vous avez créé un client pour un compte de service
event-client-secret_rotated-to-other = Vous avez donné un nouveau secret à un client d’un compte de service
event-client-disabled-to-other = Vous avez désactivé un client d’un compte de service
event-client-enabled-to-other = Vous avez réactivé un client d’un compte de service
event-client-deleted-to-other = Vous avez supprimé un client d’un compte de service
event-token-issued = Vos applications ont reçu des jetons
event-refresh-refused = Un jeton de renouvellement qui ne compte pas a été utilisé
event-refresh-replayed = Un jeton de renouvellement déjà utilisé est revenu, et ses jetons ont été révoqués
event-token-revoked = Des jetons vous appartenant ont été révoqués
event-identity-linked = Un compte d’un autre service a été lié
event-identity-refused = La liaison d’un compte d’un autre service a échoué
event-identity-unlinked = Le lien avec un compte d’un autre service a été supprimé
event-identity-token_given = Un jeton d’un autre service a été remis
event-other = Quelque chose a changé

# Temps

ago-now = à l’instant
ago-minutes =
    { $count ->
        [one] il y a une minute
       *[other] il y a { $count } minutes
    }
ago-hours =
    { $count ->
        [one] il y a une heure
       *[other] il y a { $count } heures
    }
ago-days =
    { $count ->
        [one] hier
       *[other] il y a { $count } jours
    }
date = { $day } { $month } { $year }
date-time = { $day }, { $time } UTC
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

# Ce qui ne va pas dans un champ : error-CHAMP-CODE, ou error-CODE pour tous les champs

error-email_invalid = Saisissez une adresse e-mail, par exemple anne@example.com.
error-name-too_short = Saisissez votre nom.
error-too_short = Utilisez au moins { $min } caractères.
error-too_long = C’est trop long.
error-too_common = D’autres devineraient ce mot de passe très vite. Choisissez-en un autre.
error-breached = Ce mot de passe est apparu dans une fuite de données : d’autres le connaissent peut-être. Choisissez-en un autre.
error-too_guessable = Ce mot de passe ressemble trop à votre nom, à votre adresse ou à { $service }. Choisissez-en un autre.
error-control_character = Un caractère de ce texte ne convient pas ici.
error-code_invalid = Un code a six chiffres.
error-same = C’est déjà votre adresse.
error-consent-required = Confirmez que vous l’avez compris.
error-token-too_short = Ce lien n’est pas complet. Ouvrez-le tel qu’il a été affiché.
error-token-too_long = Ce lien n’est pas complet. Ouvrez-le tel qu’il a été affiché.

# Pourquoi c’est refusé : problem-CODE

problem-other = Cela n’a pas marché. Réessayez.
problem-auth-invalid_credentials = L’adresse e-mail ou le mot de passe n’est pas le bon.
problem-auth-account_disabled = Ce compte est désactivé. Adressez-vous aux responsables de { $service }.
problem-passwords-current_wrong = Ce n’est pas votre mot de passe actuel.
problem-auth-email_unverified = Votre adresse n’est pas encore confirmée. Ouvrez le lien dans l’e-mail que nous vous avons envoyé.
problem-auth-pending_invalid = Cette connexion a pris trop de temps ou a échoué trop souvent. Reconnectez-vous.
problem-factors-refused = Ce code est faux, déjà utilisé ou trop ancien. Saisissez le plus récent.
problem-factors-exists = Vous en avez autant que possible. Retirez-en un d’abord.
problem-factors-not_found = C’est retiré entre-temps. Recommencez.
problem-factors-missing = Installez d’abord une application d’authentification.
problem-proofs-invalid = Ce code est faux, déjà utilisé ou trop ancien. Demandez un autre e-mail.
problem-accounts-email_taken = Un autre compte a maintenant cette adresse.
problem-accounts-sign_up_closed = Les responsables de { $service } créent les comptes. Demandez-leur-en un.
problem-providers-not_found = Ce service ne peut plus être utilisé ici. Choisissez une autre voie.
problem-providers-unavailable = L’autre service ne répond pas en ce moment. Réessayez dans un instant, ou choisissez une autre voie.
problem-providers-flow_invalid = Cela a pris trop de temps, était déjà terminé ou avait commencé dans un autre navigateur. Recommencez.
problem-providers-denied = Vous n’avez pas donné votre accord là-bas, rien n’a donc été fait ici.
problem-providers-refused = La réponse de l’autre service ne peut pas être acceptée. Réessayez.
problem-providers-email_unverified = L’autre service ne dit pas que votre adresse e-mail est confirmée. Confirmez-la là-bas ; ou connectez-vous autrement, puis liez le compte.
problem-providers-account_exists = Il existe déjà un compte avec votre adresse. Connectez-vous à celui-ci comme avant, puis liez-y ce compte. Si vous n’en connaissez pas le mot de passe, définissez-en un nouveau par e-mail.
problem-identities-taken = Le compte d’une autre personne y est déjà lié ici.
problem-identities-too_many = Vous avez lié autant de comptes que possible. Supprimez-en un d’abord.
problem-factors-last_way_in = Sans cela, vous ne pourriez plus vous connecter. Ajoutez d’abord une autre voie.
problem-grants-last_admin = Vous êtes seul à administrer le service. Donnez d’abord ce rôle à quelqu’un d’autre.
problem-precondition-stale = Votre compte a été modifié entre-temps. Réessayez.
problem-challenge-required = L’énigme qui accompagne le formulaire n’a pas été résolue. Autorisez les scripts pour cette page, rechargez-la et envoyez le formulaire encore une fois.
problem-challenge-invalid = L’énigme qui accompagne le formulaire a été résolue trop tard. Envoyez le formulaire encore une fois.
problem-rate_limit-exceeded =
    { $count ->
        [one] Il y a eu trop d’essais. Réessayez dans une minute.
       *[other] Il y a eu trop d’essais. Réessayez dans { $count } minutes.
    }
problem-setup-token_invalid = Ce lien n’est plus valable. Le service en affiche un nouveau à son démarrage.
problem-setup-already_done = { $service } a déjà quelqu’un qui l’administre.
problem-request-not_found = L’adresse est peut-être mal écrite, ou la page a changé de place.
problem-request-form_malformed = Le formulaire n’a pas pu être lu. Revenez en arrière, rechargez la page et réessayez.
problem-request-body_too_large = Il y avait trop de texte. Revenez en arrière et raccourcissez-le.
problem-request-timeout = Le formulaire a mis trop de temps à arriver. Réessayez.
problem-csrf-origin_refused = Le formulaire venait de la page d’un autre site. Rien n’a été changé.
problem-server-busy = Il y a beaucoup de monde en ce moment. Réessayez dans un instant.
problem-server-unavailable = Nos données ne sont pas accessibles en ce moment. Réessayez dans un instant.
problem-server-not_ready = Le service démarre. Réessayez dans un instant.
problem-server-internal = Ce n’est pas votre faute. Réessayez ; si cela dure, dites-le aux responsables de { $service }.

refused = Cela n’a pas marché
refused-not-found = Cette page n’existe pas
refused-too-often = Trop d’essais
refused-origin = Cela venait d’ailleurs
refused-busy = Un instant, s’il vous plaît
refused-fault = Quelque chose s’est mal passé
refused-reference = Si vous demandez de l’aide, citez ceci : { $id }
