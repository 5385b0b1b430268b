# Demandes de contact.

requests = Demandes
find-request = Trouver une demande
no-requests = Aucune demande
no-requests-next = Les demandes de contact apparaissent ici.
they-ask = En attente de votre réponse
i-asked = Demandé par vous
request-count = { $n ->
    [one] { $n } demande
   *[other] { $n } demandes
}
verb-requests = Aller aux demandes
ask-first = Avant que vous puissiez vous écrire, un accord est nécessaire : { $name }.
ask-note = Quelques mots avec votre demande
ask-to-write = Demander à écrire
asked-already = Demande déjà faite ({ $name }) : { $when }. Pas encore de réponse.
ask-again-from = Vous pourrez redemander à partir de : { $when }.
asks-to-write = { $name } demande à vous écrire
