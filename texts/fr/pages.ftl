# Les mots des pages. Chaque langue a les mêmes clés.

skip = Aller au contenu
save = Enregistrer
account = Votre compte
to-account = Aller à votre compte
title-fault = Erreur :

# Se connecter, s’inscrire, se déconnecter

sign-in = Connexion
sign-in-button = Se connecter
sign-in-again = Confirmez que c’est bien vous
sign-in-again-lead = Pour cette étape, saisissez de nouveau votre mot de passe.
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

field-email = Adresse e-mail
field-name = Nom
field-password = Mot de passe
field-remember = Rester connecté
field-current_password = Mot de passe actuel
field-new_password = Nouveau mot de passe
field-consent = Je comprends que c’est irréversible.
hint-new-password = Au moins { $min } caractères. Une phrase à laquelle vous seul penseriez convient.

done-signed-up = Merci. Si l’adresse était libre, votre compte est prêt : connectez-vous.
done-signed-out = Vous êtes déconnecté.
done-deleted = Votre compte est supprimé.
done-set-up = { $service } est installé. Connectez-vous pour l’administrer.
done-name = Votre nom est enregistré.
done-password = Votre mot de passe est changé. Tous les autres appareils sont déconnectés.
done-session-ended = L’appareil est déconnecté.
done-sessions-ended = Tous les autres appareils sont déconnectés.
done-session-gone = Cet appareil était déjà déconnecté.

# Le compte

group-profile = Profil
group-security = Connexion
group-data = Vos données
name = Nom
name-lead = C’est ainsi que { $service } et les applications qui l’utilisent vous appellent.
password = Mot de passe
password-change = Changer le mot de passe
password-lead = Tous les autres appareils seront déconnectés.
password-button = Changer le mot de passe
password-changed = Changé { $when }
password-none = Non défini
sessions = Appareils
sessions-lead = Là où vous êtes connecté. Si vous ne connaissez pas un appareil, déconnectez-le et changez votre mot de passe.
sessions-count =
    { $n ->
        [one] Connecté sur un appareil
       *[other] Connecté sur { $n } appareils
    }
sessions-current = Cet appareil
sessions-others = Autres appareils
session-seen = Utilisé { $when }
session-since = Connecté { $when }
session-end = Déconnecter
sessions-end-others = Déconnecter tous les autres appareils
device = { $program } sur { $system }
device-unknown = Appareil inconnu
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
event-sign_in-succeeded = Connexion
event-sign_in-refused = Une connexion a échoué
event-session-signed_out = Déconnexion
event-session-revoked = Un appareil a été déconnecté
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
event-other = Quelque chose a changé

# Temps

ago-now = à l’instant
ago-minutes =
    { $n ->
        [one] il y a une minute
       *[other] il y a { $n } minutes
    }
ago-hours =
    { $n ->
        [one] il y a une heure
       *[other] il y a { $n } heures
    }
ago-days =
    { $n ->
        [one] hier
       *[other] il y a { $n } jours
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
error-too_guessable = Ce mot de passe ressemble trop à votre nom, à votre adresse ou à { $service }. Choisissez-en un autre.
error-control_character = Un caractère de ce texte ne convient pas ici.
error-consent-required = Confirmez que vous l’avez compris.
error-token-too_short = Ce lien n’est pas complet. Ouvrez-le tel qu’il a été affiché.
error-token-too_long = Ce lien n’est pas complet. Ouvrez-le tel qu’il a été affiché.

# Pourquoi c’est refusé : problem-CODE

problem-other = Cela n’a pas marché. Réessayez.
problem-auth-invalid_credentials = L’adresse e-mail ou le mot de passe n’est pas le bon.
problem-auth-account_disabled = Ce compte est désactivé. Adressez-vous aux responsables de { $service }.
problem-passwords-current_wrong = Ce n’est pas votre mot de passe actuel.
problem-accounts-sign_up_closed = Les responsables de { $service } créent les comptes. Demandez-leur-en un.
problem-grants-last_admin = Vous êtes seul à administrer le service. Donnez d’abord ce rôle à quelqu’un d’autre.
problem-precondition-stale = Votre compte a été modifié entre-temps. Réessayez.
problem-rate_limit-exceeded =
    { $n ->
        [one] Il y a eu trop d’essais. Réessayez dans une minute.
       *[other] Il y a eu trop d’essais. Réessayez dans { $n } minutes.
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
