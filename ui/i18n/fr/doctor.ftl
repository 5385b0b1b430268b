# Le diagnostic : ce qui marche, ce qui ne marche pas, que faire.

page-doctor = Vérifier la connexion
doctor-about = Vérifier la connexion : { $name }
doctor-looking = Vérification…
doctor-again = Vérifier encore
doctor-findings = Constats
doctor-fine = En ordre
doctor-wrong = À regarder
doctor-report = Rapport
doctor-report-hint = Pour votre administrateur : les constats, sans noms et sans adresses.
copy-report = Copier le rapport
save-report = Enregistrer le rapport…
report-file = rapport-conclave.txt
check-connection = Vérifier la connexion
check-connection-of = Vérifier la connexion : { $name }
try-now = Réessayer
key-try-now = Réessayer la connexion maintenant
