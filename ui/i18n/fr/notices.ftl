# Notifications.

page-notices = Notifications
notices-tell = Une notification dit
notices-hint = Quand vous ne voulez pas être dérangé, et pour les conversations muettes, il n'y en a pas.
notices-full = Qui et quoi
notices-sender = Qui
notices-neutral = Seulement qu'il y a du nouveau
notices-off = Aucune
notice-new = Nouveau message
notice-request = Nouvelle demande
notice-asks = Demande à vous écrire
mark-read = Marquer comme lu
