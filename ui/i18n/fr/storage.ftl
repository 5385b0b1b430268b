# What lies on this computer.

page-storage = Stockage
storage-here = Sur cet ordinateur
storage-total = En tout
storage-journal = Messages
storage-index = Index et recherche
storage-blobs = Fichiers
storage-conversations = Par conversation
storage-none = Aucune conversation ne prend encore de place.
compact = Rendre de la place
compact-hint = Messages et fichiers supprimés prennent encore de la place, jusqu'à la réécriture.
compact-now = Rendre maintenant
compacting = En cours…
compacted = De nouveau libres : { $size }.
backup = Sauvegarde
backup-hint = Une copie de tous les messages et fichiers, scellée par une phrase secrète d'au moins 12 caractères. Sans elle, personne ne peut l'ouvrir, vous non plus.
backup-passphrase = Phrase secrète de la sauvegarde
backup-again = La phrase secrète encore une fois
backup-differ = Les deux phrases secrètes ne sont pas les mêmes.
back-up = Sauvegarder…
backing-up = Sauvegarde en cours…
backup-file = conclave.backup
backup-done = Écrite sous { $name } : { $messages } messages, { $files } fichiers, { $size }.
restore-how = Une sauvegarde se restaure là où il n'y a pas encore de compte : dans la première fenêtre, sous « J'ai une sauvegarde ».
clear = Vider…
clear-name = Vider la conversation avec { $name }
