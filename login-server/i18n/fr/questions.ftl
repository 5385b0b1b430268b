links-of = les liens
prompt-links = Phrase de passe des liens :
erase-later-about =
    Sur le point de fermer le compte de { $user }, et d'effacer le { $when } ce que le serveur détient à son sujet
      d'ici là  personne ne se connecte ; 'user export' donne encore une copie
      effacé    connexion, téléphone, codes de secours, sessions ({ $sessions }), pré-clés, sauvegarde d'identité, dates vues
      reste     le nom et les clés publiques dans le journal signé : chaque client les vérifie
      compte    fermé pour toujours ; le nom n'est plus jamais donné
confirmation-type = Tapez { $word } pour confirmer :
prompt-admin-key = Phrase de passe de la clé d'administration « { $key } » :
prompt-root-key = Phrase de passe de la clé racine de l'organisation :
prompt-key = Phrase de passe de la clé « { $key } » :
prompt-backup = Phrase de passe de la sauvegarde :
prompt-store-key = Clé de stockage :
prompt-new = Nouvelle phrase de passe – { $what } :
prompt-again = La même encore une fois :
root-key-of = la clé racine de l'organisation
admin-key-of = clé d'administration « { $key } »
key-of = clé « { $key } »
the-backup = la sauvegarde
key-powers =
    {"  "}peut      inviter, réinscrire, bannir et lever les bannissements, mener les salons de l'organisation
      ne peut pas  lire les messages, changer la politique, nommer d'autres administrateurs (c'est à la clé racine)
      journal   feuille signée par la clé racine ; chaque client la montre
key-add-about = Sur le point d'ajouter la clé d'administration « { $key } »
key-add-of-about = Sur le point d'ajouter la clé d'administration « { $key } » de { $user }
key-revoke-about =
    Sur le point de révoquer la clé d'administration « { $key } »
      compte       plus dans les feuilles dès maintenant
      invitations  celles qu'elle a signées restent bonnes : 'invite revoke' chacune
      journal      feuille signée par la clé racine
sign-about = Sur le point de signer : { $what }
make-admin-about = Sur le point de faire de { $user } un administrateur, par une clé d'administration nommée « { $user } »
remove-admin-about =
    Sur le point d'ôter de la politique toutes les clés d'administration de { $user }
      compte       reste, comme celui de tout membre
      invitations  celles qu'elles ont signées restent bonnes : 'invite revoke' chacune
      journal      feuille signée par la clé racine ; chaque client la montre
phone-about =
    Le téléphone de { $user } ne donne plus de codes valables. Avec le mot de passe et un code à usage unique, { $user } en ajoute un autre.
    Le mot de passe, les messages et les codes de secours restent ; d'autres codes de secours viennent avec le nouveau téléphone.
    Sessions fermées : { $sessions }.
reset-about =
    Un code de réinscription permet à { $user } de choisir un nouveau mot de passe et un nouveau téléphone.
    Il n'ouvre PAS ses messages : sans le mot de passe ou la clé de secours, ils restent verrouillés pour toujours.
    Ses contacts apprennent qui a fait cette réinitialisation ; si les clés changent, ils doivent d'abord accepter le nouveau numéro de sécurité.
    Sessions fermées : { $sessions }.
erase-about =
    Sur le point d'effacer ce que le serveur détient sur { $user }
      effacé    connexion, téléphone, codes de secours, sessions ({ $sessions }), pré-clés, sauvegarde d'identité, dates vues
      reste     le nom et les clés publiques dans le journal signé : chaque client les vérifie
      compte    fermé pour toujours ; le nom n'est plus jamais donné
ban-about =
    Sur le point de bannir { $user } (rôle { $role }, sessions : { $sessions })
      compte    refusé partout jusqu'à la levée
      sessions  { $sessions } fermées maintenant
      salons    { $rooms } : les clés changent avant le prochain message
      journal   feuille signée par { $signer }
by-admin-key = une clé d'administration
by-directory-key = la clé d'annuaire
block-about =
    Sur le point de refuser les connexions de { $network }
      derrière  { $names }
      pairs     pas coupés : ils se joignent sans le serveur
user-sessions = { $user } (sessions : { $count })
nobody-now = personne en ce moment
invite-revoke-about = Sur le point de révoquer l'invitation { $id } ({ $kind } pour { $user }, usages restants : { $uses })
any-name = n'importe quel nom
kick-all-about = Sur le point de fermer toutes les sessions et de refuser toute connexion pour un temps.
policy-about =
    Sur le point de changer la politique
      { $key }  { $before } → { $after }{ $warning }
      journal   feuille signée par la clé racine ; chaque client la suit
policy-warning-auto = ATTENTION le serveur peut alors ajouter des utilisateurs de lui-même
policy-warning-one-admin = ATTENTION une seule personne peut alors réinscrire n'importe qui
stop-about = Sur le point d'arrêter le serveur de connexion. Les gens continuent de pair à pair.
purge-about =
    Sur le point d'effacer tout ce qui attend { $user } dans la boîte de dépôt.
      messages  perdus, sauf si leurs expéditeurs les ont
restore-about =
    Sur le point de rétablir la sauvegarde du { $made } (feuilles : { $leaves }) dans { $directory }
      depuis    comptes, bannissements et réinitialisations faits après elle sont perdus
      clients   ceux qui connaissent un journal plus long refusent ce serveur
