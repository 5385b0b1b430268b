# Pourquoi un mot de passe est refusé ; les raisons se suivent dans une phrase.

password-short = au moins { $n } caractères
password-long = au plus { $n } caractères
password-guessable = trop facile à deviner : { $hint }
password-name = contient votre nom
password-score = trop facile à deviner
guess-keys = les suites de touches sont essayées en premier
guess-repeat = la répétition apporte peu
guess-common = il figure dans les listes de mots de passe courants
guess-sequence = les suites comme abc ou 6543 sont essayées en premier
guess-year = les années et les dates sont essayées en premier
guess-word = un mot seul ne suffit pas
guess-names = les noms sont essayés en premier
guess-more = ajoutez un ou deux mots peu courants
