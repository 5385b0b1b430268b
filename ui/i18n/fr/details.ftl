# Les détails d'une discussion.

shared = Partagé ici
shared-media = Médias
shared-audio = Audio
shared-documents = Documents
shared-links = Liens
shared-back = Retour aux détails
shared-newest = Afficher les plus récents
shared-line = { $size } · { $name } · { $when }
shared-by = { $name }, { $when }
show-message = Afficher dans la discussion
show-message-of = Afficher { $name } dans la discussion
no-links = Les liens partagés ici seront listés.
