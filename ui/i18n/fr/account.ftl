# Le compte : tout dans un fichier, tout quitte cet ordinateur.

export-data = Exporter mes données
export-data-hint = Votre compte, profil, réglages, contacts et conversations en un seul fichier JSON, sans rien demander à personne.
export-data-forbidden = Les règles de votre organisation ne le permettent pas.
export-data-open = Exporter…
export-data-what = Le fichier contient votre compte, votre profil, vos réglages, vos contacts et toutes les conversations de cet ordinateur. Les fichiers y figurent par nom et taille ; leur contenu s'enregistre depuis leurs conversations. Ni clés ni mots de passe n'y figurent.
export-data-warning = Le fichier n'est pas chiffré : qui le lit, lit vos messages. Mettez-le là où vous seul pouvez le lire, et supprimez-le dès que vous n'en avez plus besoin.
export-data-anyway = Exporter sans chiffrement
export-data-password-wrong = Mot de passe incorrect. Rien n'a été écrit.
exporting-data = Export en cours…
export-file = conclave-donnees.json
erase-all = Effacer cet ordinateur
erase-all-hint = Vos messages, fichiers, clés et réglages de Conclave quittent cet ordinateur. Rien d'autre n'y est touché.
erase-all-open = Effacer…
confirm-erase-all = Effacer cet ordinateur ?
erase-all-goes = { $n ->
    [0] Vos messages et fichiers ({ $size }), vos clés et vos réglages quittent cet ordinateur.
    [one] { $n } conversation avec tous ses messages et fichiers ({ $size }), vos clés et vos réglages quittent cet ordinateur.
   *[other] { $n } conversations avec tous leurs messages et fichiers ({ $size }), vos clés et vos réglages quittent cet ordinateur.
}
erase-all-goes-unmeasured = Tous vos messages et fichiers, vos clés et vos réglages quittent cet ordinateur.
erase-all-others = Vos collègues gardent ce que vous leur avez envoyé. Les sauvegardes et les fichiers enregistrés ailleurs restent où ils sont.
erase-all-final = C'est définitif. Ni votre mot de passe ni votre clé de secours ne ramènent quoi que ce soit, seule une sauvegarde le peut.
erase-all-account = Votre compte continue au serveur de connexion. Pour l'utiliser de nouveau ici, il faudra une sauvegarde ou un lien de réinscription de votre administrateur.
erase-all-name = Tapez votre identifiant pour confirmer : { $name }
erase-all-name-wrong = Ce n'est pas votre identifiant. Rien n'a été effacé.
erase-all-password-wrong = Mot de passe incorrect. Rien n'a été effacé.
erasing-all = Effacement…
erased-all = Conclave ne garde plus rien de vous sur cet ordinateur.
