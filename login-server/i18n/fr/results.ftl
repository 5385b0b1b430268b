yes = oui
no = non
on = en marche
nothing = rien
healthy = en bonne santé
leaf = Feuille { $leaf }.
everybody = Tout le monde
dry-run =
    Essai : rien n'a été changé. Il serait dit :
    { $text }
none-users = Aucun utilisateur.
none-sessions = Aucune session.
none-bans = Aucun bannissement.
none-invites = Aucune invitation.
none-leaves = Aucune feuille.
none-backups = Aucune sauvegarde.
none-acts = Aucun acte.
none-keys = Aucune clé d'administration.
none-parcels = La boîte de dépôt est vide.
none-settings = Toutes les clés ont leur valeur par défaut.
organisation-made =
    L'organisation est créée.
      configuration         { $config }
      données               { $data }
      clé d'administration  { $admin }
      clé racine            { $root }
    Ôtez maintenant la clé racine de cette machine, et gardez-en une deuxième copie.
    Empreinte de l'organisation :  { $fingerprint }
    Ensuite : login-server serve
request-written = Écrit : { $file }. Ensuite : login-server key sign FILE là où est la clé d'administration, puis key submit FILE ici.
invited = Invité : { $whom }. Valable jusqu'au { $until } ({ $time }), un usage.
invited-several = Invité : { $whom }. Valable jusqu'au { $until } ({ $time }), { $uses } usages.
would-invite = Inviterait { $whom } jusqu'au { $until }.
invited-list = Personnes invitées : { $count }. Les liens sont dans { $file }, scellés : 'login-server invite open' les montre.
would-invite-list = Inviterait { $count } personnes.
people-any-name = { $count } personnes, n'importe quel nom
link-works-once-signed = Le lien fonctionne dès que { $file } est signé et envoyé.
give-link =
    Donnez-le en personne ou par une voie sûre ; il n'est plus montré.
    Empreinte de l'organisation :  { $fingerprint }
reset-code = Code pour { $user } (jusqu'au { $until }, un usage) :  { $code }
reset-done = Feuille { $leaf }. Sessions fermées : { $sessions }.
would-reset-phone = Rendrait le téléphone de { $user } sans valeur.
phone-done = Sessions fermées : { $sessions }. Donnez le code en personne ; { $user } le tape à la place des six chiffres.
phone-works-once-signed = Il fonctionne dès que { $file } est signé et envoyé ; il n'est dans aucun fichier.
would-reset = Réinitialiserait { $user } ; le lien vaudrait jusqu'au { $until }.
reset-works-once-signed = Il fonctionne dès que { $file } est signé par { $count } et envoyé. Gardez le lien jusque-là ; il n'est dans aucun fichier.
give-reset-link =
    Donnez le lien en personne ou par une voie sûre ; il s'utilise comme une invitation et n'est plus montré.
    Empreinte de l'organisation :  { $fingerprint }
invites-purged = Invitations oubliées : { $count }.
invite-revoked = Invitation { $id } révoquée.
invite-revoked-leaf = Invitation { $id } révoquée. Feuille { $leaf }.
unlocked = { $user } peut réessayer tout de suite.
admitted = { $user } est admis. Feuille { $leaf }.
erased = { $user } est effacé. Feuille { $leaf }. Sessions fermées : { $sessions }. Le nom et les clés publiques restent dans le journal signé.
erase-planned = Le compte de { $user } est fermé. Feuille { $leaf }. Sessions fermées : { $sessions }. Ce que le serveur détient part le { $when } ; le nom et les clés publiques restent dans le journal signé.
exported = Ce que le serveur détient sur { $user } est écrit dans { $file }.
admin-made =
    { $user } est administrateur. Feuille { $leaf }.
      { $file }
    Donnez ce fichier et sa phrase de passe à { $user }, par des voies séparées.
admin-removed = { $user } n'est plus administrateur. Feuille { $leaf }.
banned-since = depuis { $since }, { $reason }
session-from = { $id } de { $address }
session-ended = La session de { $user } est fermée.
kicked = { $whom } : connexion refusée jusqu'au { $until }. Sessions fermées : { $sessions }. Les liens entre ordinateurs peuvent durer jusqu'à la fin du bail ; 'ban add' les coupe.
kick-lifted = { $whom } : connexion de nouveau permise.
banned-user = { $user } est banni. Feuille { $leaf }. Sessions fermées : { $sessions }, en { $seconds } s.  Annuler : login-server ban lift { $user }
blocked = { $network } est refusé. Sessions fermées : { $sessions } ; derrière : { $names }.  Annuler : login-server ban lift { $network }
block-lifted = { $network } peut de nouveau se connecter.
ban-lifted = Le bannissement de { $user } est levé. Feuille { $leaf }.
policy-admin = clé d'admin        { $key }… de { $user }
policy-number = numéro            { $number }, émise { $issued }
policy-set = { $key } vaut maintenant { $value }. Feuille { $leaf }.
key-added =
    Clé d'administration « { $key } » ajoutée. Feuille { $leaf }.
      { $file }
key-revoked = Clé d'administration « { $key } » révoquée. Feuille { $leaf }.
passphrase-changed = La phrase de passe de la clé « { $key } » est changée.
signed-all = Signé par « { $key } » : { $signed } sur { $needed }. Ensuite : login-server key submit FILE sur le serveur.
signed-some = Signé par « { $key } » : { $signed } sur { $needed }. Il attend la clé d'une autre personne.
submitted = Fait : { $what }. Feuille { $leaf }.
about-phone = autre téléphone pour le compte { $account }, jusqu'au { $until }
about-reset = réinscription du compte { $account } (réinitialisation { $number }), jusqu'au { $until }
about-withdrawal = retrait de l'invitation pour « { $user } »
about-company = invitation pour n'importe quel nom, usages : { $uses }, jusqu'au { $until }
about-invite = invitation pour « { $user } », jusqu'au { $until }
about-ban = bannissement : { $whom }
about-unban = fin du bannissement : { $whom }
about-account = compte « { $user } » ({ $account })
target-account = compte { $account }
target-device = appareil { $device }
directory-key-rotated = La clé d'annuaire est une autre, jusqu'au { $until }. Feuille { $leaf }.
former-key-ended = L'ancienne clé est échue.
former-key-until = Ce que l'ancienne a signé compte jusqu'au { $until } ; le serveur l'a effacée.
enrolment-key-rotated = La clé d'inscription est une autre. Aucune politique ne la nomme, aucune feuille n'est donc écrite.
enrolment-key-rotated-leaf = La clé d'inscription est une autre. Feuille { $leaf }.
log-sound = Le journal est sain : { $leaves } feuilles, racine { $root }.
log-head = { $leaves } feuilles, racine { $root }, signé { $signed }
leaves-written = Feuilles écrites dans { $file } : { $count }.
imported = Feuilles ajoutées : { $more } ; le journal en a { $leaves }. Les comptes créés depuis la sauvegarde n'ont pas de connexion ici : 'user reset' chacun. Ensuite : login-server serve
import-nothing = Le journal a déjà les { $leaves } feuilles.
audit-sound = Le journal d'audit est sain : { $lines } lignes.
lines-written = Lignes écrites dans { $file } : { $lines }.
file-written = Écrit : { $file }.
pages-written = Pages de manuel écrites dans { $directory }.
config-valid = { $file } est valable.
config-reloaded = Pris : { $taken }. Demande un redémarrage : { $restart }.
purged = Colis effacés pour { $user } : { $count }.
notice-shown = Montré à { $sessions } sessions.
stopping = Arrêt à { $at } ; { $sessions } sessions sont averties.
tasks = { $tasks } tâches sur { $workers } fils de travail, { $waiting } en attente
up-since = en marche { $time } depuis { $since }
circuits-carried = { $count }, { $bytes } octets transportés
leaves-signed = { $leaves } feuilles, tête signée { $signed }
parcels-of = { $count } colis, { $size } sur { $total }
parcels-off = { $count } colis, { $size } sur { $total } (arrêtée)
backup-none = aucune n'a jamais été faite
backup-last = dernière { $at }
backup-failed = { $last } ; ÉCHEC : { $why }
backup-clients-ahead = { $last } ; DES CLIENTS CONNAISSENT { $leaves } FEUILLES DE PLUS et refusent ce serveur : restaurez une sauvegarde plus récente
backup-sound = La sauvegarde est saine : faite { $made }, { $leaves } feuilles, { $records } données privées.
backup-made =
    Faite et vérifiée : { $file }, { $leaves } feuilles, { $size }.
    Pas dedans : la clé racine, les clés d'administration, la boîte de dépôt.
backup-scheduled =
    Une sauvegarde est faite chaque jour à { $at }, et les { $keep } dernières sont gardées dans { $directory }.
    Gardez la phrase de passe ailleurs : sans elle aucune sauvegarde ne s'ouvre.
backups-removed = Sauvegardes ôtées : { $count }.
restored =
    { $leaves } feuilles du { $made } rétablies dans { $directory }.
    Les clients qui connaissent plus de feuilles refusent ce serveur avec E-DIR-1, et 'login-server status' compte combien il en manque : arrêtez alors, et restaurez une sauvegarde plus récente, ou ajoutez ce qu'un client possède ('conclave directory --export') avec 'login-server directory import'.
    Ensuite : login-server serve
off-by-policy = arrêté par la politique
bytes-since-start = { $bytes } octets depuis le démarrage
relay-limits = { $rate } octets/s par personne, un circuit finit après { $time }
console-help =
    /ban U                 ban add U
    /kick U SECONDS        session kick U SECONDS
    /show_clients          session list
    /change_password U     user reset U : un code à usage unique ; personne ne fixe le mot de passe d'autrui
    /make_admin U          user make-admin U
    /threads               task list
    /kill                  stop
    /help, /quit
    Toutes les commandes de 'login-server --help' valent ici, sans 'login-server'. La touche Tab complète.
