# Premier lancement, connexion, verrouillage.

app-name = Conclave
language-name = Français
opening = Ouverture…
cannot-open = Conclave ne peut pas ouvrir ce profil
continue = Continuer
back = Retour
copy = Copier
copied = Copié
opened-here-only = Les messages ne s'ouvrent que sur cet ordinateur
theme-switch = Passer du clair au sombre

welcome = Bienvenue dans Conclave
welcome-lede = Messages et fichiers privés, directement d'un ordinateur à l'autre.
have-invite-link = J'ai un lien d'invitation
have-account = J'ai déjà un compte

have-backup = J'ai une sauvegarde
restore-title = Restaurer une sauvegarde
restore-lede = Ce profil devient celui de la sauvegarde, avec ses messages et fichiers tels qu'ils étaient.
choose-backup = Choisir la sauvegarde
restore-then = Ensuite votre mot de passe ouvre les messages, et la prochaine connexion donne de nouvelles clés à cet ordinateur.
restore = Restaurer
restoring = Restauration en cours…

step-of = Étape { $n } sur { $all } · { $name }
step-name = Nom
step-recovery = Secours
step-confirmation = Confirmation
step-done = Terminé

your-invitation = Votre invitation
invite-link = Lien d'invitation
invite-link-hint = Collez le lien que votre administrateur vous a donné. Il commence par conclave://
invite-link-given = Le lien a été ouvert pour vous. Continuez seulement s'il vient de votre administrateur.
read-invite-picture = Lire son QR dans une image
no-link-in-picture = Aucun lien d'invitation dans cette image. Choisissez-en une qui montre tout le QR, ou collez le lien.
invited-here = Ce profil a déjà un compte. Un lien d'invitation crée un compte dans un profil à part.
asking-server = Question au serveur de connexion…
organisation = Organisation
login-server = Serveur de connexion
fingerprint = Empreinte
no-name = Sans nom
compare-fingerprint = Comparez l'empreinte avec celle que votre administrateur vous a donnée.
same-fingerprint = Elles sont identiques, continuer

reset-title = De retour dans votre compte
reset-before = Une réinitialisation par un administrateur ne peut pas ouvrir vos messages. Seuls votre mot de passe ou votre clé de secours le peuvent.
reset-then = Vous choisissez un nouveau mot de passe et réglez de nouveau votre téléphone. Cet ordinateur reçoit de nouvelles clés : vos collègues en sont avertis et acceptent votre nouveau numéro de sécurité avant de vous écrire.

your-name = Votre nom
user-name = Identifiant
user-name-stays = Votre identifiant reste le même.
user-name-given = Votre administrateur a choisi cet identifiant.
user-name-hint = 3 à 32 minuscules, chiffres, points, tirets ou soulignés.
display-name = Nom complet
display-name-hint = Vos collègues le voient. Vous pouvez le laisser vide.

choose-password = Choisissez un mot de passe
password-lede = Il ouvre aussi vos messages sur cet ordinateur. Personne ne peut le réinitialiser à votre place.
password = Mot de passe
new-password = Nouveau mot de passe
show-password = Montrer le mot de passe
hide-password = Masquer le mot de passe
strength = Force { $n } sur { $all }
password-good = Un bon mot de passe
making-keys = Création de vos clés…

add-authenticator = Ajoutez un authentificateur
authenticator-1 = Ouvrez l'authentificateur sur votre téléphone.
authenticator-2 = Lisez ce QR, ou copiez-y le secret ci-dessous.
authenticator-3 = Tapez les six chiffres affichés.
authenticator-qr = QR contenant le secret ci-dessous
copy-secret = Copier le secret
six-digit-code = Code à six chiffres
new-code-in = { $n ->
    [one] Nouveau code dans { $n } s
   *[other] Nouveau code dans { $n } s
}
submits-on-sixth = Envoi au sixième chiffre
checking = Vérification…
start-again = Recommencer

keep-safe = Rangez-les en lieu sûr
recovery-codes = Codes de secours
recovery-codes-for = chacun remplace le téléphone une fois
recovery-key = Clé de secours
recovery-key-for = ouvre vos messages sans le mot de passe
have-stored = Je les ai rangés en lieu sûr
save-codes = Enregistrer…
save-codes-means = Le fichier n'est pas chiffré : qui le lit peut remplacer votre téléphone et ouvrir vos messages. Mettez-le sur une clé que vous rangez sous clé, pas sur cet ordinateur.
save-codes-anyway = Enregistrer sans chiffrement
codes-saved = Enregistré sans chiffrement : { $name }. Rangez-le en lieu sûr.
recovery-file = conclave-secours.txt
recovery-file-title = Conclave : à garder loin de votre ordinateur et de votre téléphone.
type-back = Ou recopiez l'un d'eux
type-back-wrong = Ce n'est aucun de ceux ci-dessus. Relisez-le là où vous l'avez rangé.
creating-account = Création de votre compte…
creating-account-lede = Votre ordinateur reprend là où il s'était arrêté.

sign-in-to-go-on = Le serveur de connexion demande un nouveau code avant de continuer. Connectez-vous encore une fois.

one-call = Un appel à votre administrateur
one-call-lede = Lisez ces 30 chiffres à votre administrateur. Vous pourrez continuer après sa confirmation.
thirty-digits = 30 chiffres
waiting-confirmation = En attente de la confirmation
waiting-confirmation-next = Vous pouvez fermer Conclave, il reprendra ici.
copy-digits = Copier les chiffres
check-again = Vérifier encore

you-are-in = C'est prêt.
you-are-in-lede = Votre compte est dans l'annuaire. Saluez un collègue.
back-in-lede = Votre compte a de nouvelles clés. Vos collègues apprennent qui l'a réinitialisé et acceptent d'abord votre nouveau numéro de sécurité.
first-hello = Dire bonjour
first-hello-why = Choisissez un collègue et écrivez le premier message.
first-compare = Comparer les numéros de sécurité
first-compare-why = Dans les détails d'un collègue, de vive voix : alors personne ne s'interpose.
first-keys = Voir les raccourcis clavier
first-keys-why = Tout peut se faire sans souris.
open-conclave = Ouvrir Conclave

sign-in = Se connecter
no-account-here = Il n'y a pas de compte sur cet ordinateur. Utilisez un lien d'invitation, ou demandez à votre administrateur un lien de réinscription.
messages-open-first = Vos messages s'ouvrent d'abord sur cet ordinateur, même si le serveur de connexion est arrêté.
one-time-code = Code à usage unique
code-lede = Tapez les six chiffres affichés par votre authentificateur.
messages-are-open = Vos messages sont ouverts
use-recovery-code = Utiliser un code de secours
recovery-code = Code de secours
recovery-code-lede = L'un des dix codes que vous avez rangés. Chacun sert une fois.
use-phone-code = J'ai un code pour un nouveau téléphone
new-phone = Un nouveau téléphone
new-phone-lede = Tapez le code que votre administrateur vous a remis. Votre mot de passe, vos clés et vos messages restent les mêmes.
phone-code = Code remis par votre administrateur
phone-counts = Le nouveau téléphone est en service. Voici les codes qui vont avec.
old-codes-gone = Vos anciens codes de secours ne valent plus rien.
use-authenticator = Utiliser l'authentificateur
type-password-again = Retaper le mot de passe
read-offline = Lire sans se connecter
signing-in = Connexion…
wait-seconds = { $n ->
    [one] Nouvel essai dans { $n } seconde
   *[other] Nouvel essai dans { $n } secondes
}

your-profile = Votre profil
your-profile-lede = Vos collègues le voient. Tout peut rester vide ; vous pourrez le changer à tout moment.
choose-picture = Choisir une photo
picture-taken = Photo prise en compte
no-picture = Ce fichier n'est pas une image. PNG, JPEG, WebP et GIF peuvent être lus.
crop-name = Partie de l'image, { $pct } % de son côté
crop-picture = L'image choisie
crop-hint = Déplacez le carré, ou utilisez les flèches ; la molette, + et − l'agrandissent et le réduisent.
crop-smaller = Partie plus petite
crop-larger = Partie plus grande
crop-take = Prendre cette partie
skip = Pas maintenant
is-locked = Conclave est verrouillé
unlock = Déverrouiller
locked-means = Les clés ont quitté la mémoire. Les nouveaux messages attendent le déverrouillage.
leaving = Se déconnecter ?
leaving-means = D'abord votre mot de passe : il prouve que c'est vous. La session se termine au serveur de connexion, et vos messages restent sur cet ordinateur, fermés. Pour revenir, il faudra aussi un code à usage unique.
signed-out-here = Vos messages sont fermés, mais le serveur de connexion n'a pas pu être prévenu : votre session y tient encore. Connectez-vous puis déconnectez-vous quand il répondra, ou demandez à un administrateur de la terminer.
signed-out = La session est terminée. Vos messages restent sur cet ordinateur, fermés.
use-recovery-key = Oublié ? Utiliser la clé de secours
recovery-key-lede = Elle ouvre vos messages sur cet ordinateur sans le mot de passe.
open-messages = Ouvrir mes messages
reset-means = Pour le compte lui-même, votre administrateur donne un code de réinscription. Une réinitialisation par un administrateur ne peut pas ouvrir vos messages. Seuls votre mot de passe ou votre clé de secours le peuvent.
