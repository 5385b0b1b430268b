# Pourquoi aucun chemin ne mène à quelqu'un, et ce qui aide.

path-offline = En attente : { $name } est hors ligne
path-boxed = En attente : { $name } est hors ligne, messages dans la boîte de dépôt
path-boxed-means = Ils sont scellés au serveur de connexion, qui ne peut pas les lire, et seront retirés au retour : { $name }.
path-no-network = En attente : cet ordinateur n'a pas de réseau
path-no-network-means = Les messages sont conservés sur cet ordinateur et partent d'eux-mêmes dès qu'il a de nouveau un réseau.
path-blocked = En attente : les deux réseaux bloquent les liens directs et le relais est coupé
path-blocked-means = Les messages sont conservés sur cet ordinateur. Votre administrateur décide du relais.
path-unreachable = En attente. { $name } : ni lien direct ni relais
path-too-old = En attente. { $name } : application trop ancienne
path-too-old-means = Les messages sont conservés sur cet ordinateur jusqu'à la mise à jour de Conclave en face ({ $name }).
path-clock = En attente : vos horloges diffèrent de { $n } min
path-clocks = En attente : vos horloges diffèrent
path-clock-means = Réglez l'horloge de l'ordinateur qui se trompe, le vôtre ou celui en face ({ $name }). Les messages sont conservés ici jusque-là.
path-refused = En attente. { $name } : connexion refusée
path-refused-means = L'annuaire en face n'est peut-être pas encore à jour. Les messages sont conservés sur cet ordinateur, un nouvel essai suivra.
path-stopped-by-me = En attente : vous avez bloqué { $name }
path-stopped-by-key = En attente. { $name } : numéro de sécurité changé
path-stopped-by-admin = En attente : { $name } a été bloqué par un administrateur
path-stopped-means = Rien n'est envoyé entre-temps. Ce qui a été écrit reste sur cet ordinateur.
