# Files, transfers, viewers.

send-files = { $n ->
    [one] Envoyer un fichier à { $name }
   *[other] Envoyer { $n } fichiers à { $name }
}
files-left-out = { $n ->
    [one] Vingt fichiers partent à la fois. Un autre a été laissé de côté : choisissez-le après ceux-ci.
   *[other] Vingt fichiers partent à la fois. { $n } autres ont été laissés de côté : choisissez-les après ceux-ci.
}
metadata-removed = Position et données de l'appareil retirées
not-readable = Lecture impossible
chosen-picture = Ce que vous envoyez
remove-file = Retirer { $name }
caption = Ajouter une légende
pause = Pause
resume = Reprendre
save-as = Enregistrer sous…
saved-as = Enregistré : { $name }
cancel-transfer = Arrêter le transfert
confirm-cancel = Arrêter le transfert ({ $name }) ?
confirm-cancel-means = Ce qui est déjà arrivé est retiré de cet ordinateur.
withdraw = Retirer
confirm-withdraw = Retirer { $name } ?
confirm-withdraw-means = Qui ne l'a pas encore reçu ne pourra plus le télécharger, et la copie de cette conversation est supprimée de cet ordinateur. Votre propre fichier reste.
file-speed = { "" } · { $speed }/s
file-left = reste { $left }
transfers = Transferts
moving-count = { $n } en cours
no-transfers = Aucun envoi ni réception en cours.
transfers-ask = Attend votre accord
transfers-running = En cours
transfers-waiting = En attente
transfers-received = Reçus
retry-all = Tout réessayer
clear-finished = Effacer les transferts finis
wants-to-send = { $name } veut vous envoyer ce fichier ({ $size }).
in-progress = en cours
receiving = en réception
sending-files = en envoi
per-second = { $speed }/s
until-all-done = avant que tout soit fini
from-person = de la part de { $name }
to-person = à { $name }
stopped-at = Arrêté à { $progress }. La suite viendra d'elle-même.
not-played = La lecture n'a pas été possible ici.
open-picture = Ouvrir l'image { $name }
open-document = Ouvrir le document { $name }
page-of = Page { $n } sur { $all }
of-pages = sur { $all }
pages = Pages
page-number = Numéro de page
next-page = Page suivante
previous-page = Page précédente
pictures = Images
next-picture = Image suivante
previous-picture = Image précédente
larger = Agrandir
smaller = Réduire
play-sound = Écouter
play-film = Lire la vidéo
