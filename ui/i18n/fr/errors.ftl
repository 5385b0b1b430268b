# Détails techniques d'une erreur.

technical-details = Détails techniques
technical-code = Code
technical-time = Heure
technical-message = Message
technical-file = Fichier
technical-person = Personne
copy-technical = Copier les détails techniques

# Ce qui aide après une erreur.

send-as-file = Envoyer comme fichier
show-it = L'afficher
save-report-short = Enregistrer un rapport
copy-report-short = Copier le rapport
nobody-there = Aucune fenêtre ne répond pour ce profil. Un autre programme l'utilise, peut-être la ligne de commande.
restore-instead = Ce qui est abîmé reste sur cet ordinateur, dans un dossier à part à côté du profil.
restore-aside = Le profil abîmé est conservé dans le dossier { $name }.
