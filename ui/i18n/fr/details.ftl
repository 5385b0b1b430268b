# Les détails d'une conversation.

shared = Partagé ici
shared-media = Médias
shared-audio = Audio
shared-documents = Documents
shared-links = Liens
shared-back = Retour aux détails
shared-newest = Afficher les plus récents
shared-line = { $size } · { $name } · { $when }
shared-by = { $name }, { $when }
show-message = Afficher dans la conversation
show-message-of = Afficher { $name } dans la conversation
no-links = Les liens partagés ici seront listés.

delete-conversation = Supprimer la conversation
confirm-erase = Supprimer cette conversation ?
confirm-erase-means = { $messages ->
    [one] { $messages } message
   *[other] { $messages } messages
} et { $files ->
    [one] { $files } fichier
   *[other] { $files } fichiers
} quittent cet ordinateur. { $name } garde les siens.
erased = La conversation avec { $name } a quitté cet ordinateur.
erase-waiting = Non supprimée : des messages à { $name } attendent encore sur cet ordinateur. Supprimez-les d'abord, ou laissez-les partir.
row-actions = Conversation avec { $name }
open-conversation = Ouvrir
not-on-top = Ne plus épingler
mute = Mettre en sourdine
unmute = Réactiver les notifications
