# Les fichiers qui quittent la fenêtre, et le son en cours.

open-file = Ouvrir
show-in-folder = Afficher dans le dossier
open-outside = Ouvrir { $name } dans un autre programme ?
open-outside-means = Une copie lisible est écrite dans { $folder } et ouverte par le programme que votre système utilise pour elle. Hors de Conclave elle n'est pas scellée. Elle n'est lisible que par vous, et elle est supprimée quand Conclave se verrouille ou se ferme, sauf si un autre programme l'a modifiée.
open-written-means = Il a été écrit dans { $folder } et s'ouvre de là. Hors de Conclave il n'est pas scellé.
no-program = Aucun programme de cet ordinateur n'ouvre ou n'affiche ce fichier.
player = Lecteur
player-open = { $name }, ouvrir sa conversation
player-close = Arrêter et fermer le lecteur
pause-sound = Pause
