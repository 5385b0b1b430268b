# Jours et âges.

today = Aujourd'hui
yesterday = Hier
age-now = à l'instant
age-minutes = { $n } min
date = { $day } { $month }
date-year = { $day } { $month } { $year }

weekday-1 = Lundi
weekday-short-1 = lun.
weekday-2 = Mardi
weekday-short-2 = mar.
weekday-3 = Mercredi
weekday-short-3 = mer.
weekday-4 = Jeudi
weekday-short-4 = jeu.
weekday-5 = Vendredi
weekday-short-5 = ven.
weekday-6 = Samedi
weekday-short-6 = sam.
weekday-7 = Dimanche
weekday-short-7 = dim.

month-1 = janvier
month-short-1 = janv.
month-2 = février
month-short-2 = févr.
month-3 = mars
month-short-3 = mars
month-4 = avril
month-short-4 = avr.
month-5 = mai
month-short-5 = mai
month-6 = juin
month-short-6 = juin
month-7 = juillet
month-short-7 = juil.
month-8 = août
month-short-8 = août
month-9 = septembre
month-short-9 = sept.
month-10 = octobre
month-short-10 = oct.
month-11 = novembre
month-short-11 = nov.
month-12 = décembre
month-short-12 = déc.
