# Why a password is refused; the reasons stand together in one sentence.

password-short = at least { $n } characters
password-long = at most { $n } characters
password-guessable = too easy to guess: { $hint }
password-name = contains your name
password-score = too easy to guess
guess-keys = rows of keys are tried first
guess-repeat = repetition adds little
guess-common = it is on the lists of common passwords
guess-sequence = sequences like abc or 6543 are tried first
guess-year = years and dates are tried first
guess-word = a word by itself is not enough
guess-names = names are tried first
guess-more = add one or two uncommon words
