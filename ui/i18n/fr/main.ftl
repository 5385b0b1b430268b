# La fenêtre principale.

title-unread = ({ $n }) Conclave
sections = Sections
people = Contacts
theme = Thème
lock = Verrouiller
find-person = Trouver quelqu'un
online-count = En ligne ({ $n })
offline-count = Hors ligne ({ $n })
nobody-yet = Personne pour l'instant
nobody-yet-next = Vos collègues apparaissent ici dès qu'ils ont leur compte. Demandez à votre administrateur de les inviter.
nothing-found = Personne pour « { $text } »
nothing-found-next = Vérifiez l'orthographe, ou videz le champ pour voir tout le monde.
unread-count = { $n ->
    [one] { $n } non lu
   *[other] { $n } non lus
}
last-message = dernier message : { $text }
you-preview = Vous : { $text }
not-sent-preview = Non envoyé : { $text }
last-seen = Vu à { $time }
last-seen-day = Vu : { $day }
needs-newer = Il faut une version plus récente de Conclave.

presence-available = Disponible
presence-away = Absent
presence-dnd = Ne pas déranger
dnd-until = Ne pas déranger jusqu'à { $time }
dnd-tomorrow = Ne pas déranger jusqu'à demain
dnd-open = Ne pas déranger jusqu'à ce que je le désactive
presence-offline = Hors ligne
presence-invisible = Invisible

safety-compared = Numéro de sécurité comparé par vous
path-lan = Direct, sur ce réseau
path-internet = Direct, par internet
path-relayed = Relayé par votre serveur de connexion, qui ne peut pas le lire
path-waiting = Pas encore relié

conversation = Conversation
messages = Messages
choose-conversation = Choisissez une conversation, ou appuyez sur
start-of-conversation = Ici commence votre conversation avec { $name }. Les messages sont chiffrés de votre ordinateur au sien.
earlier-messages = Voir les messages précédents
new-messages = { $n ->
    [one] { $n } nouveau message
   *[other] { $n } nouveaux messages
}
you = Vous
back-to-list = Retour à la liste
clock-suspect = L'horloge de l'expéditeur était fausse de plus de 5 minutes

composer = Zone de rédaction
message-to = Message à { $name }
send = Envoyer
try-again = Réessayer
delete = Supprimer
you-blocked = Vous avez bloqué { $name }. Débloquez pour écrire.
is-banned = { $name } a été bloqué par un administrateur. Vous pouvez lire, mais pas écrire.
no-key = { $name } n'est pas dans l'annuaire de cet ordinateur. Vous pourrez écrire quand il sera à jour.

state-saved = Sur cet ordinateur
state-waiting = En attente : { $name } n'est pas en ligne
state-sending = Envoi…
state-drop-box = Scellé dans la boîte de dépôt jusqu'à : { $when }
state-delivered = { $name } : sur son ordinateur depuis { $time }
state-read = Lu à { $time }
state-expired = Non retiré à temps. Conservé ici, envoyé au retour : { $name }
state-failed = Non envoyé.
state-failed-why = Non envoyé. { $why }

file = Fichier
file-line = { $size } · { $state }
file-progress = { $pct } % · { $done } sur { $size }
file-offered = attend votre réponse
file-queued = en attente
file-receiving = réception
file-sending = envoi
file-paused = en pause
file-received = reçu et vérifié
file-sealed = scellé sur cet ordinateur
file-failed = arrêté
file-gone = plus disponible
accept = Accepter
decline = Refuser

banner-not-signed-in = Vous n'êtes pas connecté. Vous pouvez lire ici, connectez-vous pour écrire et rester joignable.
banner-reconnecting = Reconnexion…
banner-server-down = Serveur de connexion injoignable. Vous pouvez toujours écrire à ceux que cet ordinateur joint directement. Annuaire vieux de { $age }, valable jusqu'à : { $when }.
banner-server-down-age = Serveur de connexion injoignable. Vous pouvez toujours écrire à ceux que cet ordinateur joint directement. Annuaire vieux de { $age }.
banner-notice = De votre administrateur : { $text }
day-and-time = { $day }, { $time }

banner-reconnecting-in = Reconnexion… (nouvel essai dans { $n } s)
banner-stopping = Le serveur de connexion s'arrête dans { $n } min pour maintenance.
banner-directory-old = L'annuaire a plus de { $grace }. Les messages attendent ici le retour du serveur de connexion.
banner-no-network = Vous êtes hors ligne. Vos messages partiront à votre retour.
banner-elsewhere = Vous vous êtes connecté sur { $device } : { $time }. Cet ordinateur a été déconnecté. Ce n'était pas vous ?
tell-administrator = Prévenir un administrateur
keys-changed = Les clés de votre compte ont été changées
keys-changed-means = Ce n'était pas cet ordinateur. Si ce n'était pas vous, appelez votre administrateur maintenant.
keys-changed-call = Ce n'était pas cet ordinateur. Si ce n'était pas vous, appelez votre administrateur maintenant : { $name }.
keys-not-me = Ce n'était pas moi
keys-mine = Je l'ai fait sur un autre ordinateur
computer-numbered = un autre ordinateur ({ $short })
blocked-suspended = suspendu
blocked-removed = retiré de l'organisation
blocked-closed = compte fermé
