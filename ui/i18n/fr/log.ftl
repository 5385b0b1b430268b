# What administrators did.

page-log = Journal de l'annuaire
log-means = Chaque acte d'un administrateur est dans un journal signé que personne ne peut changer après coup. Cet ordinateur a vérifié chaque ligne.
log-export = Exporter…
log-file = annuaire.json
log-older = Afficher les actes précédents
log-empty = Aucun administrateur n'a encore rien fait.
log-no-date = Sans date
log-somebody = une personne qui n'est pas listée
log-anybody = toute personne
log-root = La clé racine de l'organisation
log-policy = { $by } : règles et administrateurs définis
log-server-key = { $by } : une clé donnée au serveur de connexion
log-user-added = { $by } a admis { $name }
log-invited = { $by } a invité { $name }
log-withdrawn = { $by } a repris l'invitation : { $name }
log-reset = { $by } a permis une nouvelle inscription : { $name }
log-blocked = { $by } a bloqué { $name }
log-device-blocked = { $by } a bloqué un ordinateur : { $name }
log-unblocked = { $by } a levé le blocage : { $name }
log-device-unblocked = { $by } a levé le blocage d'un ordinateur : { $name }
log-room = { $by } a créé ou changé un salon : { $name }
log-room-member = { $by } a changé les membres d'un salon : { $name }
log-other = { $by } : un acte que cette version ne connaît pas
log-administrator = Un administrateur
